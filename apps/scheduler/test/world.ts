import { commands, events } from '@reelmesh/contracts';
import { CacheServiceDefinition } from '@reelmesh/contracts/cache';
import type { ComposeCommand, NormaliseCommand } from '@reelmesh/contracts/compose';
import { Timeline } from '@reelmesh/contracts/compose';
import type { CutEvent, ShotOutcomeEvent } from '@reelmesh/contracts/event';
import { FilmOptions, SchedulerServiceDefinition } from '@reelmesh/contracts/film';
import type { Film, FilmEvent, FilmState } from '@reelmesh/contracts/film';
import { Document, ScriptParserServiceDefinition } from '@reelmesh/contracts/script';
import { ProviderGatewayServiceDefinition } from '@reelmesh/contracts/shot';
import type { RenderCommand, Take } from '@reelmesh/contracts/shot';
import { AppError, balanceOf, filmStream, invalid, ledgerStream, settleId } from '@reelmesh/domain';
import type { Fact, FilmFact, LedgerFact } from '@reelmesh/domain';
import { connectBus } from '@reelmesh/messaging';
import type { Bus } from '@reelmesh/messaging';
import { randomIds, readConfig, systemClock } from '@reelmesh/service';
import type { Environment, RunningService } from '@reelmesh/service';
import { openFileBlobs, openSqliteFacts } from '@reelmesh/storage';
import { startNats, temporaryDirectory, testKit } from '@reelmesh/testing';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { config } from '../src/config.ts';
import { module } from '../src/module.ts';
import { SmallCache } from './small-cache.ts';
import { parseTinyScript } from './tiny-script.ts';

/** What every shot costs at its first candidate, and what it may cost. */
export const PRICE = 100_000;
export const LIMIT = 250_000;

/** How a shot can end. */
export type Ending = 'render' | 'fail' | 'doubt' | 'cancelled' | 'abandon';
/** What becomes of a command: it ends at once, it is taken and waits for `finish`, or it is lost. */
export type Answer = Ending | 'hold' | 'lose';

export type World = Awaited<ReturnType<typeof openWorld>>;

/**
 * The scheduler among real parts: NATS, SQLite, files. The services that it talks to stand on the other side of their
 * contracts, scripted by the test; like the real gateway and composer they tell an outcome again when asked again.
 */
export async function openWorld() {
  const [nats, directory] = await Promise.all([startNats(), temporaryDirectory()]);
  const facts = await openSqliteFacts({ path: join(directory.path, 'facts.db') });
  const blobs = await openFileBlobs({ dir: join(directory.path, 'blobs') });
  const { log } = testKit();
  const bus = await connectBus({ servers: nats.url, name: 'test', queueGroup: 'test', log, leaseMs: 300 });

  const tell = (outcome: ShotOutcomeEvent) =>
    bus.publish(events.outcome, outcome, outcome, randomIds.next('e'));
  const tellCut = (event: CutEvent) => bus.publish(events.cut, event, event, randomIds.next('e'));
  const cache = new SmallCache(tell);
  const held = new Map<string, RenderCommand>();
  const doubted = new Map<string, RenderCommand>();
  const ended = new Map<string, ShotOutcomeEvent>();
  const cuts = new Set<string>();
  const asked: RenderCommand[] = [];
  const composed: ComposeCommand[] = [];
  const normalised: NormaliseCommand[] = [];
  const cancels: string[] = [];
  const news: FilmEvent[] = [];
  const parses: string[] = [];

  await Promise.all([
    bus.serve(CacheServiceDefinition, cache.handlers),
    bus.serve(ScriptParserServiceDefinition, {
      async parseScript({ script }) {
        const text = new TextDecoder().decode(await blobs.readAll(script?.sha256 ?? '', 1_000_000));
        parses.push(text);
        const bytes = Document.encode(parseTinyScript(text)).finish();
        const document = await blobs.put(bytes, 'application/x-protobuf');
        return { document, scenes: 1, shots: 1, diagnostics: [] };
      },
    }),
    bus.serve(ProviderGatewayServiceDefinition, {
      /** `staged` renders drafts under `rough` and approved shots under `fine`. */
      async quoteShots({ strategy, specs, approved }) {
        if (strategy === 'nonsense') throw invalid('STRATEGY_UNKNOWN', `no strategy ${strategy}`);
        if (strategy !== 'staged' && approved.includes(true)) {
          throw new AppError('FAILED_PRECONDITION', `${strategy} has no stages`, { reason: 'NO_STAGES' });
        }
        const prices = { expectedMicros: PRICE, limitMicros: LIMIT, decision: undefined };
        const stageOf = (index: number) => (approved[index] === true ? 'fine' : 'rough');
        const nameOf = (index: number) => (strategy === 'staged' ? stageOf(index) : strategy);
        const quotes = specs.map((_, index) => {
          return { ...prices, strategy: nameOf(index), strategyDigest: nameOf(index) };
        });
        return { quotes };
      },
      async cancelTakes({ filmId }) {
        cancels.push(filmId);
        await world.onCancel();
        return { cancelling: 0 };
      },
      async listTakes({ tenant, filmId }) {
        const open = [...held.values(), ...doubted.values()];
        return {
          takes: open.filter((one) => one.tenant === tenant && one.filmId === filmId).map(openTake),
        };
      },
      resolveTake: async () => Promise.reject(new AppError('UNIMPLEMENTED', 'not part of this test')),
    }),
    bus.work(commands.render, { concurrency: 64 }, async (command) => {
      asked.push(command);
      const before = ended.get(nameOf(command));
      if (before !== undefined) return tell(before);
      const answer = world.onRender(command);
      if (answer === 'lose') return;
      if (answer !== 'hold') return end(command, answer);
      held.set(nameOf(command), command);
    }),
    bus.work(commands.compose, { concurrency: 8 }, async (command) => {
      composed.push(command);
      const answer = world.onCompose(command);
      if (answer !== 'hold') await endCut(command, answer);
    }),
    bus.work(commands.normalise, { concurrency: 8 }, async (command) => void normalised.push(command)),
    bus.subscribe(events.film, { group: 'watcher', concurrency: 8 }, async (event) => void news.push(event)),
  ]);

  async function end(command: RenderCommand, ending: Ending): Promise<void> {
    held.delete(nameOf(command));
    if (ending === 'doubt') doubted.set(nameOf(command), command);
    else doubted.delete(nameOf(command));
    const outcome = await outcomeOf(command, ending);
    if (ending === 'render' || ending === 'fail') ended.set(nameOf(command), outcome);
    await tell(outcome);
  }

  async function outcomeOf(command: RenderCommand, ending: Ending): Promise<ShotOutcomeEvent> {
    const { tenant, filmId, shotKey, spec } = command;
    const what = spec?.picture?.description ?? '';
    const takeId = `${filmId}-${what}`;
    const address = { tenant, filmId, shotKey };
    if (ending === 'abandon') return { ...address, outcome: { $case: 'abandoned', value: {} } };
    if (ending === 'render') {
      const clip = {
        blob: await blobs.put(new TextEncoder().encode(`clip of ${what}, ${command.strategy}`), 'video/mp4'),
        width: 64,
        height: 64,
        fpsMilli: 24_000,
        frames: 48,
        durationMs: 2000,
        hasAudio: false,
      };
      await world.settle(command, takeId);
      await cache.put(tenant, filmId, shotKey, clip);
      const by = { takeId, provider: 'stub', model: 'm', fallbackReason: '', warnings: [] };
      const value = { ...by, clip, costMicros: PRICE, cached: false, takes: 1 };
      return { ...address, outcome: { $case: 'rendered', value } };
    }
    const failure = ending === 'cancelled' ? 'FAILURE_CLASS_CANCELLED' : 'FAILURE_CLASS_BAD_OUTPUT';
    const value = { failure, message: `${what} went wrong`, takeId, costMicros: 0 } as const;
    return { ...address, outcome: { $case: 'failed', value: { ...value, inDoubt: ending === 'doubt' } } };
  }

  async function endCut(command: ComposeCommand, ending: 'make' | 'lose' | 'fail'): Promise<void> {
    const { cutKey } = command;
    const cached = cuts.has(cutKey);
    if (ending === 'fail') {
      const value = { reason: 'CLIP_BROKEN', message: 'a clip is broken', retryable: false };
      return tellCut({ ...command, news: { $case: 'failed', value } });
    }
    cuts.add(cutKey);
    const cut = {
      blob: await blobs.put(new TextEncoder().encode(`cut ${cutKey}`), 'video/mp4'),
      durationMs: 2000,
      frames: 48,
      width: 64,
      height: 64,
      fps: 24,
    };
    if (ending === 'make') await tellCut({ ...command, news: { $case: 'made', value: { cut, cached } } });
  }

  const schedulers = new Set<RunningService>();
  const scheduler = bus.client(SchedulerServiceDefinition);
  const world = {
    nats,
    facts,
    blobs,
    bus,
    cache,
    scheduler,
    /** Commands that are under way, by film and key. */
    held,
    /** Every command that came, in order. */
    asked,
    composed,
    normalised,
    cancels,
    news,
    parses,
    tell,
    tellCut,
    outcomeOf,

    /** What the test makes of each command. */
    onRender: (_command: RenderCommand): Answer => 'render',
    onCompose: (_command: ComposeCommand): 'make' | 'lose' | 'fail' | 'hold' => 'make',
    onCancel: async (): Promise<void> => {},

    /** Starts a scheduler; several may run. Resolves after its first sweep. */
    async start(env: Environment = {}, instanceId = 'one', own: { readonly bus?: Bus } = {}) {
      const values = readConfig({ ...patient, ...env }, [config]);
      const kit = testKit(instanceId);
      const deps = { ...kit, bus, facts, blobs, clock: systemClock, ids: randomIds, ...own };
      const running = await module.start({ ...deps, config: values.scheduler });
      schedulers.add(running);
      return {
        metrics: kit.metrics,
        ready: () => running.ready(),
        async stop() {
          schedulers.delete(running);
          await running.stop();
        },
      };
    },

    async script(...lines: string[]) {
      return blobs.put(new TextEncoder().encode(lines.join('\n')), 'text/plain');
    },

    /** Asks for a film of these shots. */
    async make(lines: readonly string[], more: Request = {}): Promise<Film> {
      const { tenant = 'local', requestId = randomIds.next('q'), options } = more;
      const script = await world.script(...lines);
      const { film } = await scheduler.startFilm({
        tenant,
        requestId,
        script,
        fileName: 'tiny.txt',
        options: { ...plain, ...options },
      });
      return film!;
    },

    async revise(filmId: string, lines: readonly string[], requestId = randomIds.next('q')): Promise<Film> {
      const script = await world.script(...lines);
      const request = { tenant: 'local', filmId, requestId, script, fileName: 'tiny.txt' };
      return (await scheduler.reviseFilm(request)).film!;
    },

    async approve(
      filmId: string,
      shots: readonly number[] | 'all',
      requestId = randomIds.next('q'),
      tenant = 'local',
    ) {
      const which = shots === 'all' ? { shots: [], all: true } : { shots: [...shots], all: false };
      const answer = await scheduler.approveFilmShots({ tenant, filmId, requestId, ...which });
      return answer.film!;
    },

    async cancel(filmId: string): Promise<Film> {
      return (await scheduler.stopFilm({ tenant: 'local', filmId })).film!;
    },

    async film(filmId: string, tenant = 'local'): Promise<Film> {
      return (await scheduler.readFilm({ tenant, filmId })).film!;
    },

    async changes(filmId: string, afterSequence = 0) {
      return (await scheduler.readChanges({ tenant: 'local', filmId, afterSequence })).changes;
    },

    /** Waits until the film is in the state. */
    async until(filmId: string, state: FilmState, tenant = 'local'): Promise<Film> {
      await world.eventually(async () => expect((await world.film(filmId, tenant)).state).toBe(state));
      return world.film(filmId, tenant);
    },

    eventually: <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 15_000, interval: 5 }),

    /** Waits until shots that are under way are exactly these, in any order. */
    async underway(...what: string[]): Promise<void> {
      await world.eventually(() => expect([...held.values()].map(whatOf).sort()).toEqual([...what].sort()));
    },

    /** Ends a shot that is under way. */
    async finish(what: string, ending: Ending = 'render', filmId?: string): Promise<void> {
      const command = [...held.values()].find(
        (one) => whatOf(one) === what && (filmId ?? one.filmId) === one.filmId,
      );
      if (command === undefined) throw new Error(`${what} is not under way`);
      await end(command, ending);
    },

    finishCut: endCut,

    /** The gateway's word that a take was charged. */
    async settle({ tenant, filmId, shotId }: RenderCommand, takeId: string): Promise<void> {
      const entry = { entry: 'LEDGER_KIND_SETTLE', filmId, takeId, provider: 'stub', model: 'm' } as const;
      const price = { amountMicros: PRICE, currency: 'USD', usdMicros: PRICE, listMicros: PRICE, seconds: 2 };
      await facts.append([
        {
          id: settleId(filmId, takeId),
          stream: ledgerStream(filmId),
          seq: 0,
          kind: 'ledger.settle',
          tenant,
          atMs: 0,
          epoch: 0,
          body: { ...entry, ...price, shotId } satisfies LedgerFact['body'],
        },
      ]);
    },

    askedFor(filmId?: string): string[] {
      return asked.filter((command) => (filmId ?? command.filmId) === command.filmId).map(whatOf);
    },

    async timeline(command: ComposeCommand): Promise<Timeline> {
      return Timeline.decode(await blobs.readAll(command.timeline?.sha256 ?? '', 1_000_000));
    },

    async log(filmId: string): Promise<readonly FilmFact[]> {
      return (await facts.read(filmStream(filmId))) as readonly FilmFact[];
    },

    async kinds(filmId: string): Promise<string[]> {
      return (await world.log(filmId)).map(({ kind }) => kind);
    },

    /** What the gateway has booked for the film's takes. */
    async settled(filmId: string): Promise<number> {
      return balanceOf((await facts.read(ledgerStream(filmId))) as readonly LedgerFact[]).settledMicros;
    },

    /** All facts about films and money, of all films. */
    async allFacts(): Promise<readonly Fact[]> {
      const [films, money] = await Promise.all([facts.readPrefix('film/'), facts.readPrefix('ledger/')]);
      return [...films, ...money];
    },

    async close() {
      await Promise.all([...schedulers].map((one) => one.stop()));
      await bus.close();
      await facts.close();
      await nats.stop();
      await directory.remove();
    },
  };
  return world;
}

/** Nothing is asked for twice within a test, so that nothing comes right only by asking again. */
const patient: Environment = { REELMESH_SCHEDULER__REDRIVE_MS: '3600000' };

const plain = FilmOptions.fromPartial({ strategy: 'draft', seed: 7, width: 64, height: 64, fps: 24 });

export interface Request {
  readonly tenant?: string;
  readonly requestId?: string;
  readonly options?: Partial<FilmOptions>;
}

export function whatOf(command: RenderCommand): string {
  return command.spec?.picture?.description ?? '';
}

function openTake({ tenant, filmId, shotId, shotKey }: RenderCommand): Take {
  return {
    id: `${filmId}-${shotId}`,
    tenant,
    filmId,
    shotId,
    shotKey,
    attempt: 1,
    provider: 'stub',
    model: 'm',
    state: 'TAKE_STATE_ACCEPTED',
    taskId: 't',
    quoteMicros: PRICE,
    costMicros: 0,
    failure: 'FAILURE_CLASS_UNSPECIFIED',
    message: '',
    clip: undefined,
    decision: undefined,
    warnings: [],
    createTimeMs: 0,
    updateTimeMs: 0,
    fallbackReason: '',
  };
}

function nameOf({ filmId, shotKey }: RenderCommand): string {
  return `${filmId}/${shotKey}`;
}
