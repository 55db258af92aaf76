import { randomUUID } from 'node:crypto';
import type { OutcomeAction } from '../core/actions.ts';
import { prepaid } from '../core/billing.ts';
import type { EmulatorClock } from '../core/clock.ts';
import type { ChargeLedger } from '../core/ledger.ts';
import { planTask } from '../core/plan.ts';
import { randomSeed, TaskBook } from '../core/task-book.ts';
import { statusAt, type Task } from '../core/tasks.ts';
import { MICROS_PER_CREDIT } from './models.ts';
import { dailyGenerations } from './organization.ts';
import {
  applyChange,
  DEFAULT_CREDITS,
  DEFAULT_SETTINGS,
  limitOf,
  readSettingsChange,
  type SettingsChange,
} from './settings.ts';
import type { Generation } from './validation.ts';

const MIN_POLL_INTERVAL_MS = 5000;

/** One organisation: its tasks, its credits and its limits. */
export class Account {
  /** A task's data is the mark of the key that made it. */
  readonly book: TaskBook<string>;
  readonly #start: SettingsChange;
  #settings = DEFAULT_SETTINGS;
  /** The balance if no task had cost anything. */
  #granted = DEFAULT_CREDITS;

  /** @throws ShapeError for settings that it does not understand; `reset` comes back to them */
  constructor(provider: string, clock: EmulatorClock, ledger: ChargeLedger, settings: unknown) {
    this.#start = readSettingsChange(settings);
    this.book = new TaskBook({
      provider,
      clock,
      ledger,
      billing: prepaid({ currency: 'USD', micros: MICROS_PER_CREDIT, isCredit: true }),
      limitOf: (model) => limitOf(this.#settings.concurrency, model),
      minPollIntervalMs: MIN_POLL_INTERVAL_MS,
    });
    this.reset();
  }

  get settings() {
    return this.#settings;
  }

  creditsAt(now: number): number {
    return this.#granted - this.book.owedAt(now);
  }

  /** Checks now, changes when the result is called. @throws ShapeError */
  prepare(values: unknown, now: number): () => void {
    const change = readSettingsChange(values);
    return () => {
      const owed = this.book.owedAt(now);
      this.#settings = applyChange(this.#settings, change);
      if (change.credits !== undefined) this.#granted = change.credits + owed;
      this.book.at(now);
    };
  }

  reset(): void {
    this.book.clear();
    this.#settings = applyChange(DEFAULT_SETTINGS, this.#start);
    this.#granted = this.#start.credits ?? DEFAULT_CREDITS;
  }

  /** Takes a generation in and charges it, unless the day's quota or the balance is used up. */
  accept(
    generation: Generation,
    outcome: OutcomeAction | undefined,
    key: string,
    now: number,
  ): Task<string> | 'quota_exceeded' | 'insufficient_credits' {
    const { model, promptText, credits: price } = generation;
    const quota = limitOf(this.#settings.dailyQuota, model);
    if (quota !== null && dailyGenerations(this.book.at(now), model, now) >= quota) return 'quota_exceeded';
    if (price > this.creditsAt(now)) return 'insufficient_credits';
    const seed = generation.seed ?? randomSeed();
    const plan = planTask({ ...generation, seed, price }, this.#settings, outcome, isModeration);
    const draft = { id: randomUUID(), model, slot: model, promptText, price, seed, plan, data: key };
    return this.book.accept(draft, now);
  }

  /** Cancels a task that is under way; deletes one that has ended, and its outputs with it. */
  remove(task: Task<string>, now: number, outcome: OutcomeAction | undefined): void {
    if (task.ended !== undefined) {
      this.book.forget(task, now);
      return;
    }
    const isCharged = statusAt(task, now) === 'RUNNING' && this.#settings.cancelledCost === 'full';
    this.book.cancel(task, now, isCharged ? task.price : 0, outcome);
  }
}

/** Moderated generations are charged like successes; recorded internal failures were not. */
function isModeration(failureCode: string | undefined): boolean {
  return failureCode?.split('.').includes('SAFETY') ?? false;
}
