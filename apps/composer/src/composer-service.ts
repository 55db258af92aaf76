import { events } from '@reelmesh/contracts';
import { type ComposeCommand, type Cut, type NormaliseCommand, Timeline } from '@reelmesh/contracts/compose';
import type { CutEvent } from '@reelmesh/contracts/event';
import {
  AppError,
  type BlobStore,
  type Clock,
  Code,
  type FactStore,
  type Ids,
  invalid,
} from '@reelmesh/domain';
import type { Bus, Delivery } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import type { ComposerMetrics } from './composer-metrics.ts';
import { cutMade, cutMadeId, cutOf } from './cut-facts.ts';
import { filmOf } from './film.ts';
import { Flights } from './flights.ts';
import type { Maker } from './maker.ts';
import { progressTeller } from './progress-teller.ts';
import type { Segments } from './segments.ts';

export interface ComposerDeps {
  readonly bus: Pick<Bus, 'publish' | 'whisper'>;
  readonly facts: Pick<FactStore, 'append' | 'get'>;
  readonly blobs: Pick<BlobStore, 'has' | 'readAll'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: ComposerMetrics;
  readonly maker: Maker;
  /** Undefined where clips need no normalising. */
  readonly segments: Segments | undefined;
  /** Deliveries after which a passing trouble is final. */
  readonly attempts: number;
}

export interface Composer {
  /** Idempotency key: tenant + cut key. Ends with one CutMade or CutFailed, or throws to be delivered again. */
  readonly compose: (command: ComposeCommand, delivery: Delivery) => Promise<void>;
  /** Idempotency key: clip + form. A head start: nobody waits for it. */
  readonly normalise: (command: NormaliseCommand, delivery: Delivery) => Promise<void>;
}

interface Made {
  readonly cut: Cut;
  readonly cached: boolean;
}

interface Outcome {
  readonly name: 'made' | 'cached' | 'failed';
  readonly news: CutEvent['news'];
}

const MAX_TIMELINE_BYTES = 16 * 1024 * 1024;

export function createComposer(deps: ComposerDeps): Composer {
  const { bus, facts, blobs, clock, ids, log, metrics, maker } = deps;
  const flights = new Flights<Made>();

  /** The fact is looked for inside the flight: between the two nobody can finish the same cut unseen. */
  async function findOrMake(command: ComposeCommand, signal: AbortSignal): Promise<Made> {
    checkKey(command);
    const { tenant, cutKey } = command;
    return flights.join(`${tenant}/${cutKey}`, async () => {
      const known = await facts.get(cutMadeId(tenant, cutKey));
      const before = known && cutOf(known);
      if (before?.blob && (await blobs.has(before.blob.sha256))) return { cut: before, cached: true };
      return { cut: await make(command, signal), cached: false };
    });
  }

  async function make(command: ComposeCommand, signal: AbortSignal): Promise<Cut> {
    const { tenant, cutKey } = command;
    const film = filmOf(await readTimeline(command));
    const startMs = clock.now();
    const onProgress = progressTeller(clock, (progress, stage) =>
      bus.whisper(events.cut, command, cutEvent(command, { $case: 'progress', value: { progress, stage } })),
    );
    const cut = await maker.make(film, { cutKey, signal, onProgress });
    await facts.append([cutMade(tenant, cutKey, cut, clock.now())]);
    const durationMs = clock.now() - startMs;
    metrics.composed(durationMs / 1000, cut.durationMs / 1000);
    log.info({ filmId: command.filmId, cutKey, frames: cut.frames, durationMs }, 'cut made');
    return cut;
  }

  async function readTimeline({ timeline }: ComposeCommand): Promise<Timeline> {
    const bytes = await blobs.readAll(timeline?.sha256 ?? '', MAX_TIMELINE_BYTES);
    try {
      return Timeline.decode(bytes);
    } catch (cause) {
      throw invalid('TIMELINE_INVALID', `timeline cannot be decoded: ${AppError.from(cause).message}`);
    }
  }

  async function outcomeOf(command: ComposeCommand, delivery: Delivery): Promise<Outcome> {
    try {
      const made = await findOrMake(command, delivery.signal);
      return { name: made.cached ? 'cached' : 'made', news: { $case: 'made', value: made } };
    } catch (cause) {
      if (delivery.signal.aborted) throw interrupted(cause);
      const error = AppError.from(cause);
      if (error.retryable && delivery.attempt < deps.attempts) throw error;
      const { message, reason, retryable } = error;
      log.warn({ filmId: command.filmId, cutKey: command.cutKey, reason, err: error }, 'cut failed');
      return { name: 'failed', news: { $case: 'failed', value: { message, reason, retryable } } };
    }
  }

  return {
    async compose(command, delivery) {
      const { name, news } = await outcomeOf(command, delivery);
      // a new id each time: after a wipe of NATS the scheduler asks again and must be answered again
      await bus.publish(events.cut, command, cutEvent(command, news), ids.next('e'));
      metrics.ended(name);
    },

    async normalise({ clip, width, height, fps, frames }, { signal }) {
      if (!clip?.blob) throw invalid('CLIP_MISSING', 'normalise: the command names no clip');
      await deps.segments?.segmentOf(clip.blob, { width, height, fps, frames }, signal);
    },
  };
}

function cutEvent({ tenant, filmId, cutKey }: ComposeCommand, news: CutEvent['news']): CutEvent {
  return { tenant, filmId, cutKey, news };
}

function checkKey({ cutKey }: ComposeCommand): void {
  if (/^[0-9a-z-]{1,128}$/.test(cutKey)) return;
  throw invalid('CUT_KEY', 'cut key: must be 1 to 128 characters of a-z, 0-9 and -');
}

function interrupted(cause: unknown): AppError {
  return new AppError(Code.UNAVAILABLE, 'composing was interrupted: the worker stops', {
    reason: 'INTERRUPTED',
    cause,
  });
}
