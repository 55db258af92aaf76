import { readFileSync } from 'node:fs';
import jsonpointer from 'jsonpointer';
import { parse } from 'yaml';
import { isObject } from '../core/shape.ts';
import { escaped } from './json.ts';

/** An answer as a provider file records it. */
export interface Recorded {
  readonly status: number;
  readonly body: unknown;
}

/** What a model costs, in millionths of the file's currency. */
export interface RecordedModel {
  /** What stands in a create of it, by placeholder. */
  readonly marks: Readonly<Record<string, unknown>>;
  readonly priceMicros: Readonly<Record<string, unknown>>;
  readonly microsPerSecond: number;
}

/**
 * What a stand-in must know of a provider file of the gateway: where things are in its requests and answers, and how its
 * provider answered when it was recorded. Read by ourselves, for what reads the file on the other side is on trial.
 */
export interface RecordedFile {
  readonly provider: string;
  /** A header, and what it must look like. */
  readonly key: { readonly header: string; readonly form: RegExp };
  readonly paths: {
    /** Of creates; the first is the recorded one. */
    readonly create: readonly string[];
    readonly poll: string;
    /** Where the clip itself is, for who has the key. */
    readonly content: string | undefined;
    readonly cancel: string | undefined;
    readonly lookup: string | undefined;
  };
  readonly cancel: { readonly method: string; readonly when: readonly string[]; readonly isFree: boolean };
  /** Words by state: `queued`, `running`, … */
  readonly words: Readonly<Record<string, readonly string[]>>;
  readonly places: {
    readonly taskId: readonly string[];
    readonly status: readonly string[];
    readonly output: readonly string[];
    readonly code: readonly string[];
    readonly cost: readonly string[];
  };
  readonly success: readonly string[];
  readonly currency: string;
  readonly microsPerUnit: number;
  readonly failureIsFree: boolean;
  readonly models: readonly RecordedModel[];
  /** The body's template. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly list:
    | {
        readonly items: string;
        readonly taskId: readonly string[];
        readonly match: Readonly<Record<string, unknown>>;
      }
    | undefined;
  readonly recording: {
    readonly chargedMicros: number;
    readonly body: Readonly<Record<string, unknown>>;
    readonly created: Recorded;
    readonly polls: readonly Recorded[];
    readonly failures: readonly Recorded[];
    readonly cancelled: Recorded | undefined;
    readonly gone: Recorded;
    readonly found: Recorded | undefined;
    readonly refusals: Readonly<Record<string, Recorded>>;
  };
}

/** @throws Error that names file and field; `reelmesh providers check` says more */
export function readRecordedFile(path: string): RecordedFile {
  const file = parse(readFileSync(path, 'utf8')) as unknown;
  const at = (place: string): unknown =>
    isObject(file) ? (jsonpointer.get(file, place) as unknown) : undefined;
  const must = <T>(place: string, value: T | undefined): T => {
    if (value === undefined) throw new Error(`${path}: ${place.slice(1).replaceAll('/', '.')} is missing`);
    return value;
  };
  const text = (place: string): string | undefined => textOf(at(place));
  const textOr = (place: string): string => must(place, text(place));
  const lookup = at('/lookup');
  const recordedPath = textOr('/recording/create/path');
  return {
    provider: textOr('/provider'),
    key: {
      header: (text('/auth/header') ?? 'authorization').toLowerCase(),
      form: formOf(text('/auth/template') ?? 'Bearer ${secret}'),
    },
    paths: {
      create: [
        recordedPath,
        ...createPaths(at('/submit/path'), at('/models')).filter((one) => one !== recordedPath),
      ],
      poll: textOr('/poll/path'),
      content: text('/poll/content'),
      cancel: text('/cancel/path'),
      lookup: text('/lookup/path'),
    },
    cancel: {
      method: text('/cancel/method') ?? 'DELETE',
      when: listOf(at('/cancel/when') ?? ['queued', 'held', 'running']),
      isFree: at('/cost/cancelled') === 'free',
    },
    words: Object.fromEntries(
      Object.entries(objectOf(must('/poll/states', at('/poll/states')))).map(([state, words]) => [
        state,
        listOf(words),
      ]),
    ),
    places: {
      taskId: listOf(must('/submit/taskId', at('/submit/taskId'))),
      status: listOf(must('/poll/status', at('/poll/status'))),
      output: listOf(at('/poll/output')),
      code: listOf(at('/errors/code')),
      cost: listOf(at('/cost/at')),
    },
    success: listOf(at('/errors/success')),
    currency: text('/currency') ?? 'USD',
    microsPerUnit: Number(at('/cost/microsPerUnit') ?? 1),
    failureIsFree: at('/cost/failed') !== 'full',
    models: (Array.isArray(at('/models')) ? (at('/models') as unknown[]) : []).map(modelOf),
    body: objectOf(must('/submit/body', at('/submit/body'))),
    list:
      isObject(lookup) && isObject(lookup['match'])
        ? { items: textOr('/lookup/items'), taskId: listOf(lookup['taskId']), match: lookup['match'] }
        : undefined,
    recording: {
      chargedMicros: Number(must('/recording/chargedMicros', at('/recording/chargedMicros'))),
      body: objectOf(must('/recording/create/body', at('/recording/create/body'))),
      created: answerOf(must('/recording/create/answer', at('/recording/create/answer'))),
      polls: answersOf(must('/recording/polls', at('/recording/polls'))),
      failures: answersOf(must('/recording/failures', at('/recording/failures'))),
      cancelled: at('/recording/cancelled') === undefined ? undefined : answerOf(at('/recording/cancelled')),
      gone: answerOf(must('/recording/gone', at('/recording/gone'))),
      found: at('/recording/found') === undefined ? undefined : answerOf(at('/recording/found')),
      refusals: Object.fromEntries(
        Object.entries(objectOf(at('/recording/refusals'))).map(([reason, answer]) => [
          reason,
          answerOf(answer),
        ]),
      ),
    },
  };
}

function createPaths(path: unknown, models: unknown): readonly string[] {
  const rows = Array.isArray(models) ? models.filter(isObject) : [];
  const forms = rows.flatMap((row) => (Array.isArray(row['forms']) ? row['forms'].filter(isObject) : []));
  const all = [path, ...rows.map((row) => row['path']), ...forms.map((form) => form['path'])];
  return [...new Set(all.filter((one) => typeof one === 'string'))];
}

function modelOf(value: unknown): RecordedModel {
  const row = objectOf(value);
  return {
    marks: { model: row['remoteId'] ?? row['model'], ...objectOf(row['parameters']) },
    priceMicros: objectOf(row['priceMicros']),
    microsPerSecond: Number(row['microsPerSecond'] ?? 0),
  };
}

function formOf(template: string): RegExp {
  const [before = '', after = ''] = template.split('${secret}').map(escaped);
  return new RegExp(`^${before}\\S+${after}$`);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** One or several, as texts. */
function listOf(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return all.map(String);
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});

function answerOf(value: unknown): Recorded {
  const { status = 200, body } = objectOf(value);
  return { status: Number(status), body };
}

const answersOf = (value: unknown): readonly Recorded[] => (Array.isArray(value) ? value : []).map(answerOf);
