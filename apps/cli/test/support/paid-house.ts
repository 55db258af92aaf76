import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { balanceOf, isTakeOver, sumMicros } from '@reelmesh/domain';
import {
  EMULATOR_API_KEY,
  EMULATOR_FAL_KEY,
  startEmulator,
  startNats,
  temporaryDirectory,
} from '@reelmesh/testing';
import type { EmulatorCall, EmulatorConfig, EmulatorLedgerEntry } from '@reelmesh/testing';
import { expect, vi } from 'vitest';
import { inFlight } from '../../bench/stats.ts';
import { readFacts, startMake, tryMake } from './made-films.ts';
import type { MakeOptions } from './made-films.ts';
import { endAll, reelmesh, runCli, start } from './processes.ts';
import type { Ended, Started } from './processes.ts';

type Env = Readonly<Record<string, string>>;

export interface HouseOptions {
  readonly emulator: EmulatorConfig;
  readonly env?: Env;
}

export const SHARED = 'shared';

export type PaidHouse = Awaited<ReturnType<typeof openPaidHouse>>;

/** The services as real processes, a NATS server and the paid providers of the emulator. */
export async function openPaidHouse({ emulator: config, env: more = {} }: HouseOptions) {
  const [home, nats, emulator] = await Promise.all([
    temporaryDirectory(),
    startNats(),
    startEmulator({ config }),
  ]);
  const env: Env = {
    REELMESH_NATS__URL: nats.url,
    REELMESH_DATA__DIR: join(home.path, SHARED),
    REELMESH_ADMIN__PORT: '0',
    // The same after a restart: the address is part of what makes two commands the same.
    REELMESH_API__PORT: String(await freePort()),
    REELMESH_LOG__FORMAT: 'json',
    RUNWAYML_BASE_URL: emulator.runwayUrl,
    RUNWAYML_API_SECRET: EMULATOR_API_KEY,
    FAL_QUEUE_URL: emulator.falUrl,
    FAL_PLATFORM_URL: emulator.falApiUrl,
    FAL_KEY: EMULATOR_FAL_KEY,
    REELMESH_GATEWAY__RUNWAY_CONCURRENCY: '32',
    REELMESH_GATEWAY__FAL_CONCURRENCY: '32',
    REELMESH_GATEWAY__POLL_PERCENT: '2',
    ...more,
  };
  const running = new Map<string, Started>();

  const house = {
    home: home.path,
    emulator,

    /** Starts services in a process of their own under a name. @returns the address of the api, if it has one */
    async serve(name: string, targets = name): Promise<string> {
      const process = start(reelmesh, ['serve', `--target=${targets}`], { env });
      running.set(name, process);
      const { api } = JSON.parse(await process.line(/host started/)) as { readonly api?: string };
      return api ?? '';
    },

    /** As the kernel does when the memory is full. */
    async kill(name: string): Promise<void> {
      running.get(name)?.child.kill('SIGKILL');
      await running.get(name)?.ended;
      running.delete(name);
    },

    /** A film of so many shots, whose prompts hold what `line` says. */
    async script(name: string, lines: readonly string[]): Promise<string> {
      const path = join(home.path, name);
      await writeFile(path, `INT. WAREHOUSE - NIGHT\n\n${lines.join('\n\n')}\n`);
      return path;
    },

    options(script: string, api: string, flags: readonly string[] = []): MakeOptions {
      return { home: home.path, script, flags: ['--strategy', 'final', '--server', api, ...flags] };
    },

    start: startMake,

    /** Runs `make`; until it exits with 0 as often as it takes, ending the doubts as an operator would. */
    async insist(options: MakeOptions, api: string, tries = 10): Promise<Ended> {
      let ended = await tryMake(options);
      for (let round = 1; round < tries && ended.code !== 0; round += 1) {
        await house.resolveDoubts(api);
        ended = await tryMake(options);
      }
      return ended;
    },

    /** With the provider's list of tasks beside them: what is there is attached, what is not is void. */
    async resolveDoubts(api: string): Promise<void> {
      // What we gave up waiting for may still come to be.
      await vi.waitFor(async () => expect((await emulator.calls()).filter(isUnderWay)).toEqual([]), {
        timeout: 10_000,
      });
      const { takes, doubtful } = await house.books();
      const tasks = await emulator.tasks();
      const taken = new Set(takes.map(({ taskId }) => idOf(taskId)));
      const verdicts = doubtful.map((take) => {
        const { body } = take.intent.request as { readonly body: Readonly<Record<string, unknown>> };
        const prompt = body['promptText'] ?? body['prompt'];
        const task = tasks.find(
          ({ id, promptText, provider }) =>
            provider === take.intent.provider && promptText === prompt && !taken.has(id),
        );
        if (task !== undefined) taken.add(task.id);
        const taskId = take.taskId === '' ? task?.id : take.taskId;
        return [take.id, ...(taskId === undefined ? ['void'] : ['attach', '--task', taskId])];
      });
      await inFlight(4, verdicts.length, async (index) => {
        const args = ['takes', 'resolve', ...(verdicts[index] ?? []), '--server', api];
        const { code, stderr } = await runCli(args);
        // The film may have gone on and found it by itself meanwhile.
        expect(code === 0 ? '' : stderr).toMatch(/^$|there is no doubt to end|was resolved by somebody else/);
      });
    },

    /** Our facts and the provider's ledger side by side. */
    async books() {
      const { takes, films, ledger } = await readFacts(home.path, SHARED);
      const { totals, entries } = await emulator.ledger();
      const known = new Set(takes.map(({ taskId }) => idOf(taskId)));
      const strange = entries.filter(({ taskId }) => !known.has(taskId));
      const netOf = Map.groupBy(entries, ({ taskId }) => taskId);
      const ended = takes.filter(({ taskId, state }) => taskId !== '' && isTakeOver(state));
      return {
        takes,
        films,
        charged: totals.netMicros,
        settled: sumMicros([...ledger.values()].map((facts) => balanceOf(facts).settledMicros)),
        doubtful: takes.filter(({ state }) => state === 'TAKE_STATE_PARKED'),
        /** Charges of tasks that no take of ours knows. */
        unknown: netMicros(strange),
        /** Takes that have ended, and cost us other than the provider charged. */
        mistaken: ended.flatMap(({ id, state, taskId, message, chargedMicros }) => {
          const charged = netMicros(netOf.get(idOf(taskId)) ?? []);
          return charged === chargedMicros ? [] : [{ id, state, message, charged, chargedMicros }];
        }),
        unknownTasks: new Set(strange.map(({ taskId }) => taskId)).size,
      };
    },

    /** Equal to the micro-dollar; what differs is exactly what is shown as doubtful (I1, I3). */
    async expectLedgersEqual(): Promise<void> {
      const { charged, settled, unknown, unknownTasks, doubtful, mistaken } = await house.books();
      expect(mistaken).toEqual([]);
      expect(charged - settled).toBe(unknown);
      expect(unknownTasks).toBeLessThanOrEqual(doubtful.length);
    },

    /** How many creates the provider has seen. */
    async creates(): Promise<number> {
      return (await emulator.calls()).filter(({ operation }) => operation === 'create').length;
    },

    async close(): Promise<void> {
      for (const { child } of running.values()) child.kill('SIGTERM');
      await Promise.all([...running.values()].map(({ ended }) => ended));
      endAll();
      await Promise.all([nats.stop(), emulator.stop()]);
      await home.remove();
    },
  };
  return house;
}

/** Whether the provider may still act on it: that the caller has left does not stop what it has read. */
function isUnderWay({ outcome, status, bodyBytes }: EmulatorCall): boolean {
  return outcome === 'open' || (outcome === 'abandoned' && status === undefined && bodyBytes !== undefined);
}

function netMicros(entries: readonly EmulatorLedgerEntry[]): number {
  return sumMicros(entries.map(({ kind, micros }) => (kind === 'refund' ? -micros : micros)));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** fal's task ids are paths of ours that end in its own. */
const idOf = (taskId: string): string => taskId.slice(taskId.lastIndexOf('/') + 1);
