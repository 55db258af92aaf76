import type { FailureClass } from '@reelmesh/contracts/shot';
import type { Obstacle } from '@reelmesh/domain';
import { z } from 'zod';
import { createdOr, namesNoFile, refusalByStatus, underWay } from './provider-api.ts';
import type { ApiAnswer } from './provider-api.ts';
import { THROTTLED } from './provider.ts';
import type { DayUsage, PollResult, SubmitResult } from './provider.ts';

/** $0.01 a credit, in micro-dollars. Source: Runway's price page. */
const MICROS_PER_CREDIT = 10_000;

const created = z.object({ id: z.string().min(1).max(200) });

const task = z.object({
  status: z.string(),
  progress: z.number().optional(),
  cost: z.object({ credits: z.number().nonnegative() }).optional(),
  output: z.array(z.string()).optional(),
  failure: z.string().optional(),
  failureCode: z.string().optional(),
});

const organization = z.object({
  creditBalance: z.number(),
  tier: z.object({
    models: z.record(
      z.string(),
      z.object({
        maxDailyGenerations: z.number().nullish(),
        maxConcurrentGenerations: z.number().nullish(),
      }),
    ),
  }),
  usage: z.object({ models: z.record(z.string(), z.object({ dailyGenerations: z.number() })) }),
});

const usage = z.object({
  results: z.array(
    z.object({
      date: z.string(),
      usedCredits: z.array(z.object({ model: z.string(), amount: z.number() })),
    }),
  ),
});

const refusal = z.object({ error: z.string() });

/** 5xx leave the charge in doubt: Runway does not say that they are free. */
export function readCreate({ status, json }: Pick<ApiAnswer, 'status' | 'json'>): SubmitResult {
  const text = refusal.safeParse(json).data?.error ?? '';
  return createdOr('runway', status, created.safeParse(json).data?.id, refusalOf(status, text), text);
}

/** Whether an organization's figures say that a refusal is over. An answer at all says that the key is good. */
export function readOrganization(body: unknown, model: string, failure: FailureClass): boolean {
  if (failure === 'FAILURE_CLASS_AUTH') return true;
  const answer = organization.safeParse(body);
  if (!answer.success) return false;
  const { creditBalance, tier, usage } = answer.data;
  if (failure === 'FAILURE_CLASS_NO_FUNDS') return creditBalance > 0;
  const limit = tier.models[model]?.maxDailyGenerations ?? Infinity;
  return (usage.models[model]?.dailyGenerations ?? 0) < limit;
}

/** Why a model cannot be used as the organization stands; undefined when it can, or when the answer makes no sense. */
export function readStanding(body: unknown): (model: string) => Obstacle | undefined {
  const answer = organization.safeParse(body).data;
  if (answer === undefined) return () => undefined;
  const { creditBalance, tier, usage: used } = answer;
  return (model) => {
    if (creditBalance <= 0) return { reason: 'account_no_funds', failure: 'FAILURE_CLASS_NO_FUNDS' };
    const { maxConcurrentGenerations, maxDailyGenerations } = tier.models[model] ?? {};
    if (maxConcurrentGenerations === 0 || maxDailyGenerations === 0) {
      return { reason: 'account_tier', failure: 'FAILURE_CLASS_QUOTA' };
    }
    const isUsedUp = (used.models[model]?.dailyGenerations ?? 0) >= (maxDailyGenerations ?? Infinity);
    return isUsedUp ? { reason: 'account_quota', failure: 'FAILURE_CLASS_QUOTA' } : undefined;
  };
}

/** How many generations of a model the organization has had in the last 24 hours; undefined when it does not say. */
export function readGenerations(body: unknown, model: string): number | undefined {
  const answer = organization.safeParse(body).data;
  return answer === undefined ? undefined : (answer.usage.models[model]?.dailyGenerations ?? 0);
}

/** What the organization has used by day and model; undefined when the answer makes no sense. */
export function readUsage(body: unknown): readonly DayUsage[] | undefined {
  return usage.safeParse(body).data?.results.flatMap(({ date, usedCredits }) =>
    usedCredits.map(({ model, amount }) => ({
      day: date.slice(0, 10),
      model,
      micros: Math.round(amount * MICROS_PER_CREDIT),
    })),
  );
}

/** Runway has no status of its own for an empty account: it is a 400 that says so. Its 429 is the daily quota. */
function refusalOf(status: number, error: string): FailureClass | undefined {
  if (status === 400 && /\bcredits\b/i.test(error)) return 'FAILURE_CLASS_NO_FUNDS';
  return status === 429 ? 'FAILURE_CLASS_QUOTA' : refusalByStatus(status);
}

/**
 * A task as Runway tells it.
 * @param quoteMicros charged when Runway does not say what a finished task cost
 */
export function readTask(body: unknown, quoteMicros: number): PollResult | undefined {
  const answer = task.safeParse(body);
  if (!answer.success) return undefined;
  const { status, progress = 0, cost, output, failure, failureCode } = answer.data;
  const costMicros = cost === undefined ? quoteMicros : Math.round(cost.credits * MICROS_PER_CREDIT);
  const word = status.trim().toUpperCase();
  switch (word) {
    case 'SUCCEEDED': {
      const url = output?.[0];
      if (url !== undefined) return { kind: 'succeeded', costMicros, output: { url } };
      return namesNoFile('runway', costMicros);
    }
    case 'FAILED':
      return {
        kind: 'failed',
        failure: readFailureCode(failureCode),
        message: `runway: ${(failure ?? 'failed').slice(0, 300)}${failureCode === undefined ? '' : ` (${failureCode})`}`,
        costMicros,
      };
    case 'CANCELLED':
      return { kind: 'cancelled', costMicros };
    case 'THROTTLED':
      return { kind: 'running', progress: 0, waitingFor: THROTTLED };
    case 'PENDING':
      return { kind: 'running', progress: 0, waitingFor: 'provider queue' };
    default:
      return underWay(word, word === 'RUNNING', progress);
  }
}

/** Runway's failure taxonomy (docs: task failures). A code that we do not know is not tried again. */
function readFailureCode(code: string | undefined): FailureClass {
  if (code === undefined) return 'FAILURE_CLASS_TRANSIENT';
  if (code.startsWith('SAFETY.INPUT') || code.startsWith('INPUT_PREPROCESSING.SAFETY')) {
    return 'FAILURE_CLASS_MODERATED_INPUT';
  }
  if (code.startsWith('SAFETY')) return 'FAILURE_CLASS_MODERATED_OUTPUT';
  if (code.startsWith('INTERNAL.BAD_OUTPUT')) return 'FAILURE_CLASS_BAD_OUTPUT';
  if (code.startsWith('ASSET.')) return 'FAILURE_CLASS_INVALID_INPUT';
  if (code === 'INTERNAL' || code === 'INPUT_PREPROCESSING.INTERNAL' || code === 'THIRD_PARTY.UNAVAILABLE') {
    return 'FAILURE_CLASS_TRANSIENT';
  }
  return 'FAILURE_CLASS_UNCLASSIFIED';
}
