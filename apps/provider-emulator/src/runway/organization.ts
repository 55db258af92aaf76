import type { Call, JsonReply } from '../core/provider.ts';
import { isObject } from '../core/shape.ts';
import { invalidBody } from './replies.ts';
import { limitOf, modelNames, type RunwaySettings } from './settings.ts';
import type { Task } from '../core/tasks.ts';

const DAY_MS = 86_400_000;
const DEFAULT_USAGE_DAYS = 30;
const TIER_1_MONTHLY_CREDITS = 10_000;

/** Accepted generations of a model in the last 24 hours. */
export function dailyGenerations(tasks: readonly Task[], model: string, now: number): number {
  return tasks.filter((task) => task.model === model && task.createdAt > now - DAY_MS).length;
}

export function organizationView(
  tasks: readonly Task[],
  settings: RunwaySettings,
  creditBalance: number,
  now: number,
): object {
  const models = modelNames();
  return {
    creditBalance,
    tier: {
      maxMonthlyCreditSpend: TIER_1_MONTHLY_CREDITS,
      models: Object.fromEntries(
        models.map((model) => [
          model,
          {
            maxConcurrentGenerations: limitOf(settings.concurrency, model),
            maxDailyGenerations: limitOf(settings.dailyQuota, model),
          },
        ]),
      ),
    },
    usage: {
      models: Object.fromEntries(
        models.map((model) => [model, { dailyGenerations: dailyGenerations(tasks, model, now) }]),
      ),
    },
  };
}

/** Credits by UTC day and model, from `startDate` (30 days ago unless given) to before `beforeDate` (tomorrow). */
export function usageReply(tasks: readonly Task[], call: Call): JsonReply {
  const body = call.json === undefined && call.body.length === 0 ? {} : call.json;
  if (!isObject(body)) return invalidBody([{ code: 'invalid_type', message: 'Expected object', path: [] }]);
  const bad = ['startDate', 'beforeDate'].filter((key) => body[key] !== undefined && !isDay(body[key]));
  if (bad.length > 0) {
    return invalidBody(bad.map((key) => ({ code: 'invalid_string', message: 'Invalid date', path: [key] })));
  }
  const start = text(body['startDate']) ?? dayOf(call.now - DEFAULT_USAGE_DAYS * DAY_MS);
  const before = text(body['beforeDate']) ?? dayOf(call.now + DAY_MS);

  const days = new Map<string, Map<string, number>>();
  for (const task of tasks) {
    const day = dayOf(task.createdAt);
    if (day < start || day >= before) continue;
    const used = days.get(day) ?? new Map<string, number>();
    used.set(task.model, (used.get(task.model) ?? 0) + (task.ended?.cost ?? task.price));
    days.set(day, used);
  }
  const results = [...days].map(([date, used]) => ({
    date,
    usedCredits: [...used].map(([model, amount]) => ({ model, amount })),
  }));
  return { status: 200, json: { models: [...new Set(results.flatMap(modelsOf))], results } };
}

function modelsOf(result: {
  readonly usedCredits: readonly { readonly model: string }[];
}): readonly string[] {
  return result.usedCredits.map(({ model }) => model);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function isDay(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
