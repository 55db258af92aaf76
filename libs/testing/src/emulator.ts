import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnGuarded, type GuardedProcess } from '@reelmesh/service';

// a program of its own, started by its path: this library must not import an app
const MAIN = fileURLToPath(new URL('../../../apps/provider-emulator/src/main.ts', import.meta.url));

/** Passes the emulator's check, as any key of this form does; each sees its own tasks alone. */
export const EMULATOR_API_KEY = `key_${'0123456789abcdef'.repeat(8)}`;

/** Passes fal's check, as `Key ${EMULATOR_FAL_KEY}`. */
export const EMULATOR_FAL_KEY = 'emulator:0123456789abcdef';
/** Passes the check of Zhipu, Kling and Ark, as a bearer token. */
export const EMULATOR_BEARER = 'emulator-0123456789abcdef';

export type EmulatorProvider =
  | ('runway' | 'fal' | 'zhipu' | 'kling' | 'ark')
  /** `/v1/videos` servers. */
  | ('sglang' | 'vllm-omni' | 'openai-videos')
  /** One that plays the recording of its file. */
  | `recorded-${string}`;

export type EmulatorOperation =
  | ('create' | 'get' | 'delete' | 'organization' | 'upload' | 'download')
  /** `get` of fal is its status; `webhook` is what the provider itself sends. */
  | ('result' | 'list' | 'health' | 'lora' | 'webhook');

/** Why a provider refuses; not every provider knows all of them. */
export type RefusalReason =
  'auth' | 'no_funds' | 'quota' | 'rate_limit' | 'capacity' | 'moderation' | 'unavailable';

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
  /** In the provider's own words. */
  | { readonly type: 'refuse'; readonly reason: RefusalReason }
  /** The service crashes on this call, and forgets what it kept in memory. */
  | { readonly type: 'restart' }
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
      /** In the provider's unit of account, or all or none of the price; by default as documented for the code. */
      readonly cost?: 'zero' | 'full' | number;
    }
  | { readonly type: 'pace'; readonly queueMs?: number; readonly renderMs?: number }
  /** A cancel that is answered and does not stop the task. */
  | { readonly type: 'complete_anyway' }
  | { readonly type: 'lose' | 'bad_signature' }
  /** So many in all; 2 unless given. */
  | { readonly type: 'duplicate'; readonly copies?: number }
  | { readonly type: 'postpone'; readonly ms: number }
  /** Signed, so long ago; ten minutes unless given. */
  | { readonly type: 'stale_timestamp'; readonly ms?: number }
  | { readonly type: 'without_payload'; readonly payloadError?: string }
  | {
      readonly type: 'wrong_video';
      readonly width?: number;
      readonly height?: number;
      readonly seconds?: number;
    };

export interface FaultRule {
  readonly match: {
    readonly provider: EmulatorProvider;
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
  readonly fal?: EmulatorPace & {
    readonly mediaTtlMs?: number | null;
    readonly webhookRetries?: number;
    readonly webhookRetryMs?: number;
  };
  readonly zhipu?: EmulatorPace & {
    readonly outputTtlMs?: number;
    readonly duplicateRequestId?: 'refuse' | 'same_task' | 'new_task';
    readonly lookupByRequestId?: boolean;
  };
  readonly kling?: EmulatorPace & { readonly outputTtlMs?: number };
  readonly ark?: EmulatorPace & { readonly outputTtlMs?: number };
  readonly sglang?: EmulatorVideoServer;
  readonly 'vllm-omni'?: EmulatorVideoServer;
  readonly 'openai-videos'?: EmulatorVideoServer;
  readonly [recorded: `recorded-${string}`]: EmulatorPace | EmulatorVideoServer;
}

export interface EmulatorPace {
  readonly queueMs?: number;
  readonly renderMs?: number;
  /** Tasks at once; null for any number. */
  readonly concurrency?: number | null;
}

export interface EmulatorVideoServer extends EmulatorPace {
  /** How long the model loads after a restart. */
  readonly loadMs?: number;
  readonly deleteAborts?: boolean;
  readonly showsProgress?: boolean;
  readonly jsonStatus?: 415 | 422;
}

export interface EmulatorLedgerEntry {
  readonly seq: number;
  readonly at: number;
  readonly provider: string;
  /** `usage` is time of one's own machine. */
  readonly kind: 'charge' | 'refund' | 'usage';
  readonly taskId: string;
  readonly model: string;
  /** SHA-256 of the prompt, hex. */
  readonly promptDigest: string;
  /** Positive for all kinds; 0 where nothing is sold in credits. */
  readonly credits: number;
  /** Millionths of the currency. */
  readonly micros: number;
  readonly currency: string;
  readonly gpuSeconds: number;
}

export interface EmulatorMoney {
  readonly chargedMicros: number;
  readonly refundedMicros: number;
  readonly netMicros: number;
}

export interface EmulatorLedger {
  /** The micros beside `charges` are dollars; `byCurrency` has each currency apart. */
  readonly totals: EmulatorMoney & {
    readonly charges: number;
    readonly refunds: number;
    readonly netCredits: number;
    readonly gpuSeconds: number;
    readonly byCurrency: Readonly<Record<string, EmulatorMoney>>;
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
  /** `lost` is a webhook that the script never sent. */
  readonly outcome: 'open' | 'answered' | 'reset' | 'abandoned' | 'lost';
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
  /** The most that it may cost, in the provider's unit of account: credits at Runway, micros elsewhere. */
  readonly price: number;
  /** Runway alone. */
  readonly estimatedCredits?: number;
  readonly seed: number;
  readonly polls: number;
  /** Polls less than 5 s of emulator time after the one before. */
  readonly pollingViolations: number;
}

export interface EmulatorOptions {
  /** A free one unless given. */
  readonly port?: number;
  readonly config?: EmulatorConfig;
  /** Provider files of the gateway, each to be played by its recording. */
  readonly recorded?: readonly string[];
}

/** Base addresses for clients. */
export interface EmulatorAddresses {
  /** For people and curl: `http://127.0.0.1:<port>/admin` */
  readonly adminUrl: string;
  readonly runwayUrl: string;
  /** Stands for queue.fal.run. */
  readonly falUrl: string;
  /** Stands for api.fal.ai. */
  readonly falApiUrl: string;
  /** The key set that signs fal's webhooks. */
  readonly falJwksUrl: string;
  /** Stands for open.bigmodel.cn/api/paas/v4. */
  readonly zhipuUrl: string;
  /** `/v1/videos` comes behind these three. */
  readonly sglangUrl: string;
  readonly vllmOmniUrl: string;
  readonly openaiVideosUrl: string;
  readonly klingUrl: string;
  /** Stands for ark.cn-beijing.volces.com/api/v3. */
  readonly arkUrl: string;
  /** Those that play a recording, by their names: `recorded-acme`. */
  readonly recorded?: Readonly<Record<string, string>>;
}

export interface TestEmulator extends EmulatorAddresses, AsyncDisposable {
  readonly apiKey: string;
  ledger(): Promise<EmulatorLedger>;
  calls(): Promise<readonly EmulatorCall[]>;
  tasks(): Promise<readonly EmulatorTask[]>;
  /** By provider, the most tasks that were under way at the same time. */
  peaks(): Promise<Readonly<Record<string, number>>>;
  /** Adds rules behind those there are; resolves to their ids. */
  script(...rules: readonly FaultRule[]): Promise<readonly string[]>;
  clearScript(): Promise<void>;
  configure(config: EmulatorConfig): Promise<void>;
  /** Virtual time stands still until it is advanced. */
  setClock(mode: 'real' | 'virtual'): Promise<void>;
  /** The service crashes and comes back; a hosted one loses nothing. */
  restart(provider: EmulatorProvider): Promise<void>;
  /** Works in both modes. */
  advanceClock(ms: number): Promise<void>;
  /** Forgets tasks, uploads, ledger, calls and script; back to the settings of the start. The clock goes on. */
  reset(): Promise<void>;
  /** SIGTERM; resolves to the exit code once the process is gone. */
  stop(): Promise<number | null>;
}

/** Starts apps/provider-emulator as a child process on loopback. Throws what it says when it does not come up. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<TestEmulator> {
  const child = spawnGuarded(process.execPath, [
    MAIN,
    ...['--port', String(options.port ?? 0)],
    ...(options.recorded ?? []).flatMap((file) => ['--recorded', file]),
  ]);
  const addresses = await ready(child);
  let exitCode: number | null | undefined;
  const closed = once(child, 'close').then(([code]) => (exitCode = code as number | null));
  const stop = async () => {
    if (exitCode === undefined) child.kill('SIGTERM');
    return closed;
  };
  const admin = adminClient(addresses.adminUrl);

  const configure = async (config: EmulatorConfig) => void (await admin('POST', 'config', config));
  try {
    await configure(options.config ?? {});
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...addresses,
    apiKey: EMULATOR_API_KEY,
    ledger: async () => (await admin('GET', 'ledger')) as EmulatorLedger,
    calls: async () => ((await admin('GET', 'calls')) as { calls: EmulatorCall[] }).calls,
    tasks: async () => ((await admin('GET', 'tasks')) as { tasks: EmulatorTask[] }).tasks,
    peaks: async () => ((await admin('GET', 'peaks')) as { peaks: Record<string, number> }).peaks,
    script: async (...rules) => ((await admin('POST', 'script', rules)) as { ids: string[] }).ids,
    clearScript: async () => void (await admin('DELETE', 'script')),
    configure,
    setClock: async (mode) => void (await admin('POST', 'clock', { mode })),
    restart: async (provider) => void (await admin('POST', 'restart', { provider })),
    advanceClock: async (advanceMs) => void (await admin('POST', 'clock', { advanceMs })),
    async reset() {
      await admin('POST', 'reset');
      await configure(options.config ?? {});
    },
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function ready(child: GuardedProcess): Promise<EmulatorAddresses> {
  const said: string[] = [];
  child.stderr.on('data', (text: Buffer) => {
    if (said.length < 100) said.push(text.toString());
  });
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) =>
      resolve(JSON.parse(line) as EmulatorAddresses),
    );
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
