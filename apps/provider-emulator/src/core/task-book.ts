import { createHash, randomInt } from 'node:crypto';
import type { OutcomeAction } from './actions.ts';
import type { Billing } from './billing.ts';
import type { EmulatorClock } from './clock.ts';
import type { ChargeLedger, LedgerAmount } from './ledger.ts';
import { nextToEnd, settle, statusAt, type Task, type TaskStatus } from './tasks.ts';

const MAX_SEED = 2 ** 32;

export interface TaskBookOptions<D> {
  readonly provider: string;
  readonly clock: EmulatorClock;
  readonly ledger: ChargeLedger;
  readonly billing: Billing;
  /** Tasks of a slot name that may be under way at once; more wait as THROTTLED. Null for any number. */
  readonly limitOf: (slot: string) => number | null;
  /** Told of every end, at its time even when nobody asks. */
  readonly onEnded?: (task: Task<D>) => void;
  /** A poll that comes sooner after the one before is counted as a violation. */
  readonly minPollIntervalMs?: number;
}

export interface TaskView<D> extends Task<D> {
  readonly provider: string;
  readonly promptDigest: string;
  readonly status: TaskStatus;
}

export type TaskDraft<D> = Pick<
  Task<D>,
  'id' | 'model' | 'slot' | 'promptText' | 'price' | 'seed' | 'plan' | 'data'
>;

/**
 * The tasks of one provider and what they moved in the ledger. Invariant: the ledger's net is the sum of what the tasks
 * say they cost, those under way at their full price.
 */
export class TaskBook<D = unknown> {
  readonly #options: TaskBookOptions<D>;
  readonly #tasks = new Map<string, Task<D>>();
  /** Those under way, in order of submission: a soak test's past must not cost time at every call. */
  readonly #open = new Set<Task<D>>();
  #owed = 0;
  /** When the next alarm of this book rings. */
  #wakesAt = Infinity;

  constructor(options: TaskBookOptions<D>) {
    this.#options = options;
  }

  /** Every task, deleted ones too, in order of submission, as they are at `now`. */
  at(now: number): readonly Task<D>[] {
    this.#settle(now);
    return [...this.#tasks.values()];
  }

  /** How many have not ended. */
  underWayAt(now: number): number {
    this.#settle(now);
    return this.#open.size;
  }

  /** What the tasks cost together, in units of account; those under way count at their full price. */
  owedAt(now: number): number {
    this.#settle(now);
    return this.#owed;
  }

  /** A task that a client may see. */
  find(id: string, now: number): Task<D> | undefined {
    this.#settle(now);
    const task = this.#tasks.get(id);
    return task?.deletedAt === undefined ? task : undefined;
  }

  promptOf(id: string): string | undefined {
    return this.#tasks.get(id)?.promptText;
  }

  accept(draft: TaskDraft<D>, now: number): Task<D> {
    const task: Task<D> = { ...draft, createdAt: now, polls: 0, pollingViolations: 0 };
    this.#tasks.set(task.id, task);
    this.#open.add(task);
    this.#owed += task.price;
    this.#write(this.#options.billing.accepted(task), task, now);
    this.#settle(now);
    this.#wake();
    return task;
  }

  /** Ends a task that is under way, unless the script lets it go on unheard. */
  cancel(task: Task<D>, now: number, cost: number, outcome: OutcomeAction | undefined): void {
    if (task.ended !== undefined || outcome?.type === 'complete_anyway') return;
    task.ended = { at: now, status: 'CANCELLED', cost };
    this.#close(task);
    this.#settle(now);
    this.#wake();
  }

  /** A task that clients no longer see; one that is under way goes on. */
  forget(task: Task<D>, now: number): void {
    task.deletedAt = now;
  }

  /** A poll that comes too soon is served all the same, as the real services do. */
  countPoll(task: Task<D>, now: number): void {
    task.polls += 1;
    const isTooSoon = now - (task.lastPolledAt ?? -Infinity) < (this.#options.minPollIntervalMs ?? 0);
    if (isTooSoon) task.pollingViolations += 1;
    task.lastPolledAt = now;
  }

  /** For assertions. */
  views(): readonly TaskView<D>[] {
    const now = this.#options.clock.now();
    return this.at(now).map((task) => ({
      ...task,
      provider: this.#options.provider,
      promptDigest: promptDigest(task),
      status: statusAt(task, now),
    }));
  }

  clear(): void {
    this.#tasks.clear();
    this.#open.clear();
    this.#owed = 0;
    this.#wakesAt = Infinity;
  }

  #settle(now: number): void {
    for (const task of settle([...this.#open], now, this.#options.limitOf)) this.#close(task);
  }

  #close(task: Task<D>): void {
    this.#open.delete(task);
    this.#owed -= task.price - (task.ended?.cost ?? task.price);
    this.#write(this.#options.billing.ended(task), task, task.ended?.at ?? task.createdAt);
    this.#options.onEnded?.(task);
  }

  #write(amount: LedgerAmount | undefined, task: Task<D>, at: number): void {
    if (amount === undefined) return;
    const { id: taskId, model } = task;
    const { provider } = this.#options;
    this.#options.ledger.append({ at, provider, ...amount, taskId, model, promptDigest: promptDigest(task) });
  }

  /** Only a book whose ends are waited for keeps time by itself. */
  #wake(): void {
    if (this.#options.onEnded === undefined) return;
    const next = nextToEnd(this.#open);
    if (next === undefined || next.at >= this.#wakesAt) return;
    this.#wakesAt = next.at;
    this.#options.clock.alarm(next.at, () => {
      this.#wakesAt = Infinity;
      this.#settle(this.#options.clock.now());
      this.#wake();
    });
  }
}

/** SHA-256 in hex. */
export function promptDigest({ promptText }: Pick<Task, 'promptText'>): string {
  return createHash('sha256').update(promptText).digest('hex');
}

export function randomSeed(): number {
  return randomInt(MAX_SEED);
}
