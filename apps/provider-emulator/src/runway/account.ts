import { createHash, randomInt, randomUUID } from 'node:crypto';
import type { OutcomeAction } from '../core/actions.ts';
import type { ChargeLedger } from '../core/ledger.ts';
import { MICROS_PER_CREDIT } from './models.ts';
import { dailyGenerations } from './organization.ts';
import { planTask } from './plan.ts';
import {
  applyChange,
  DEFAULT_CREDITS,
  DEFAULT_SETTINGS,
  limitOf,
  readSettingsChange,
  type SettingsChange,
} from './settings.ts';
import { settle, statusAt, type Task } from './tasks.ts';
import type { Generation } from './validation.ts';

const MIN_POLL_INTERVAL_MS = 5000;
const MAX_SEED = 2 ** 32;

/**
 * One organisation: its tasks, its credits and what it was charged. Invariant: the balance at the start less the ledger's
 * net is the balance, and the net is the sum of what the tasks say they cost.
 */
export class Account {
  readonly #provider: string;
  readonly #ledger: ChargeLedger;
  readonly #start: SettingsChange;
  readonly #tasks = new Map<string, Task>();
  #settings = DEFAULT_SETTINGS;
  #credits = DEFAULT_CREDITS;

  /** @throws ShapeError for settings that it does not understand; `reset` comes back to them */
  constructor(provider: string, ledger: ChargeLedger, settings: unknown) {
    this.#provider = provider;
    this.#ledger = ledger;
    this.#start = readSettingsChange(settings);
    this.reset();
  }

  get settings() {
    return this.#settings;
  }

  get credits(): number {
    return this.#credits;
  }

  /** @throws ShapeError */
  configure(values: unknown, now: number): void {
    const change = readSettingsChange(values);
    this.tasksAt(now);
    this.#settings = applyChange(this.#settings, change);
    this.#credits = change.credits ?? this.#credits;
    this.tasksAt(now);
  }

  reset(): void {
    this.#tasks.clear();
    this.#settings = applyChange(DEFAULT_SETTINGS, this.#start);
    this.#credits = this.#start.credits ?? DEFAULT_CREDITS;
  }

  /** Every task, deleted ones too, in order of submission, as they are at `now`; refunds that are due are made. */
  tasksAt(now: number): readonly Task[] {
    const tasks = [...this.#tasks.values()];
    const ended = settle(tasks, now, (model) => limitOf(this.#settings.concurrency, model));
    for (const task of ended) this.#refundRest(task);
    return tasks;
  }

  /** A task that a client may see. */
  find(id: string, now: number): Task | undefined {
    this.tasksAt(now);
    const task = this.#tasks.get(id);
    return task?.deletedAt === undefined ? task : undefined;
  }

  promptOf(id: string): string | undefined {
    return this.#tasks.get(id)?.promptText;
  }

  /** Takes a generation in and charges it, unless the day's quota or the balance is used up. */
  accept(
    generation: Generation,
    outcome: OutcomeAction | undefined,
    now: number,
  ): Task | 'quota_exceeded' | 'insufficient_credits' {
    const quota = limitOf(this.#settings.dailyQuota, generation.model);
    if (quota !== null && dailyGenerations(this.tasksAt(now), generation.model, now) >= quota) {
      return 'quota_exceeded';
    }
    if (generation.credits > this.#credits) return 'insufficient_credits';
    const seed = generation.seed ?? randomInt(MAX_SEED);
    const task: Task = {
      id: randomUUID(),
      model: generation.model,
      promptText: generation.promptText,
      createdAt: now,
      estimatedCredits: generation.credits,
      seed,
      plan: planTask(generation, seed, this.#settings, outcome),
      polls: 0,
      pollingViolations: 0,
    };
    this.#tasks.set(task.id, task);
    this.#move('charge', task, task.estimatedCredits, now);
    this.tasksAt(now);
    return task;
  }

  /** Cancels a task that is under way; deletes one that has ended, and its outputs with it. */
  remove(task: Task, now: number): void {
    if (task.ended !== undefined) {
      task.deletedAt = now;
      return;
    }
    const isCharged = statusAt(task, now) === 'RUNNING' && this.#settings.cancelledCost === 'full';
    task.ended = { at: now, status: 'CANCELLED', cost: isCharged ? task.estimatedCredits : 0 };
    this.#refundRest(task);
    this.tasksAt(now);
  }

  #refundRest(task: Task): void {
    if (task.ended === undefined) return;
    const rest = task.estimatedCredits - task.ended.cost;
    if (rest > 0) this.#move('refund', task, rest, task.ended.at);
  }

  #move(kind: 'charge' | 'refund', task: Task, credits: number, at: number): void {
    this.#credits += kind === 'charge' ? -credits : credits;
    this.#ledger.append({
      at,
      provider: this.#provider,
      kind,
      taskId: task.id,
      model: task.model,
      promptDigest: promptDigest(task),
      credits,
      micros: credits * MICROS_PER_CREDIT,
    });
  }
}

/** SHA-256 in hex. */
export function promptDigest(task: Task): string {
  return createHash('sha256').update(task.promptText).digest('hex');
}

/** Counts a poll; one that comes less than 5 s after the last is served all the same, as the real service does. */
export function countPoll(task: Task, now: number): void {
  task.polls += 1;
  if (now - (task.lastPolledAt ?? -Infinity) < MIN_POLL_INTERVAL_MS) task.pollingViolations += 1;
  task.lastPolledAt = now;
}
