import { readFile } from 'node:fs/promises';
import { AppError, Code, billedSeconds } from '@reelmesh/domain';
import type { ConfigRow, Environment } from '@reelmesh/service';
import { z } from 'zod';
import { loadBudgets } from '../budgets.ts';
import { loadCatalogue } from '../catalogue.ts';
import { DryRun } from './dry-run.ts';
import type { CheckStep } from './dry-run.ts';
import { startPlayer } from './player.ts';
import { providerFile } from './provider-file.ts';
import { loadProviderFiles, readProviderFile, rowsOf } from './provider-files.ts';
import { describeSettings } from './provider-settings.ts';
import { sampleShot } from './sample-shot.ts';

export type { CheckStep } from './dry-run.ts';

export type CheckReport =
  /** The file is not as the schema wants it; a line each. */
  | { readonly problems: readonly string[] }
  | {
      readonly provider: string;
      readonly model: string;
      /** What is sent for the sample shot. */
      readonly request: { readonly path: string; readonly body: unknown };
      readonly steps: readonly CheckStep[];
    };

/** A file is checked and dry-run against its own recording, on loopback: nothing leaves the machine, no key is read. */
export async function checkProviderFile(path: string): Promise<CheckReport> {
  const read = readProviderFile(await textOf(path));
  if ('problems' in read) return read;
  const { file } = read;
  const rows = rowsOf(file);
  const { model } = file.recording;
  const row = model === undefined ? rows[0] : rows.find((one) => one.model === model);
  if (row === undefined) return { problems: [`recording.model: no model ${model ?? ''} in this file`] };
  if (billedSeconds(row, sampleShot.seconds) === undefined) {
    return { problems: [`models: ${row.model} has no length of ${sampleShot.seconds} s or more`] };
  }
  await using player = await startPlayer();
  const run = new DryRun(file, row, player);
  const steps = await run.steps();
  return { provider: file.provider, model: row.model, request: run.request, steps };
}

/**
 * Reads every table of the gateway as it would at its start. FAILED_PRECONDITION (CATALOGUE_BROKEN) names file and field.
 * @param configDir where the operator's own are
 */
export async function verifyTables(configDir: string | undefined): Promise<void> {
  const { models } = await loadCatalogue(configDir);
  await loadBudgets(new Set([...models.values()].map(({ provider }) => provider)), configDir);
}

/**
 * The settings of all providers that are files, secrets masked. @throws ConfigError, or FAILED_PRECONDITION
 * (CATALOGUE_BROKEN) for a broken file
 * @param configDir whose folder `providers` holds the operator's
 */
export async function providerFileSettings(
  env: Environment,
  configDir: string | undefined,
): Promise<readonly ConfigRow[]> {
  const files = await loadProviderFiles(configDir);
  return files.flatMap((file) => describeSettings(file, env));
}

/** The JSON Schema of provider files, for editors. */
export function providerFileSchema(): object {
  const schema = z.toJSONSchema(providerFile, { io: 'input', unrepresentable: 'any' });
  // The file says once whose models they are.
  const { items } = schema.properties?.['models'] as { items: { required: string[]; properties: object } };
  items.required = items.required.filter((name) => name !== 'provider');
  return { title: 'A video provider for Reelmesh', ...schema };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const text = AppError.from(error).message;
    throw new AppError(Code.INVALID_ARGUMENT, `${path}: cannot be read: ${text}`, {
      reason: 'FILE_UNREADABLE',
      cause: error,
    });
  }
}
