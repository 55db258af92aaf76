import type { JsonReply } from '../core/provider.ts';
import type { Task } from '../core/tasks.ts';
import { firstAt, placeIn, placesOf, renamed, withAt } from './json.ts';
import type { RecordedRequest } from './recorded.ts';
import type { Recorded, RecordedFile } from './recorded-file.ts';

/** What was recorded, about another task. */
export class RecordedAnswers {
  readonly #file: RecordedFile;
  /** The ids of the recorded task. */
  readonly #taskId: unknown;
  readonly #takeId: unknown;

  constructor(file: RecordedFile) {
    this.#file = file;
    this.#taskId = firstAt(file.recording.created.body, file.places.taskId);
    this.#takeId = firstAt(file.recording.body, placesOf('takeId', file.body));
  }

  created(task: Task<RecordedRequest>): JsonReply {
    return this.#about(task, this.#file.recording.created);
  }

  found(task: Task<RecordedRequest>, answer: Recorded): JsonReply {
    return this.#about(task, answer);
  }

  /** @param state as the file calls it */
  poll(task: Task<RecordedRequest>, state: string, url: string): JsonReply {
    const { places } = this.#file;
    const answer = this.#about(task, this.#recordedIn(state, task));
    if (state === 'succeeded') {
      const hasOutput = task.plan.end.status === 'SUCCEEDED' && task.plan.end.hasOutput;
      const json = withAt(answer.json, placeIn(answer.json, places.output), hasOutput ? url : undefined);
      return { ...answer, json: this.#withCost(task, json) };
    }
    if (state === 'failed') {
      return { ...answer, json: this.#withCost(task, this.#withCode(task, answer.json)) };
    }
    return state === 'cancelled' ? { ...answer, json: this.#withCost(task, answer.json) } : answer;
  }

  /** The recorded item once for each task. */
  list(tasks: readonly Task<RecordedRequest>[], answer: Recorded): JsonReply {
    const { list, body } = this.#file;
    if (list === undefined) return { status: answer.status, json: answer.body };
    const recorded = firstAt(answer.body, [`${list.items}/0`]);
    const items = tasks.map((task) => {
      const marks = Object.entries(list.match).map(([place, text]) => {
        const [name = ''] = /\w+/.exec(String(text)) ?? [];
        return [place, firstAt(task.data.body, placesOf(name, body))] as const;
      });
      const item = withAt(recorded, list.taskId[0], task.id);
      return marks.reduce((made, [place, value]) => withAt(made, place, value), item);
    });
    return { status: answer.status, json: withAt(answer.body, list.items, items) };
  }

  #about(task: Task<RecordedRequest>, { status, body }: Recorded): JsonReply {
    const names = new Map<unknown, unknown>([[this.#taskId, task.id]]);
    if (this.#takeId !== undefined) names.set(this.#takeId, task.data.takeId);
    return { status, json: renamed(body, names) };
  }

  #recordedIn(state: string, task: Task<RecordedRequest>): Recorded {
    const { polls, failures, cancelled, created } = this.#file.recording;
    if (state === 'succeeded') return polls.at(-1) ?? created;
    if (state === 'cancelled') return cancelled ?? failures[0] ?? created;
    if (state === 'failed') return this.#failureOf(task) ?? created;
    const words = this.#file.words[state] ?? [];
    const fits = polls.find(({ body }) =>
      words.some((word) => sameWord(word, firstAt(body, this.#file.places.status))),
    );
    return fits ?? polls[0] ?? created;
  }

  #failureOf({ plan: { end } }: Task): Recorded | undefined {
    const { failures } = this.#file.recording;
    const wanted = end.status === 'FAILED' ? end.failureCode : undefined;
    return failures.find(({ body }) => this.#codeIn(body)?.value === wanted) ?? failures[0];
  }

  /** The scripted code, or none, where a failure has its code. */
  #withCode({ plan: { end } }: Task, json: unknown): unknown {
    const code = end.status === 'FAILED' ? end.failureCode : undefined;
    const there = this.#codeIn(json);
    if (there?.value === code) return json;
    return withAt(json, there?.place ?? this.#file.places.code[0], code);
  }

  #withCost({ ended }: Task, json: unknown): unknown {
    const place = placeIn(json, this.#file.places.cost);
    const units = (ended?.cost ?? 0) / this.#file.microsPerUnit;
    return withAt(
      json,
      place,
      typeof firstAt(json, this.#file.places.cost) === 'string' ? String(units) : units,
    );
  }

  #codeIn(json: unknown): { readonly place: string; readonly value: string } | undefined {
    const { places, success } = this.#file;
    return places.code
      .map((place) => ({ place, value: wordOf(firstAt(json, [place])) }))
      .find(({ value }) => value !== '' && !success.includes(value));
  }
}

const sameWord = (one: string, other: unknown): boolean =>
  wordOf(other).trim().toLowerCase() === one.trim().toLowerCase();

const wordOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
