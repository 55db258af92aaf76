import type { FailureClass } from '@reelmesh/contracts/shot';
import type { ApiAnswer } from '../provider-api.ts';
import { createdOr, namesNoFile, refusalByStatus, underWay } from '../provider-api.ts';
import { THROTTLED } from '../provider.ts';
import type { PollResult, SubmitResult } from '../provider.ts';
import { numberAt, textAt, valueAt } from './places.ts';
import type { ProviderFile } from './provider-file.ts';

type Answer = Pick<ApiAnswer, 'status' | 'json'>;

/** A task id goes into paths: of no absurd length, and never a step up. */
const MAX_TASK_ID_LENGTH = 500;

export function readCreate(file: ProviderFile, { status, json }: Answer): SubmitResult {
  const { errors, submit, provider } = file;
  const code = codeOf(file, json);
  const text = [textAt(json, errors.message), code === undefined ? undefined : `(${code})`]
    .filter((part) => part !== undefined)
    .join(' ');
  const taskId = taskIdOf(textAt(json, submit.taskId));
  const isDoubtful = code !== undefined && errors.doubtful.includes(code);
  const byCode = isDoubtful ? undefined : errors.codes[code ?? ''];
  if (status >= 200 && status < 300) {
    // An envelope may refuse under a 200; only a code that the file lists says so for certain.
    const message = `${provider} answered ${status}: ${text.slice(0, 300)}`;
    if (taskId === undefined && byCode !== undefined) return { kind: 'rejected', failure: byCode, message };
    return createdOr(provider, status, taskId, undefined, text);
  }
  const failure = isDoubtful ? undefined : (byCode ?? errors.statuses[status] ?? refusalByStatus(status));
  return createdOr(provider, status, taskId, failure, text);
}

/**
 * A task as the provider tells it; undefined when the answer does not say.
 * @param contentUrl where the clip is when the answer does not name it
 */
export function readTask(
  file: ProviderFile,
  { status, json }: Answer,
  quoteMicros: number,
  contentUrl?: string,
): PollResult | undefined {
  const { provider, poll, errors, cost } = file;
  const code = codeOf(file, json);
  if (status === 404 || (code !== undefined && errors.gone.includes(code)))
    return gone(provider, quoteMicros);
  const word = status >= 200 && status < 300 ? wordOf(file, json) : undefined;
  if (word === undefined) return undefined;
  const told = toldMicros(file, json);
  const costOf = (rule: 'free' | 'full'): number => told ?? (rule === 'full' ? quoteMicros : 0);
  switch (stateOf(file, json)) {
    case 'queued':
      return { kind: 'running', progress: 0, waitingFor: 'provider queue' };
    case 'held':
      return { kind: 'running', progress: 0, waitingFor: THROTTLED };
    case 'running': {
      const { at, of = 1 } = poll.progress ?? {};
      return underWay(word, true, (numberAt(json, at) ?? 0) / of);
    }
    case 'succeeded': {
      const url = contentUrl ?? valueAt(json, poll.output);
      const costMicros = costOf('full');
      return typeof url === 'string'
        ? { kind: 'succeeded', costMicros, output: { url } }
        : namesNoFile(provider, costMicros);
    }
    case 'failed': {
      const text = [textAt(json, errors.message) ?? 'failed', code === undefined ? '' : ` (${code})`].join(
        '',
      );
      return {
        kind: 'failed',
        failure: failureOf(file, code),
        message: `${provider}: ${text.slice(0, 300)}`,
        costMicros: costOf(cost.failed),
      };
    }
    case 'cancelled':
      return { kind: 'cancelled', costMicros: costOf(cost.cancelled) };
    case 'expired':
      return gone(provider, told ?? quoteMicros);
    case undefined:
      return underWay(word, false);
  }
}

/** What the answer says that the task cost; undefined when it does not say, or nothing that can be. */
function toldMicros({ cost: { at, microsPerUnit = 0 } }: ProviderFile, json: unknown): number | undefined {
  const units = numberAt(json, at);
  const micros = units === undefined ? undefined : Math.round(units * microsPerUnit);
  return Number.isSafeInteger(micros) ? micros : undefined;
}

/** The one task in a list that is as it must be; undefined when there is none, or several that are not told apart. */
export function soleMatch(
  json: unknown,
  items: string,
  taskId: readonly string[],
  match: Readonly<Record<string, unknown>>,
): string | undefined {
  const list = valueAt(json, [items]);
  if (!Array.isArray(list)) return undefined;
  const found = list.filter((item: unknown) =>
    Object.entries(match).every(([place, wanted]) => textAt(item, [place]) === String(wanted)),
  );
  return found.length === 1 ? taskIdOf(textAt(found[0], taskId)) : undefined;
}

/** Whether an answer says that the key is not let in. */
export function isShutOut(file: ProviderFile, { status, json }: Answer): boolean {
  const failure = file.errors.codes[codeOf(file, json) ?? ''];
  return (
    [401, 402, 403].includes(status) ||
    failure === 'FAILURE_CLASS_AUTH' ||
    failure === 'FAILURE_CLASS_NO_FUNDS'
  );
}

/** The state that the answer's status word stands for; undefined for a word that the file does not list. */
export function stateOf(file: ProviderFile, json: unknown): keyof ProviderFile['poll']['states'] | undefined {
  const word = wordOf(file, json);
  const { states } = file.poll;
  return typedKeys(states).find((state) => word !== undefined && states[state].includes(word));
}

/** An id that may stand in a path. */
export function taskIdOf(text: string | undefined): string | undefined {
  return text === undefined || text.length > MAX_TASK_ID_LENGTH || /^\.{1,2}$/.test(text) ? undefined : text;
}

/** A code that says that something is wrong. */
function codeOf({ errors }: ProviderFile, json: unknown): string | undefined {
  const codes = (errors.code ?? []).map((place) => textAt(json, [place]));
  return codes.find((code) => code !== undefined && !errors.success.includes(code));
}

function failureOf({ errors }: ProviderFile, code: string | undefined): FailureClass {
  return (code === undefined ? undefined : errors.codes[code]) ?? errors.failed;
}

const wordOf = ({ poll }: ProviderFile, json: unknown): string | undefined =>
  textAt(json, poll.status)?.trim().toLowerCase();

const gone = (provider: string, costMicros: number): PollResult => ({
  kind: 'expired',
  message: `${provider} no longer knows the task`,
  costMicros,
});

const typedKeys = Object.keys as <T extends object>(one: T) => (keyof T)[];
