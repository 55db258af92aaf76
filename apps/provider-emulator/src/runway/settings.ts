import { choice, either, integer, mapOf, object, optional, read, type ReadOf } from '../core/shape.ts';
import { MODELS } from './models.ts';

/** A limit for all models, or by model name; null for none. */
type Limit = number | null | Readonly<Record<string, number | null>>;

export interface RunwaySettings {
  /** Time in PENDING once there is a slot, ms. */
  readonly queueMs: number;
  /** Time in RUNNING, ms. */
  readonly renderMs: number;
  /** Concurrent generations per model; more are accepted as THROTTLED. */
  readonly concurrency: Limit;
  /** Accepted generations per model in any 24 h; more are refused with 429. */
  readonly dailyQuota: Limit;
  /** How long an output URL works, ms. */
  readonly outputTtlMs: number;
  /** How long an upload works, ms. */
  readonly uploadTtlMs: number;
  /** What a task costs that was RUNNING when it was cancelled; one that had not started costs nothing. */
  readonly cancelledCost: 'full' | 'zero';
  /** What a cancelled task answers to GET: both have been seen in documentation. */
  readonly cancelledAnswer: 'CANCELLED' | 'not_found';
}

const HOUR_MS = 3_600_000;

/** Tier 1 limits; latencies short enough to work with. */
export const DEFAULT_SETTINGS: RunwaySettings = {
  queueMs: 1000,
  renderMs: 4000,
  concurrency: 2,
  dailyQuota: 200,
  outputTtlMs: 24 * HOUR_MS,
  uploadTtlMs: 24 * HOUR_MS,
  cancelledCost: 'full',
  cancelledAnswer: 'CANCELLED',
};
export const DEFAULT_CREDITS = 100_000;

const limit = either(either(integer(0), choice(null)), mapOf(either(integer(0), choice(null))));

const settingsReader = object({
  queueMs: optional(integer(0)),
  renderMs: optional(integer(0)),
  concurrency: optional(limit),
  dailyQuota: optional(limit),
  outputTtlMs: optional(integer(1)),
  uploadTtlMs: optional(integer(1)),
  cancelledCost: optional(choice('full', 'zero')),
  cancelledAnswer: optional(choice('CANCELLED', 'not_found')),
  credits: optional(integer(0)),
});

/** What may be set: any of the settings, and the credit balance. */
export type SettingsChange = ReadOf<typeof settingsReader>;

/** @throws ShapeError */
export function readSettingsChange(value: unknown): SettingsChange {
  return read(settingsReader, value, 'runway');
}

export function applyChange(settings: RunwaySettings, change: SettingsChange): RunwaySettings {
  const given = Object.entries(change).filter(([key, value]) => value !== undefined && key !== 'credits');
  return { ...settings, ...(Object.fromEntries(given) as Partial<RunwaySettings>) };
}

/** A model that a map of limits leaves out is unlimited. */
export function limitOf(setting: Limit, model: string): number | null {
  return setting === null || typeof setting === 'number' ? setting : (setting[model] ?? null);
}

export function modelNames(): readonly string[] {
  return Object.keys(MODELS);
}
