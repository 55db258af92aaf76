import { events } from '@reelmesh/contracts';
import {
  Film,
  FilmOptions,
  FilmServiceDefinition,
  Quote,
  SchedulerServiceDefinition,
} from '@reelmesh/contracts/film';
import type { SequencedChange, WatchFilmResponse } from '@reelmesh/contracts/film';
import { ProviderGatewayServiceDefinition, Take } from '@reelmesh/contracts/shot';
import { AppError, Code } from '@reelmesh/domain';
import type { BlobStore } from '@reelmesh/domain';
import { HealthDefinition, connectBus, grpcClient } from '@reelmesh/messaging';
import type { Bus, GrpcClient, Handlers } from '@reelmesh/messaging';
import { systemClock } from '@reelmesh/service';
import { openFileBlobs } from '@reelmesh/storage';
import { startNats, temporaryDirectory, testKit } from '@reelmesh/testing';
import type { TestNats } from '@reelmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { config } from '../src/config.ts';
import { module } from '../src/module.ts';
import type { RunningApi } from '../src/module.ts';
import { collect } from './collect.ts';
import { png } from './pictures.ts';
import { Story } from './story.ts';

const tenant = 'local';
/** SERVING of grpc.health.v1. */
const serving = 1;
const scriptText = 'INT. STATION - NIGHT\n\nA train waits.';
const script = new TextEncoder().encode(scriptText);
const options = FilmOptions.fromPartial({ seed: 7 });

/** The scheduler and the gateway as the api knows them: their contract, and a note of what was asked. */
const asked: { method: string; request: unknown }[] = [];
const stories = new Map<string, Story>();
const cuts = new Map<string, Film['cut']>();

function storyOf(filmId: string): Story {
  const story = stories.get(filmId);
  if (story === undefined)
    throw new AppError(Code.NOT_FOUND, `film ${filmId}: no such film`, { reason: 'FILM_NOT_FOUND' });
  return story;
}

function note<T>(method: string, request: unknown, answer: T): T {
  asked.push({ method, request });
  return answer;
}

const filmOf = (filmId: string): { film: Film } => {
  const { film } = storyOf(filmId);
  return { film: { ...film, cut: cuts.get(filmId) } };
};

const scheduler: Handlers<SchedulerServiceDefinition> = {
  startFilm: async (request) =>
    note('startFilm', request, { film: Film.fromPartial({ id: 'f1', title: request.fileName }) }),
  reviseFilm: async (request) => note('reviseFilm', request, filmOf(request.filmId)),
  planFilm: async (request) =>
    note('planFilm', request, { quote: Quote.fromPartial({ expectedMicros: 5, limitMicros: 9 }) }),
  stopFilm: async (request) => note('stopFilm', request, filmOf(request.filmId)),
  approveFilmShots: async (request) => note('approveFilmShots', request, filmOf(request.filmId)),
  readFilm: async (request) => note('readFilm', request, filmOf(request.filmId)),
  browseFilms: async (request) =>
    note('browseFilms', request, { films: [Film.fromPartial({ id: 'f1' })], nextPageToken: 'more' }),
  readChanges: async (request) =>
    note('readChanges', request, { changes: storyOf(request.filmId).after(request.afterSequence) }),
};

const gateway: Handlers<ProviderGatewayServiceDefinition> = {
  quoteShots: async () => ({ quotes: [] }),
  listTakes: async (request) => note('listTakes', request, { takes: [Take.fromPartial({ id: 't1' })] }),
  cancelTakes: async () => ({ cancelling: 0 }),
  resolveTake: async (request) =>
    note('resolveTake', request, { take: Take.fromPartial({ id: request.takeId }) }),
};

let nats: TestNats;
let bus: Bus;
let world: Bus;
let blobs: BlobStore;
let api: RunningApi;
let films: GrpcClient<FilmServiceDefinition>;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const kit = testKit();

async function startApi(): Promise<RunningApi> {
  const settings = { host: '127.0.0.1', port: 0, resyncMs: 200, drainMs: 2_000 };
  return module.start({ ...kit, bus, blobs, clock: systemClock, config: settings });
}

beforeAll(async () => {
  directory = await temporaryDirectory();
  nats = await startNats();
  bus = await connectBus({ servers: nats.url, name: 'api', queueGroup: 'api', log: kit.log });
  world = await connectBus({ servers: nats.url, name: 'world', queueGroup: 'world', log: kit.log });
  await world.serve(SchedulerServiceDefinition, scheduler);
  await world.serve(ProviderGatewayServiceDefinition, gateway);
  blobs = await openFileBlobs({ dir: directory.path });
  api = await startApi();
  films = grpcClient(FilmServiceDefinition, api.address);
});

afterAll(async () => {
  films.close();
  await api.stop();
  await Promise.all([bus.close(), world.close()]);
  await nats.stop();
  await directory.remove();
});

beforeEach(() => {
  asked.length = 0;
});

function tell(filmId: string, change: SequencedChange): Promise<void> {
  return world.publish(events.film, { tenant, filmId }, { change }, `${filmId}-${change.sequence}`);
}

async function next(watch: AsyncIterator<WatchFilmResponse>): Promise<WatchFilmResponse> {
  const { value } = (await watch.next()) as { value: WatchFilmResponse };
  return value;
}

describe('calls', () => {
  test('a film is created from a script that lies in the blob store, with complete options', async () => {
    const { film } = await films.createFilm({
      requestId: 'r-1',
      script,
      fileName: 'train.fountain',
      options,
    });

    expect(film).toMatchObject({ id: 'f1', title: 'train.fountain' });
    const [{ method, request }] = asked as [{ method: string; request: { script: { sha256: string } } }];
    expect(method).toBe('startFilm');
    expect(request).toMatchObject({
      tenant,
      requestId: 'r-1',
      options: { strategy: 'draft', seed: 7, width: 1080, height: 1920, fps: 24 },
    });
    expect(Buffer.from(await blobs.readAll(request.script.sha256, 1_000)).toString()).toBe(scriptText);
  });

  test('an image is kept under its hash, and a film may be made from it', async () => {
    const { image } = await films.uploadImage({ data: png(64, 64, 7 * 2 ** 20) });
    const again = await films.uploadImage({ data: png(64, 64, 7 * 2 ** 20) });

    expect(image).toMatchObject({ mediaType: 'image/png' });
    expect(again.image).toEqual(image);
    expect(await blobs.readAll(image!.sha256, 8 * 2 ** 20)).toHaveLength(image!.sizeBytes);
    const images = [{ blob: image, role: 'IMAGE_ROLE_FIRST_FRAME' as const, shots: [1] }];
    await films.createFilm({ requestId: 'r-i', script, fileName: 'a.txt', options: { ...options, images } });
    expect(asked).toMatchObject([{ request: { options: { images } } }]);
  });

  test('what is no image, is too large or was never uploaded is refused', async () => {
    const never = { sha256: '0'.repeat(64), sizeBytes: 1, mediaType: 'image/png' };
    const images = [{ blob: never, role: 'IMAGE_ROLE_FIRST_FRAME' as const, shots: [1] }];

    await expect(films.uploadImage({ data: Buffer.from('<svg/>') })).rejects.toMatchObject({
      code: Code.INVALID_ARGUMENT,
      reason: 'IMAGE_UNSUPPORTED',
    });
    await expect(films.uploadImage({ data: png(1, 1, 9 * 2 ** 20) })).rejects.toMatchObject({
      reason: 'IMAGE_TOO_LARGE',
    });
    const film = { requestId: 'r-n', script, fileName: 'a.txt', options: { ...options, images } };
    await expect(films.createFilm(film)).rejects.toMatchObject({ reason: 'IMAGE_MISSING' });
    await expect(films.quoteFilm({ ...film, hypothetical: false })).rejects.toMatchObject({
      reason: 'IMAGE_MISSING',
    });
    expect(asked).toEqual([]);
  });

  test('a quote is passed on as the scheduler makes it', async () => {
    const { quote } = await films.quoteFilm({ script, fileName: 'a.txt', options, hypothetical: true });

    expect(quote).toMatchObject({ expectedMicros: 5, limitMicros: 9 });
    expect(asked).toMatchObject([{ request: { tenant, hypothetical: true } }]);
  });

  test('a new script, a cancel, takes and their resolution reach whom they concern', async () => {
    stories.set('f2', new Story('f2'));

    await films.updateFilmScript({ filmId: 'f2', requestId: 'r-2', script, fileName: 'b.txt' });
    await films.cancelFilm({ filmId: 'f2' });
    await films.listTakes({ filmId: '', unknownOnly: true });
    await films.resolveTake({ takeId: 't1', resolution: 'RESOLUTION_ATTACH', taskId: 'task-9' });

    expect(asked).toMatchObject([
      { method: 'reviseFilm', request: { tenant, filmId: 'f2', requestId: 'r-2' } },
      { method: 'stopFilm', request: { tenant, filmId: 'f2' } },
      { method: 'listTakes', request: { tenant, filmId: '', unknownOnly: true } },
      {
        method: 'resolveTake',
        request: { tenant, takeId: 't1', resolution: 'RESOLUTION_ATTACH', taskId: 'task-9' },
      },
    ]);
  });

  test('a page holds 20 films unless asked for otherwise, and says where the next one begins', async () => {
    const { films: page, nextPageToken } = await films.listFilms({ pageSize: 0, pageToken: 'here' });

    expect(page).toHaveLength(1);
    expect(nextPageToken).toBe('more');
    expect(asked).toMatchObject([{ request: { tenant, pageSize: 20, pageToken: 'here' } }]);
  });

  test('approvals are passed on for the tenant', async () => {
    stories.set('f9', new Story('f9'));

    await films.approveShots({ filmId: 'f9', requestId: 'r-9', shots: [3, 5], all: false });

    expect(asked).toEqual([
      {
        method: 'approveFilmShots',
        request: { tenant, filmId: 'f9', requestId: 'r-9', shots: [3, 5], all: false },
      },
    ]);
  });

  test("the scheduler's refusal comes out with code, reason and message", async () => {
    await expect(films.getFilm({ filmId: 'nobody' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'FILM_NOT_FOUND',
      message: 'film nobody: no such film',
    });
  });

  test('a script of 9 MB is refused by name and limit, and nothing is asked of anybody', async () => {
    const long = new Uint8Array(9 * 2 ** 20).fill(65);

    await expect(
      films.createFilm({ requestId: 'r-3', script: long, fileName: 'epic.txt', options }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'SCRIPT_TOO_LARGE',
      details: { field: 'script', file: 'epic.txt' },
    });
    expect(asked).toEqual([]);
  });

  test.each([
    [
      'createFilm',
      () => films.createFilm({ requestId: '', script, fileName: '', options }),
      'REQUEST_ID_MISSING',
    ],
    [
      'updateFilmScript',
      () => films.updateFilmScript({ filmId: 'f1', requestId: 'r', script: new Uint8Array(), fileName: '' }),
      'SCRIPT_EMPTY',
    ],
    [
      'quoteFilm',
      () =>
        films.quoteFilm({
          script,
          fileName: '',
          options: { ...options, fps: 5 },
          hypothetical: false,
        }),
      'OUT_OF_BOUNDS',
    ],
    ['getFilm', () => films.getFilm({ filmId: 'a.b' }), 'ID_MALFORMED'],
    ['cancelFilm', () => films.cancelFilm({ filmId: '' }), 'ID_MALFORMED'],
    ['listFilms', () => films.listFilms({ pageSize: -1, pageToken: '' }), 'OUT_OF_BOUNDS'],
    ['listTakes', () => films.listTakes({ filmId: '*', unknownOnly: false }), 'ID_MALFORMED'],
    [
      'resolveTake',
      () => films.resolveTake({ takeId: 't1', resolution: 'RESOLUTION_UNSPECIFIED', taskId: '' }),
      'RESOLUTION_MISSING',
    ],
    ['watchFilm', () => collect(films.watchFilm({ filmId: '>', afterSequence: 0 })), 'ID_MALFORMED'],
    ['downloadCut', () => collect(films.downloadCut({ filmId: '/' })), 'ID_MALFORMED'],
  ])('%s checks before it asks anybody', async (_method, call, reason) => {
    await expect(call()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason });
    expect(asked).toEqual([]);
  });
});

describe('watching', () => {
  test('tells the film, then every change once and in order, and ends with the film', async () => {
    const story = new Story('w1');
    stories.set('w1', story);
    story.enter('FILM_STATE_RENDERING');
    const watch = films.watchFilm({ filmId: 'w1', afterSequence: 0 })[Symbol.asyncIterator]();
    expect(await next(watch)).toMatchObject({ sequence: 1, news: { $case: 'film' } });

    const second = story.shot('k1');
    const third = story.shot('k2');
    await tell('w1', third);
    await tell('w1', second);
    world.whisper(
      events.take,
      { tenant, filmId: 'w1' },
      { take: undefined, progress: 0.25, waitingFor: 'render' },
    );

    expect(await next(watch)).toMatchObject({ sequence: 2, news: { $case: 'change' } });
    expect(await next(watch)).toMatchObject({ sequence: 3 });
    expect(await next(watch)).toMatchObject({
      sequence: 0,
      news: { $case: 'take', value: { progress: 0.25 } },
    });
    await tell('w1', story.enter('FILM_STATE_COMPLETED'));
    expect(await next(watch)).toMatchObject({ sequence: 4 });
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });

  test('finds what NATS never told, and resumes after the last sequence seen', async () => {
    const story = new Story('w2');
    stories.set('w2', story);
    story.enter('FILM_STATE_RENDERING');
    const first = films.watchFilm({ filmId: 'w2', afterSequence: 0 })[Symbol.asyncIterator]();
    await next(first);
    await first.return?.();
    story.shot('k1');

    const watch = films.watchFilm({ filmId: 'w2', afterSequence: 1 })[Symbol.asyncIterator]();
    expect(await next(watch)).toMatchObject({ sequence: 2, news: { $case: 'change' } });
    story.enter('FILM_STATE_FAILED');

    expect(await next(watch)).toMatchObject({ sequence: 3 });
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });

  test('goes on when NATS is killed and comes back', async () => {
    const story = new Story('w3');
    stories.set('w3', story);
    story.enter('FILM_STATE_RENDERING');
    const watch = films.watchFilm({ filmId: 'w3', afterSequence: 0 })[Symbol.asyncIterator]();
    await next(watch);

    await nats.kill();
    await vi.waitFor(() => expect(api.ready()).toEqual({ ready: false, detail: 'no connection to NATS' }));
    await nats.restart();
    await vi.waitFor(() => expect([bus.connected, world.connected]).toEqual([true, true]), {
      timeout: 10_000,
    });
    story.shot('k1');

    expect(await next(watch)).toMatchObject({ sequence: 2 });
    await watch.return?.();
  });

  test('a caller who leaves frees what was listened to', async () => {
    const story = new Story('w4');
    stories.set('w4', story);
    const caller = new AbortController();
    const watch = films
      .watchFilm({ filmId: 'w4', afterSequence: 0 }, { signal: caller.signal })
      [Symbol.asyncIterator]();
    await next(watch);
    await vi.waitFor(async () =>
      expect(await kit.metrics.text()).toMatch(/reelmesh_api_streams\{method="WatchFilm"\} 1\n/),
    );

    caller.abort();

    await expect(watch.next()).rejects.toMatchObject({ code: 'CANCELLED' });
    await vi.waitFor(async () =>
      expect(await kit.metrics.text()).toMatch(/reelmesh_api_streams\{method="WatchFilm"\} 0\n/),
    );
    asked.length = 0;
    await films.getFilm({ filmId: 'w4' });
    expect(asked.map(({ method }) => method)).toEqual(['readFilm']);
  });
});

describe('downloading', () => {
  const bytes = Buffer.alloc(600 * 1024, 'reelmesh ');

  test('gives the cut, then its bytes in chunks of 256 KiB', async () => {
    stories.set('d1', new Story('d1'));
    const blob = await blobs.put(bytes, 'video/mp4');
    cuts.set('d1', { blob, durationMs: 4_000, frames: 96, width: 1080, height: 1920, fps: 24 });

    const [first, ...rest] = await collect(films.downloadCut({ filmId: 'd1' }));

    expect(first?.part).toMatchObject({ $case: 'cut', value: { blob, frames: 96 } });
    const chunks = rest.map(({ part }) => (part?.$case === 'chunk' ? part.value : new Uint8Array()));
    expect(chunks.map((chunk) => chunk.length)).toEqual([262_144, 262_144, 90_112]);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  test('a film without a cut says what it is waiting for', async () => {
    stories.set('d2', new Story('d2'));

    await expect(collect(films.downloadCut({ filmId: 'd2' }))).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'CUT_MISSING',
      details: { state: 'planning' },
    });
  });

  test('a cut whose file is gone is not half a download', async () => {
    stories.set('d3', new Story('d3'));
    const blob = { sha256: 'ab'.repeat(32), sizeBytes: 5, mediaType: 'video/mp4' };
    cuts.set('d3', { blob, durationMs: 4_000, frames: 96, width: 1080, height: 1920, fps: 24 });

    await expect(collect(films.downloadCut({ filmId: 'd3' }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'BLOB_MISSING',
    });
  });
});

describe('the server', () => {
  test('is healthy and ready, and counts calls by method and code', async () => {
    const health = grpcClient(HealthDefinition, api.address);
    stories.set('m1', new Story('m1'));

    await films.getFilm({ filmId: 'm1' });
    await films.getFilm({ filmId: 'nobody' }).catch(() => {});

    expect(await health.check({ service: 'reelmesh.film.v1.FilmService' })).toEqual({ status: serving });
    health.close();
    expect(await api.ready()).toEqual({ ready: true });
    const text = await kit.metrics.text();
    expect(text).toMatch(/duration_seconds_count\{method="GetFilm",code="OK"\} \d/);
    expect(text).toMatch(/duration_seconds_count\{method="GetFilm",code="NOT_FOUND"\} \d/);
  });

  test('that stops ends its watches with word where to go on, and does not wait out its grace', async () => {
    stories.set('s1', new Story('s1'));
    const stopping = await startApi();
    const client = grpcClient(FilmServiceDefinition, stopping.address);
    const watch = client.watchFilm({ filmId: 's1', afterSequence: 0 })[Symbol.asyncIterator]();
    await next(watch);

    const ended = expect(watch.next()).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'DRAINING' });
    await stopping.stop();

    await ended;
    client.close();
  });

  test('on a taken port says so', async () => {
    const port = Number(api.address.split(':').at(-1));
    const settings = { host: '127.0.0.1', port, resyncMs: 200, drainMs: 0 };

    const starting = module.start({ ...kit, bus, blobs, clock: systemClock, config: settings });

    await expect(starting).rejects.toMatchObject({ reason: 'PORT_IN_USE' });
  });

  test.each(['0.0.0.0', '::', 'example.org', '192.168.1.5', '128.0.0.1'])(
    'is not configured to listen on %s',
    (host) => {
      expect(() => config.fields.host.parse(host)).toThrow('callers are not authenticated yet');
    },
  );

  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('may listen on %s', (host) => {
    expect(config.fields.host.parse(host)).toBe(host);
  });
});
