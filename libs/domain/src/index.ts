export { calm, grow, openWindow, pauseAfter, shrink, sizeOf } from './aimd.ts';
export type { AimdWindow } from './aimd.ts';
export { approvalsKept, isApproved, withApprovals } from './approvals.ts';
export { Spending, budgetText, dayOf, monthOf } from './budget.ts';
export type { BudgetRule, BudgetUse, Scope, Spend, Verdict } from './budget.ts';
export { AppError, Code, invalid } from './errors.ts';
export type { AppErrorOptions } from './errors.ts';
export { pickFair } from './fairness.ts';
export type { Waiting } from './fairness.ts';
export { filmFactId, filmStream } from './film-facts.ts';
export type {
  FilmBodies,
  FilmFact,
  FilmKind,
  Plan,
  PlannedShot,
  PlannedSpeech,
  ScriptSource,
  ShotEnd,
} from './film-facts.ts';
export { applyFilm, costOf, foldFilm, isAtRest, isTerminal, isVoid, keysOf, nextStep } from './film.ts';
export type { FilmRecord, FilmStep } from './film.ts';
export { canonicalJson, digestOf, sha256Hex } from './hash.ts';
export {
  claimCheck,
  closedSince,
  healthy,
  holdFor,
  pruned,
  withHold,
  withPollPause,
  withTrip,
  withoutHold,
  withoutTrip,
} from './health.ts';
export type { HealthRecord, Hold } from './health.ts';
export {
  adjustId,
  balanceOf,
  bookingsOf,
  correction,
  ledgerKinds,
  ledgerStream,
  releaseId,
  reservation,
  reserveId,
  reserveNumber,
  settleId,
  usdBalanceOf,
  usdOf,
} from './ledger.ts';
export type { Balance, LedgerBody, LedgerEntryKind, LedgerFact } from './ledger.ts';
export { formFor, placeOf, takesFile } from './model-form.ts';
export type { ImageCard, ImagePlace } from './model-form.ts';
export { assertMicros, formatUsd, MICROS_PER_UNIT, parseUsd, sumMicros } from './money.ts';
export type { AppendResult, BlobStore, Clock, Fact, FactPage, FactScan, FactStore, Ids } from './ports.ts';
export { discountOf, inForce, pricedCard } from './price-book.ts';
export type { DiscountRow, PriceBook, PriceRow, RateRow, VideosBought } from './price-book.ts';
export { chargeOf, priceOfTake, quotedCharge } from './price.ts';
export type { Charge, TakePrice } from './price.ts';
export { candidateOf, LONGEST_RETRY_AFTER_MS, nextShotStep } from './retry.ts';
export type { ShotStep } from './retry.ts';
export { billedSeconds, nearestRatio, priceOf, quoteOf, route, strategyDigest } from './routing.ts';
export type { ModelCard, Obstacle, Rank, Ratio, Route, RoutingContext, Strategy } from './routing.ts';
export { MAX_CLIP_SECONDS, durationOf, pictureOf, renderSpecOf, shotKey } from './shot-key.ts';
export { freshSlots, grantSlots, inheritSlots, pauseSlots, slotsInUse } from './slots.ts';
export type { SlotDemand, SlotGrant, SlotHolder, SlotLimits, SlotRecord } from './slots.ts';
export { spendRate, spendRateSince } from './spend-rate.ts';
export type { SpendRate, SpendRateSettings, Spent } from './spend-rate.ts';
export { takeFactId, takeId, takePrefix, takeSeq, takeStream } from './take-facts.ts';
export type { TakeBodies, TakeFact, TakeIntent, TakeKind } from './take-facts.ts';
export {
  applyTake,
  foldTake,
  foldTakes,
  isChargeKnown,
  isInDoubt,
  isTakeOver,
  mayStep,
  takeSteps,
} from './take.ts';
export type { TakeRecord } from './take.ts';
export { cutKey, framesOf, layTimeline } from './timeline.ts';
