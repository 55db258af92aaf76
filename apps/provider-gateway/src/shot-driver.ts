import type { FailureClass, RenderCommand } from '@reelmesh/contracts/shot';
import {
  billedSeconds,
  candidateOf,
  digestOf,
  formFor,
  isInDoubt,
  isTakeOver,
  nextShotStep,
  quoteOf,
  route,
  sumMicros,
  takeId as takeIdOf,
} from '@reelmesh/domain';
import type { Clock, Route, ShotStep, TakeIntent, TakeRecord } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import type { Attendant } from './attendant.ts';
import type { Catalogue } from './catalogue.ts';
import type { CredentialSlots } from './credential-slots.ts';
import { conditionsOf } from './conditions.ts';
import { DueQueue } from './due-queue.ts';
import type { FilmStops } from './film-stops.ts';
import type { LedgerKeeper } from './ledger-keeper.ts';
import { lookUp } from './lookup.ts';
import type { PollResult, Provider } from './provider.ts';
import type { ProviderSwitches } from './provider-switches.ts';
import type { Reporter, ShotAddress } from './reporter.ts';
import type { Sender } from './sender.ts';
import { strategyNamed } from './strategies.ts';
import type { TakeLog } from './take-log.ts';

export interface DriverDeps {
  readonly log: Logger;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly catalogue: Catalogue;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly slots: CredentialSlots;
  readonly takeLog: TakeLog;
  readonly sender: Sender;
  readonly attendant: Attendant;
  readonly reporter: Reporter;
  readonly stops: FilmStops;
  readonly switches: ProviderSwitches;
  readonly ledger: LedgerKeeper;
  readonly senderName: string;
  /** Told of each take of another candidate than the one before, or than the first. */
  readonly onFallback: (intent: TakeIntent, reason: string) => void;
}

/** Looks again at a take that another gateway is sending. */
const RECHECK_MS = 5_000;

/**
 * Brings one shot to a clip: reads its takes, asks the policy (`nextShotStep`) what is next, does it, again and again.
 * Idempotent: at any moment, in any process, driving a shot again continues where its facts stand.
 */
export class ShotDriver {
  readonly #deps: DriverDeps;
  /** Commands of shots that somebody waits for, by shot. */
  readonly #commands = new Map<string, RenderCommand>();
  readonly #chains = new Map<string, Promise<void>>();
  readonly #alarm: DueQueue;
  readonly #stopped = new AbortController();

  constructor(deps: DriverDeps) {
    this.#deps = deps;
    this.#alarm = new DueQueue((shot) => this.#wake(shot));
  }

  /** Resolves when the shot's next take is durably under way, or when there is nothing more to do. */
  async drive(command: RenderCommand): Promise<void> {
    const shot = shotOf(command);
    this.#commands.set(shot, command);
    const before = this.#chains.get(shot) ?? Promise.resolve();
    const run = before.catch(() => undefined).then(() => this.#advance(command));
    this.#chains.set(shot, run);
    try {
      await run;
    } finally {
      if (this.#chains.get(shot) === run) this.#chains.delete(shot);
    }
  }

  /** A take has ended or is in doubt: the shot goes on. A clip that nobody waits for is kept all the same. */
  async takeEnded(take: TakeRecord): Promise<void> {
    const address = { tenant: take.tenant, filmId: take.intent.filmId, shotKey: take.intent.shotKey };
    this.#deps.slots.of(take.intent).release(take.id);
    const command = this.#commands.get(shotOf(address));
    if (command !== undefined) return this.drive(command);
    if (take.state !== 'TAKE_STATE_SETTLED') return;
    const takes = await this.#deps.takeLog.takesOf(address.filmId, address.shotKey);
    await this.#deps.reporter.rendered(address, take, takes);
  }

  /** Sees an accepted take to its end, whoever asked for it. */
  watch(take: TakeRecord, already?: PollResult): void {
    const slots = this.#deps.slots.of(take.intent);
    // A take is counted once, though several gateways may have been asked for its shot.
    if (!slots.isElsewhere(take.sender)) slots.hold(take.id);
    this.#deps.attendant.watch(take, already);
    this.#cancelIfStopped(take).catch((error: unknown) =>
      this.#deps.log.error(
        { takeId: take.id, err: error },
        'take of a cancelled film could not be cancelled',
      ),
    );
  }

  /** Takes up a take that a former process left in the middle of its create call. */
  lookAfter(take: TakeRecord): void {
    const { filmId, shotKey, shotId, spec, strategy, reservedMicros } = take.intent;
    const command = {
      tenant: take.tenant,
      filmId,
      shotKey,
      shotId,
      spec,
      strategy,
      reservedMicros,
      traceparent: '',
    };
    this.#commands.set(shotOf(command), command);
    this.#wake(shotOf(command));
  }

  stop(): void {
    this.#alarm.clear();
    this.#stopped.abort();
  }

  /** What was being sent when its film was cancelled has come to light only now. */
  async #cancelIfStopped(take: TakeRecord): Promise<void> {
    if (await this.#deps.stops.isStopped(take.intent.filmId)) await this.#deps.attendant.cancel(take);
  }

  #wake(shot: string): void {
    const command = this.#commands.get(shot);
    if (command === undefined) return;
    this.drive(command).catch((error: unknown) => {
      this.#deps.log.error(
        { filmId: command.filmId, shotId: command.shotId, error },
        'shot could not be driven',
      );
      this.#alarm.schedule(shot, RECHECK_MS);
    });
  }

  async #advance(command: RenderCommand): Promise<void> {
    const { takeLog, catalogue, clock } = this.#deps;
    const strategy = strategyNamed(catalogue, command.strategy, command.tenant);
    // Every turn either ends here or writes a fact, and a shot has a bounded number of facts.
    for (let takes = await takeLog.takesOf(command.filmId, command.shotKey); ;) {
      const step = nextShotStep(takes, strategy);
      if (step.kind === 'take' && step.notBeforeMs > clock.now()) {
        return this.#alarm.schedule(shotOf(command), step.notBeforeMs - clock.now());
      }
      const take = await this.#perform(step, command, takes);
      if (take === undefined) return;
      takes = [...takes.filter(({ id }) => id !== take.id), take].sort(
        (a, b) => a.intent.attempt - b.intent.attempt,
      );
    }
  }

  /** @returns the take that has changed, or undefined when nothing more can be done now */
  async #perform(
    step: ShotStep,
    command: RenderCommand,
    takes: readonly TakeRecord[],
  ): Promise<TakeRecord | undefined> {
    const { reporter } = this.#deps;
    switch (step.kind) {
      case 'have-clip':
        this.#commands.delete(shotOf(command));
        await reporter.rendered(command, step.take, takes);
        return undefined;
      case 'give-up':
        this.#commands.delete(shotOf(command));
        await reporter.failed(command, takes, { ...step, inDoubt: false });
        return undefined;
      case 'doubt':
        return this.#clearUp(step.take, command, takes);
      case 'continue':
        return this.#continue(step.take, command);
      case 'take':
        return this.#begin(step, command, takes);
    }
  }

  async #begin(
    step: Extract<ShotStep, { kind: 'take' }>,
    command: RenderCommand,
    takes: readonly TakeRecord[],
  ): Promise<TakeRecord | undefined> {
    const { reporter, stops, takeLog, slots, senderName } = this.#deps;
    const giveUp = async (failure: FailureClass, message: string): Promise<undefined> => {
      this.#commands.delete(shotOf(command));
      // A take that was left in doubt may still come to light.
      const doubt = takes.find(({ state }) => isInDoubt(state));
      const takeId = doubt?.id ?? takes.at(-1)?.id ?? '';
      await reporter.failed(command, takes, { failure, message, takeId, inDoubt: doubt !== undefined });
      return undefined;
    };
    if (await stops.isStopped(command.filmId))
      return giveUp('FAILURE_CLASS_CANCELLED', 'the film was cancelled');
    const routed = this.#route(command, step.exhausted, takes);
    if (routed.blocked?.untilMs !== undefined) {
      // An outage that the strategy does not let another model step in for: the shot waits, nothing is spent.
      this.#alarm.schedule(shotOf(command), routed.blocked.untilMs - this.#deps.clock.now());
      return undefined;
    }
    if (routed.chosen === undefined) {
      const reasons = routed.decision.candidates
        .map((c) => `${c.provider}/${c.model}: ${c.reason}`)
        .join(', ');
      const last = takes.at(-1);
      const refusal = last?.failure === 'FAILURE_CLASS_BUDGET' ? `; ${last.message}` : '';
      const overBudget = routed.decision.candidates.some((c) => c.reason === 'budget');
      return giveUp(
        routed.blocked?.failure ?? (overBudget ? 'FAILURE_CLASS_BUDGET' : 'FAILURE_CLASS_INVALID_INPUT'),
        // Of a budget that had no room, the message names whose.
        `no model of strategy ${command.strategy} can render it (${reasons})${refusal}`,
      );
    }
    const intent = await this.#intent(step, command, routed);
    const id = takeIdOf(command.filmId, command.shotKey, step.attempt);
    // What costs something is reserved for between its intent and its sending.
    const atOnce = intent.quoteMicros === 0 && (await slots.of(intent).tryAcquire(id));
    const take = await takeLog.begin(id, command.tenant, intent, atOnce ? senderName : undefined);
    const reason = take === undefined ? undefined : fallbackOf(intent, takes);
    if (reason !== undefined) this.#deps.onFallback(intent, reason);
    if (take !== undefined) return this.#send(take);
    if (atOnce) slots.of(intent).release(id);
    return takeLog.read(id);
  }

  #route(command: RenderCommand, exhausted: ReadonlySet<string>, takes: readonly TakeRecord[]): Route {
    const { catalogue, providers, switches } = this.#deps;
    const strategy = strategyNamed(catalogue, command.strategy, command.tenant);
    const spec = specOf(command);
    const spent = sumMicros(
      takes.map((take) => (isInDoubt(take.state) ? take.intent.quoteMicros : take.costMicros)),
    );
    const last = takes.at(-1);
    // Where a budget had no room, only what is no dearer may step in.
    const ceiling = last?.failure === 'FAILURE_CLASS_BUDGET' ? last.intent.quoteMicros : Infinity;
    return route(strategy, catalogue.models, spec, {
      ...conditionsOf(strategy, providers, switches, spec),
      exhausted,
      budgetMicros: Math.min(ceiling, Math.max(0, command.reservedMicros - spent)),
    });
  }

  async #intent(
    step: Extract<ShotStep, { kind: 'take' }>,
    command: RenderCommand,
    routed: Route,
  ): Promise<TakeIntent> {
    const chosen = routed.decision.candidates.find((candidate) => candidate.reason === 'chosen');
    const listed = this.#deps.catalogue.models.get(`${chosen?.provider}/${chosen?.model}`);
    const provider = this.#deps.providers.get(chosen?.provider ?? '');
    const spec = specOf(command);
    const row = listed === undefined ? undefined : formFor(listed, spec.images);
    const seconds = row === undefined ? undefined : billedSeconds(row, spec.seconds);
    if (chosen === undefined || row === undefined || seconds === undefined || provider === undefined)
      throw new Error('no candidate was chosen');
    const prepared = provider.prepare(row, spec);
    const overBudget = await this.#deps.ledger.warningsFor({
      ...{ tenant: command.tenant, provider: chosen.provider },
      ...{ usdMicros: chosen.quoteMicros, atMs: this.#deps.clock.now() },
    });
    return {
      filmId: command.filmId,
      shotId: command.shotId,
      shotKey: command.shotKey,
      attempt: step.attempt,
      provider: chosen.provider,
      model: chosen.model,
      endpoint: prepared.endpoint,
      credentialRef: prepared.credentialRef,
      request: prepared.request,
      requestDigest: digestOf(prepared.request),
      quoteMicros: chosen.quoteMicros,
      price: quoteOf(row, seconds),
      spec,
      strategy: command.strategy,
      decision: routed.decision,
      warnings: [...prepared.warnings, ...overBudget, ...duplicateWarning(step)],
      reservedMicros: command.reservedMicros,
      fallbackReason: step.fallbackReason === '' ? passedOver(routed) : step.fallbackReason,
    };
  }

  async #continue(take: TakeRecord, command: RenderCommand): Promise<TakeRecord | undefined> {
    const { sender, takeLog, bus, senderName, slots } = this.#deps;
    if (take.state === 'TAKE_STATE_INTENT') return this.#send(take);
    if (take.state !== 'TAKE_STATE_SENDING') return this.#attend(take);
    if (sender.isSending(take.id)) return undefined;
    const [instance = ''] = take.sender.split('/');
    const isOurs = senderName.startsWith(`${instance}/`) || slots.of(take.intent).isHeirTo(take.sender);
    if (!isOurs && (await bus.isAlive(instance))) {
      this.#alarm.schedule(shotOf(command), RECHECK_MS);
      return undefined;
    }
    const message = 'the gateway stopped while it was sending';
    return (await takeLog.step(take, 'take.unknown', { message })) ?? takeLog.read(take.id);
  }

  async #send(take: TakeRecord): Promise<TakeRecord | undefined> {
    const sent = await this.#deps.sender.send(take, this.#stopped.signal);
    return this.#attend(sent.take, sent.already);
  }

  /** Whatever is under way is watched; the rest goes back to the policy. */
  #attend(take: TakeRecord, already?: PollResult): TakeRecord | undefined {
    if (take.state === 'TAKE_STATE_ACCEPTED' || take.state === 'TAKE_STATE_SUCCEEDED') {
      this.watch(take, already);
      return undefined;
    }
    if (isTakeOver(take.state)) this.#deps.slots.of(take.intent).release(take.id);
    return take;
  }

  /**
   * Ends the doubt where the provider can be asked, else leaves it to an operator, in plain sight. Whoever asks for the
   * shot again makes it look again: some providers list a request only once it has ended.
   */
  async #clearUp(
    take: TakeRecord,
    command: RenderCommand,
    takes: readonly TakeRecord[],
  ): Promise<TakeRecord | undefined> {
    const { takeLog, reporter, slots } = this.#deps;
    slots.of(take.intent).release(take.id);
    const answer = await lookUp(take, this.#deps, this.#stopped.signal);
    const by = `lookup at ${take.intent.provider}`;
    if (answer.kind === 'found') {
      // In doubt it had no slot, whoever sent it.
      slots.of(take.intent).hold(take.id);
      return (await takeLog.step(take, 'take.found', { taskId: answer.taskId, by })) ?? takeLog.read(take.id);
    }
    if (answer.kind === 'not-found') {
      return (await takeLog.step(take, 'take.not_found', { by })) ?? takeLog.read(take.id);
    }
    const message = answer.hint === undefined ? take.message : `${take.message}; ${answer.hint}`;
    const parked =
      take.state === 'TAKE_STATE_PARKED' ? take : await takeLog.step(take, 'take.parked', { message });
    if (parked === undefined) return takeLog.read(take.id);
    const known = takes.map((one) => (one.id === parked.id ? parked : one));
    const strategy = strategyNamed(this.#deps.catalogue, command.strategy, command.tenant);
    if (nextShotStep(known, strategy).kind === 'take') return parked;
    this.#commands.delete(shotOf(command));
    await reporter.failed(command, known, {
      failure: 'FAILURE_CLASS_UNSPECIFIED',
      message,
      takeId: take.id,
      inDoubt: true,
    });
    reporter.tell(parked, 0, 'operator');
    return undefined;
  }
}

/** Why a take is of another candidate than the one before it, in one word; undefined when it is not. */
function fallbackOf(intent: TakeIntent, takes: readonly TakeRecord[]): string | undefined {
  const last = takes.at(-1);
  if (last === undefined) {
    const [first] = intent.decision.candidates;
    return first === undefined || first.reason === 'chosen' ? undefined : first.reason;
  }
  if (candidateOf(last) === `${intent.provider}/${intent.model}`) return undefined;
  return last.failure.slice('FAILURE_CLASS_'.length).toLowerCase();
}

function duplicateWarning({ duplicateOf }: Extract<ShotStep, { kind: 'take' }>): readonly string[] {
  return duplicateOf === undefined
    ? []
    : [`possible duplicate: whether take ${duplicateOf} was charged is unknown`];
}

/** Why the first candidate was not chosen; empty when it was. */
function passedOver({ decision: { candidates } }: Route): string {
  const [first] = candidates;
  return first === undefined || first.reason === 'chosen'
    ? ''
    : `${first.provider}/${first.model}: ${first.reason}`;
}

function shotOf(shot: ShotAddress): string {
  return `${shot.filmId}/${shot.shotKey}`;
}

function specOf(command: RenderCommand): NonNullable<RenderCommand['spec']> {
  if (command.spec === undefined) throw new Error(`shot ${command.shotId}: the command carries no spec`);
  return command.spec;
}
