import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnGuarded, type GuardedProcess } from '@reelmesh/service';

// a program of its own, started by its path: this library must not import an app
const MAIN = fileURLToPath(new URL('../../../apps/provider-emulator/src/main.ts', import.meta.url));

/** Passes the emulator's check; it knows no accounts. */
export const EMULATOR_API_KEY = `key_${'0123456789abcdef'.repeat(8)}`;

export type EmulatorOperation = 'create' | 'get' | 'delete' | 'organization' | 'upload' | 'download';

/** What goes wrong; see the README of apps/provider-emulator for each. */
export type FaultAction =
  | {
      readonly type: 'respond';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** JSON, or plain text when it is a string. */
      readonly body?: unknown;
      /** Carry the request out first: the task exists and is charged. */
      readonly accept?: boolean;
    }
  | { readonly type: 'html'; readonly status?: number; readonly accept?: boolean }
  | { readonly type: 'reset_before_reading' | 'reset_before_accepting' | 'reset_after_accepting' }
  /** Real time; the request is carried out before the wait (`first`, the default) or after it. */
  | { readonly type: 'delay'; readonly ms: number; readonly accept?: 'first' | 'last' }
  | { readonly type: 'truncated_json' }
  | { readonly type: 'unknown_status'; readonly status: string }
  | { readonly type: 'unknown_fields'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly type: 'clock_skew'; readonly ms: number }
  | { readonly type: 'truncated_body' | 'zero_bytes' | 'corrupt_mp4' | 'no_ranges' }
  | { readonly type: 'wrong_content_type'; readonly contentType: string }
  | { readonly type: 'redirect'; readonly location?: string }
  | { readonly type: 'trickle'; readonly bytesPerSecond: number }
  | { readonly type: 'stuck'; readonly at?: 'PENDING' | 'RUNNING' }
  | { readonly type: 'succeed_without_output' }
  | {
      readonly type: 'fail';
      readonly failureCode?: string;
      readonly failure?: string;
      /** Credits, or all or none of the estimate; by default as documented for the code. */
      readonly cost?: 'zero' | 'full' | number;
    }
  | { readonly type: 'pace'; readonly queueMs?: number; readonly renderMs?: number }
  | {
      readonly type: 'wrong_video';
      readonly width?: number;
      readonly height?: number;
      readonly seconds?: number;
    };

export interface FaultRule {
  readonly match: {
    readonly provider: 'runway';
    readonly operation: EmulatorOperation;
    /** Part of the prompt; on get, delete and download of their task's prompt. */
    readonly promptText?: string;
    readonly pathContains?: string;
    /** The first matching call that the rule takes; 1 unless given. */
    readonly nth?: number;
  };
  /** How many matching calls in a row; 1 unless given, null for all. */
  readonly times?: number | null;
  readonly action: FaultAction;
}

/** A limit for all models or by model; null for none. */
type Limit = number | null | Readonly<Record<string, number | null>>;

export interface EmulatorConfig {
  readonly runway?: {
    readonly queueMs?: number;
    readonly renderMs?: number;
    readonly concurrency?: Limit;
    readonly dailyQuota?: Limit;
    readonly credits?: number;
    readonly outputTtlMs?: number;
    readonly uploadTtlMs?: number;
    readonly cancelledCost?: 'full' | 'zero';
    readonly cancelledAnswer?: 'CANCELLED' | 'not_found';
  };
}

export interface EmulatorLedgerEntry {
  readonly seq: number;
  readonly at: number;
  readonly provider: string;
  readonly kind: 'charge' | 'refund';
  readonly taskId: string;
  readonly model: string;
  /** SHA-256 of the prompt, hex. */
  readonly promptDigest: string;
  /** Positive for both kinds. */
  readonly credits: number;
  readonly micros: number;
}

export interface EmulatorLedger {
  readonly totals: {
    readonly charges: number;
    readonly refunds: number;
    readonly chargedMicros: number;
    readonly refundedMicros: number;
    readonly netCredits: number;
    readonly netMicros: number;
  };
  readonly entries: readonly EmulatorLedgerEntry[];
}

export interface EmulatorCall {
  readonly seq: number;
  readonly at: number;
  readonly provider: string;
  readonly operation: EmulatorOperation | 'unrouted';
  readonly method: string;
  readonly path: string;
  readonly status?: number;
  readonly outcome: 'open' | 'answered' | 'reset' | 'abandoned';
  readonly bodyBytes?: number;
  readonly bodyDigest?: string;
  readonly body?: unknown;
  readonly taskId?: string;
  readonly rules: readonly string[];
}

export interface EmulatorTask {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly promptText: string;
  readonly promptDigest: string;
  readonly status: 'PENDING' | 'THROTTLED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly createdAt: number;
  readonly admittedAt?: number;
  readonly ended?: { readonly at: number; readonly status: string; readonly cost: number };
  readonly deletedAt?: number;
  readonly estimatedCredits: number;
  readonly seed: number;
  readonly polls: number;
  /** Polls less than 5 s of emulator time after the one before. */
  readonly pollingViolations: number;
}

export interface EmulatorOptions {
  /** A free one unless given. */
  readonly port?: number;
  readonly config?: EmulatorConfig;
}

export interface TestEmulator extends AsyncDisposable {
  /** Base URL for Runway clients: `http://127.0.0.1:<port>/runway` */
  readonly runwayUrl: string;
  /** For people and curl: `http://127.0.0.1:<port>/admin` */
  readonly adminUrl: string;
  readonly apiKey: string;
  ledger(): Promise<EmulatorLedger>;
  calls(): Promise<readonly EmulatorCall[]>;
  tasks(): Promise<readonly EmulatorTask[]>;
  /** Adds rules behind those there are; resolves to their ids. */
  script(...rules: readonly FaultRule[]): Promise<readonly string[]>;
  clearScript(): Promise<void>;
  configure(config: EmulatorConfig): Promise<void>;
  /** Virtual time stands still until it is advanced. */
  setClock(mode: 'real' | 'virtual'): Promise<void>;
  /** Works in both modes. */
  advanceClock(ms: number): Promise<void>;
  /** Forgets tasks, uploads, ledger, calls and script; back to the settings of the start. The clock goes on. */
  reset(): Promise<void>;
  /** SIGTERM; resolves to the exit code once the process is gone. */
  stop(): Promise<number | null>;
}

/** Starts apps/provider-emulator as a child process on loopback. Throws what it says when it does not come up. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<TestEmulator> {
  const child = spawnGuarded(process.execPath, [MAIN, '--port', String(options.port ?? 0)]);
  const { runwayUrl, adminUrl } = await ready(child);
  let exitCode: number | null | undefined;
  const closed = once(child, 'close').then(([code]) => (exitCode = code as number | null));
  const stop = async () => {
    if (exitCode === undefined) child.kill('SIGTERM');
    return closed;
  };
  const admin = adminClient(adminUrl);

  const configure = async (config: EmulatorConfig) => void (await admin('POST', 'config', config));
  try {
    await configure(options.config ?? {});
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    runwayUrl,
    adminUrl,
    apiKey: EMULATOR_API_KEY,
    ledger: async () => (await admin('GET', 'ledger')) as EmulatorLedger,
    calls: async () => ((await admin('GET', 'calls')) as { calls: EmulatorCall[] }).calls,
    tasks: async () => ((await admin('GET', 'tasks')) as { tasks: EmulatorTask[] }).tasks,
    script: async (...rules) => ((await admin('POST', 'script', rules)) as { ids: string[] }).ids,
    clearScript: async () => void (await admin('DELETE', 'script')),
    configure,
    setClock: async (mode) => void (await admin('POST', 'clock', { mode })),
    advanceClock: async (advanceMs) => void (await admin('POST', 'clock', { advanceMs })),
    async reset() {
      await admin('POST', 'reset');
      await configure(options.config ?? {});
    },
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

interface Addresses {
  readonly runwayUrl: string;
  readonly adminUrl: string;
}

function ready(child: GuardedProcess): Promise<Addresses> {
  const said: string[] = [];
  child.stderr.on('data', (text: Buffer) => {
    if (said.length < 100) said.push(text.toString());
  });
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Addresses));
    child.once('error', reject);
    child.once('close', () => reject(new Error(`provider-emulator did not start: ${said.join('')}`)));
  });
}

function adminClient(adminUrl: string) {
  return async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${adminUrl}/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} /admin/${path}: ${(answer as { error: string }).error}`);
    return answer;
  };
}
