import type { LedgerKind } from '@reelmesh/contracts/ledger';
import type { Fact } from './ports.ts';
import { chargeOf, priceOfTake } from './price.ts';
import type { Charge } from './price.ts';
import type { TakeRecord } from './take.ts';
import { isChargeKnown } from './take.ts';

export type LedgerEntryKind = Exclude<LedgerKind, 'LEDGER_KIND_UNSPECIFIED' | 'UNRECOGNIZED'>;

/** One line of the ledger: about one take, in the currency that its provider bills in. */
export interface LedgerBody {
  readonly entry: LedgerEntryKind;
  readonly filmId: string;
  readonly shotId: string;
  readonly takeId: string;
  readonly provider: string;
  readonly model: string;
  /** Not negative, but for corrections. */
  readonly amountMicros: number;
  /** ISO 4217. */
  readonly currency: string;
  /** The same amount in US dollars, at the rate that the take was quoted at. */
  readonly usdMicros: number;
  /** A charge before its discount, in the provider's currency; 0 for what is no charge. */
  readonly listMicros: number;
  /** Seconds of film that a charge is for; 0 for what is no charge. */
  readonly seconds: number;
}

export type LedgerFact = Fact<LedgerBody>;

const kinds = {
  LEDGER_KIND_RESERVE: 'ledger.reserve',
  LEDGER_KIND_SETTLE: 'ledger.settle',
  LEDGER_KIND_RELEASE: 'ledger.release',
  LEDGER_KIND_ADJUST: 'ledger.adjust',
} as const satisfies Record<LedgerEntryKind, string>;

export const ledgerKinds: readonly string[] = Object.values(kinds);

export const ledgerStream = (filmId: string): string => `ledger/${filmId}`;

/**
 * Reservations of all films and gateways stand in one line: who gets the next number in has decided knowing all that
 * are before it.
 */
export const reserveId = (number: number): string => `ledger/reserve/${String(number).padStart(12, '0')}`;

/** The place of a reservation in that line, from its id. */
export const reserveNumber = (id: string): number => Number(id.slice('ledger/reserve/'.length));

/** What one take was charged: at most one such entry for each take (I1). */
export const settleId = (filmId: string, takeId: string): string =>
  `${ledgerStream(filmId)}/${takeId}/settle`;
/** What one take gave back. */
export const releaseId = (filmId: string, takeId: string): string =>
  `${ledgerStream(filmId)}/${takeId}/release`;

/** What was booked too much or too little of one take. */
export const adjustId = (filmId: string, takeId: string): string =>
  `${ledgerStream(filmId)}/${takeId}/adjust`;

/** What is set aside for a take, at its quote. */
export function reservation(take: TakeRecord, number: number, atMs: number): LedgerFact {
  const price = priceOfTake(take.intent);
  return entryOf(take, 'LEDGER_KIND_RESERVE', reserveId(number), chargeOf(price, price.listMicros), atMs);
}

/**
 * What is booked once it is known what a take was charged: the charge, and what of the reservation it left.
 * @param holds whether anything was set aside for it
 */
export function bookingsOf(take: TakeRecord, holds: boolean): readonly LedgerFact[] {
  if (!isChargeKnown(take.state)) return [];
  const { filmId } = take.intent;
  const price = priceOfTake(take.intent);
  const reserved = chargeOf(price, holds ? price.listMicros : 0);
  const charged = chargeOf(price, take.chargedMicros);
  const rest = {
    amountMicros: Math.max(0, reserved.amountMicros - charged.amountMicros),
    usdMicros: Math.max(0, reserved.usdMicros - charged.usdMicros),
    listMicros: 0,
  };
  const entries: LedgerFact[] = [];
  if (charged.amountMicros > 0) {
    const id = settleId(filmId, take.id);
    entries.push(entryOf(take, 'LEDGER_KIND_SETTLE', id, charged, take.updatedAtMs));
  }
  if (rest.amountMicros > 0) {
    const id = releaseId(filmId, take.id);
    entries.push(entryOf(take, 'LEDGER_KIND_RELEASE', id, rest, take.updatedAtMs));
  }
  return entries;
}

/**
 * The correction of a charge that was booked before the step that it belongs to was taken, when that step then said
 * otherwise: undefined when they agree.
 * @param entries that there are of the take
 */
export function correction(take: TakeRecord, entries: readonly LedgerFact[]): LedgerFact | undefined {
  const charged = chargeOf(priceOfTake(take.intent), take.chargedMicros);
  const booked = entries.filter(({ body }) => isCharge(body.entry));
  const missing = (figure: keyof Charge): number =>
    charged[figure] - booked.reduce((sum, { body }) => sum + body[figure], 0);
  const difference = {
    amountMicros: missing('amountMicros'),
    usdMicros: missing('usdMicros'),
    listMicros: missing('listMicros'),
  };
  if (Object.values(difference).every((micros) => micros === 0)) return undefined;
  const id = adjustId(take.intent.filmId, take.id);
  return entryOf(take, 'LEDGER_KIND_ADJUST', id, difference, take.updatedAtMs);
}

const isCharge = (entry: LedgerEntryKind): boolean =>
  entry === 'LEDGER_KIND_SETTLE' || entry === 'LEDGER_KIND_ADJUST';

function entryOf(
  take: TakeRecord,
  entry: LedgerEntryKind,
  id: string,
  { amountMicros, usdMicros, listMicros }: Charge,
  atMs: number,
): LedgerFact {
  const { filmId, shotId, provider, model } = take.intent;
  const { currency, seconds } = priceOfTake(take.intent);
  return {
    id,
    stream: ledgerStream(filmId),
    seq: 0,
    kind: kinds[entry],
    tenant: take.tenant,
    atMs,
    epoch: 0,
    body: {
      entry,
      filmId,
      shotId,
      takeId: take.id,
      provider,
      model,
      amountMicros,
      currency,
      usdMicros,
      listMicros: isCharge(entry) ? listMicros : 0,
      seconds: entry === 'LEDGER_KIND_SETTLE' ? seconds : 0,
    },
  };
}

export interface Balance {
  readonly reservedMicros: number;
  readonly settledMicros: number;
  readonly releasedMicros: number;
  /** Reserved for takes that have neither spent it nor given it back. */
  readonly heldMicros: number;
}

/** Amounts of one currency. Throws when entries of several currencies would be mixed: those add up in dollars only. */
export function balanceOf(entries: readonly LedgerFact[]): Balance {
  const currencies = new Set(entries.map((entry) => entry.body.currency));
  if (currencies.size > 1) throw new Error(`cannot add ${[...currencies].join(' and ')}`);
  return addUp(entries, ({ amountMicros }) => amountMicros);
}

/** The same in US dollars, each entry at its take's rate. */
export function usdBalanceOf(entries: readonly LedgerFact[]): Balance {
  return addUp(entries, usdOf);
}

/** Entries of before there were other currencies are in dollars, and say it once. */
export function usdOf({ usdMicros, amountMicros }: Pick<LedgerBody, 'usdMicros' | 'amountMicros'>): number {
  return usdMicros ?? amountMicros;
}

function addUp(entries: readonly LedgerFact[], amountOf: (body: LedgerBody) => number): Balance {
  const total = (of: readonly LedgerFact[], ...wanted: readonly LedgerEntryKind[]): number =>
    of.reduce((sum, { body }) => sum + (wanted.includes(body.entry) ? amountOf(body) : 0), 0);
  const held = [...Map.groupBy(entries, ({ body }) => body.takeId).values()].map((ofTake) =>
    Math.max(
      0,
      total(ofTake, 'LEDGER_KIND_RESERVE') - total(ofTake, 'LEDGER_KIND_SETTLE', 'LEDGER_KIND_RELEASE'),
    ),
  );
  return {
    reservedMicros: total(entries, 'LEDGER_KIND_RESERVE'),
    settledMicros: total(entries, 'LEDGER_KIND_SETTLE', 'LEDGER_KIND_ADJUST'),
    releasedMicros: total(entries, 'LEDGER_KIND_RELEASE'),
    heldMicros: held.reduce((sum, micros) => sum + micros, 0),
  };
}
