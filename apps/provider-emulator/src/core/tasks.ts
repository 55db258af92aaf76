import type { MediaSpec } from './media.ts';

/** The emulator's own words; a provider says them in its own. THROTTLED waits for a slot, PENDING has one. */
export type TaskStatus = 'PENDING' | 'THROTTLED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** How a task will end if nobody cancels it; fixed when it is accepted. */
export interface Plan {
  /** Time in PENDING once a slot is free, ms. */
  readonly queueMs: number;
  /** Time in RUNNING, ms. */
  readonly renderMs: number;
  readonly end:
    | { readonly status: 'SUCCEEDED'; readonly hasOutput: boolean }
    | {
        readonly status: 'FAILED';
        /** The provider has words of its own when there are none. */
        readonly failure: string | undefined;
        readonly failureCode: string | undefined;
        readonly cost: number;
      }
    /** Never ends; keeps its slot. */
    | { readonly status: 'STUCK'; readonly at: 'PENDING' | 'RUNNING' };
  readonly media: MediaSpec;
}

/** Times are ms since the epoch, on the emulator's clock. */
export interface Task<D = unknown> {
  readonly id: string;
  readonly model: string;
  /** Tasks of one slot name compete for its slots: a model's, an account's, a machine's. */
  readonly slot: string;
  readonly promptText: string;
  readonly createdAt: number;
  /** The most that it may cost, in the provider's unit of account. */
  readonly price: number;
  readonly seed: number;
  readonly plan: Plan;
  /** What only its provider understands. */
  readonly data: D;
  /** When it got a slot; until then it is THROTTLED. */
  admittedAt?: number;
  ended?: {
    readonly at: number;
    readonly status: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
    /** In the unit of `price`. */
    readonly cost: number;
  };
  deletedAt?: number;
  lastPolledAt?: number;
  polls: number;
  /** Polls that came sooner after the one before than the provider allows. */
  pollingViolations: number;
}

export function statusAt(task: Task, now: number): TaskStatus {
  if (task.ended !== undefined) return task.ended.status;
  if (task.admittedAt === undefined) return 'THROTTLED';
  const { end, queueMs } = task.plan;
  const neverStarts = end.status === 'STUCK' && end.at === 'PENDING';
  return neverStarts || now < task.admittedAt + queueMs ? 'PENDING' : 'RUNNING';
}

/** 0 to 0.99, two decimals. */
export function progressAt(task: Task, now: number): number {
  const { queueMs, renderMs } = task.plan;
  const runningMs = now - (task.admittedAt ?? now) - queueMs;
  const done = renderMs === 0 ? 1 : runningMs / renderMs;
  return Math.min(0.99, Math.max(0, Math.floor(done * 100) / 100));
}

/**
 * Brings the tasks to `now`: ends what is due and gives freed slots to THROTTLED tasks of the same slot name in order of
 * submission, each at the moment the slot became free. So the result does not depend on how often it is called.
 * @param tasks in order of submission
 * @param limitOf concurrent tasks of a slot name; null for any number
 * @returns the tasks that ended, in order of their end
 */
export function settle<D>(
  tasks: readonly Task<D>[],
  now: number,
  limitOf: (slot: string) => number | null,
): readonly Task<D>[] {
  const open = new Set(tasks.filter((task) => task.ended === undefined));
  const ended: Task<D>[] = [];
  admit(open, now, limitOf);
  for (let next = nextToEnd(open); next !== undefined && next.at <= now; next = nextToEnd(open)) {
    const { task, at } = next;
    endTask(task, at);
    open.delete(task);
    ended.push(task);
    admit(open, at, limitOf);
  }
  return ended;
}

function admit(open: ReadonlySet<Task>, at: number, limitOf: (slot: string) => number | null): void {
  const active = new Map<string, number>();
  for (const task of open) {
    if (task.admittedAt !== undefined) active.set(task.slot, (active.get(task.slot) ?? 0) + 1);
  }
  for (const task of open) {
    const used = active.get(task.slot) ?? 0;
    if (task.admittedAt !== undefined || used >= (limitOf(task.slot) ?? Infinity)) continue;
    task.admittedAt = Math.max(at, task.createdAt);
    active.set(task.slot, used + 1);
  }
}

/** The task that ends first if nothing happens before. */
export function nextToEnd<D>(
  open: Iterable<Task<D>>,
): { readonly task: Task<D>; readonly at: number } | undefined {
  let next: { readonly task: Task<D>; readonly at: number } | undefined;
  for (const task of open) {
    const at = plannedEnd(task);
    if (at < (next?.at ?? Infinity)) next = { task, at };
  }
  return next;
}

function plannedEnd({ admittedAt, plan }: Task): number {
  return admittedAt === undefined || plan.end.status === 'STUCK'
    ? Infinity
    : admittedAt + plan.queueMs + plan.renderMs;
}

function endTask(task: Task, at: number): void {
  const { end } = task.plan;
  if (end.status === 'SUCCEEDED') task.ended = { at, status: 'SUCCEEDED', cost: task.price };
  if (end.status === 'FAILED') task.ended = { at, status: 'FAILED', cost: end.cost };
}
