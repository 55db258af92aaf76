import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { commands, events } from '@reelmesh/contracts';
import { GpuInferenceServiceDefinition } from '@reelmesh/contracts/gpu';
import { RenderCommand, RenderSpec } from '@reelmesh/contracts/shot';
import { AppError, Code } from '@reelmesh/domain';
import { connectBus } from '@reelmesh/messaging';
import { createLogger } from '@reelmesh/service';
import { EMULATOR_API_KEY, startEmulator, startNats, temporaryDirectory } from '@reelmesh/testing';
import { startHost } from '../src/host.ts';
import type { Pace } from './gateway.ts';

export const SECONDS = 2;
export const RATIO = '720:1280';
export const PROMPT =
  'Medium shot, eye level, slow push-in. A clerk lifts a red umbrella under the station clock. Station hall, night, rain.';

const SHOTS_OF_FILM = 20;

const spec = RenderSpec.fromPartial({
  picture: {
    description: 'A clerk lifts a red umbrella under the station clock.',
    location: 'STATION HALL',
    timeOfDay: 'TIME_OF_DAY_NIGHT',
    weather: 'WEATHER_RAIN',
    size: 'SHOT_SIZE_MS',
    angle: 'CAMERA_ANGLE_EYE_LEVEL',
    move: 'CAMERA_MOVE_PUSH_IN',
    language: 'en',
  },
  width: 1080,
  height: 1920,
  fps: 24,
  seconds: SECONDS,
  seed: 7,
});

/** The gateway and the cache in this process; the emulator, NATS and ffmpeg in their own. */
export async function openGatewayStage({ renderMs, pollPercent }: Pace) {
  await using opened = new AsyncDisposableStack();
  const home = opened.use(await temporaryDirectory());
  const data = join(home.path, 'data');
  const nats = opened.use(await startNats());
  const runway = { queueMs: 0, renderMs, concurrency: null, dailyQuota: null, credits: 1_000_000_000 };
  const emulator = opened.use(await startEmulator({ config: { runway } }));
  const log = createLogger({ service: 'bench', level: 'silent' });
  const bus = await connectBus({ servers: nats.url, name: 'bench', queueGroup: 'bench', log });
  opened.defer(() => bus.close());
  await bus.serve(GpuInferenceServiceDefinition, {
    listModels: async () => ({ models: [] }),
    startJob: nobody,
    getJob: nobody,
    cancelJob: nobody,
  });
  const host = await startHost({
    targets: ['cache', 'provider-gateway'],
    command: 'bench',
    env: {
      REELMESH_NATS__URL: nats.url,
      REELMESH_DATA__DIR: data,
      REELMESH_ADMIN__PORT: '0',
      REELMESH_LOG__LEVEL: 'error',
      RUNWAYML_BASE_URL: emulator.runwayUrl,
      RUNWAYML_API_SECRET: EMULATOR_API_KEY,
      REELMESH_GATEWAY__RUNWAY_CONCURRENCY: '10000',
      REELMESH_GATEWAY__RENDER_CONCURRENCY: '1000',
      REELMESH_GATEWAY__POLL_PERCENT: String(pollPercent),
    },
    logTo: 'file',
  });
  opened.defer(() => host.stop());
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  await bus.subscribe(events.outcome, { group: 'bench', concurrency: 1000 }, async ({ shotKey, outcome }) => {
    const one = waiting.get(shotKey);
    if (outcome?.$case === 'rendered') one?.resolve();
    else one?.reject(new Error(`not rendered: ${JSON.stringify(outcome)}`));
  });
  const stack = opened.move();
  let sent = 0;

  /** The command for a shot that nobody has asked for before. */
  function next(): RenderCommand {
    const index = (sent += 1);
    const shotKey = createHash('sha256').update(`shot ${index}`).digest('hex');
    const filmId = `bench${Math.floor(index / SHOTS_OF_FILM)}`;
    const command = { tenant: 'local', filmId, shotKey, shotId: `s${index}`, spec, strategy: 'final' };
    return RenderCommand.fromPartial({ ...command, reservedMicros: 1_000_000 });
  }

  return {
    url: emulator.runwayUrl,
    key: EMULATOR_API_KEY,
    directory: home.path,
    async send(): Promise<void> {
      const command = next();
      await bus.send(commands.render, command, command.shotKey);
    },
    /** A shot from the command to the news of its clip. */
    async take(): Promise<void> {
      const command = next();
      const rendered = Promise.withResolvers<void>();
      waiting.set(command.shotKey, rendered);
      await bus.send(commands.render, command, command.shotKey);
      await rendered.promise;
      waiting.delete(command.shotKey);
    },
    /** How many takes the provider has taken on. */
    accepted(): number {
      using database = new DatabaseSync(join(data, 'facts.db'), { readOnly: true, timeout: 5000 });
      const count = database.prepare("SELECT count(*) AS n FROM fact WHERE kind = 'take.accepted'");
      return Number(count.get()?.['n']);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function nobody(): Promise<never> {
  throw new AppError(Code.UNIMPLEMENTED, 'nothing is rendered here');
}
