import type { LedgerAmount } from './ledger.ts';
import type { Task } from './tasks.ts';

/** What a task moves in the ledger: when it is taken in, and when it ends. */
export interface Billing {
  accepted(task: Task): LedgerAmount | undefined;
  ended(task: Task): LedgerAmount | undefined;
}

export interface Unit {
  readonly currency: string;
  /** Micro-units of the currency in one unit of account. */
  readonly micros: number;
  /** Whether the unit of account is called a credit. */
  readonly isCredit: boolean;
}

/** The whole price when a task is accepted; what its end did not cost comes back. */
export function prepaid(unit: Unit): Billing {
  const amount = (kind: 'charge' | 'refund', units: number): LedgerAmount => ({
    kind,
    credits: unit.isCredit ? units : 0,
    micros: units * unit.micros,
    currency: unit.currency,
    gpuSeconds: 0,
  });
  return {
    accepted: (task) => amount('charge', task.price),
    ended: (task) => {
      const rest = task.price - (task.ended?.cost ?? task.price);
      return rest > 0 ? amount('refund', rest) : undefined;
    },
  };
}

/** One's own machines take no money: the time that a task held the machine is written down when it ends. */
export const machineTime: Billing = {
  accepted: () => undefined,
  ended: ({ admittedAt = Infinity, ended, plan }) => {
    const neverStarts = plan.end.status === 'STUCK' && plan.end.at === 'PENDING';
    const heldMs = neverStarts ? 0 : (ended?.at ?? 0) - admittedAt - plan.queueMs;
    return heldMs > 0
      ? { kind: 'usage', credits: 0, micros: 0, currency: 'USD', gpuSeconds: heldMs / 1000 }
      : undefined;
  },
};
