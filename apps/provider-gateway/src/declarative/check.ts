import { readFile } from 'node:fs/promises';
import { AppError, Code, billedSeconds } from '@reelmesh/domain';
import type { ConfigRow, Environment } from '@reelmesh/service';
import { z } from 'zod';
import { loadBudgets } from '../budgets.ts';
import { loadCatalogue } from '../catalogue.ts';
import { loadPriceBook } from '../price-book.ts';
import { DryRun } from './dry-run.ts';
import type { CheckStep } from './dry-run.ts';
import { textAt } from './places.ts';
import { startPlayer } from './player.ts';
import { providerFile } from './provider-file.ts';
import type { ProviderFile } from './provider-file.ts';
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
      /** What is not wrong with the file and stops it all the same, or is likely to be a mistake. */
      readonly notes: readonly string[];
    };

/**
 * A file is checked and dry-run against its own recording, on loopback: nothing leaves the machine, no key is read.
 * @param configDir where the operator's own rates are
 */
export async function checkProviderFile(path: string, configDir?: string): Promise<CheckReport> {
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
  const notes = [...(await noteOnCurrency(file, configDir)), ...notesOnCodes(file)];
  return { provider: file.provider, model: row.model, request: run.request, steps, notes };
}

async function noteOnCurrency({ currency }: ProviderFile, configDir?: string): Promise<readonly string[]> {
  const { rates } = await loadPriceBook(configDir);
  if (currency === 'USD' || rates.some((rate) => rate.currency === currency)) return [];
  const row = `{ currency: ${currency}, from: 'YYYY-MM-DD', usd: 1.00 }`;
  return [
    `${currency} has no rate: until rates.yaml in REELMESH_GATEWAY__CONFIG_DIR has a row as ${row}, no command starts`,
  ];
}

/** Failures that would all look alike. */
function notesOnCodes({ errors, recording }: ProviderFile): readonly string[] {
  if (errors.code === undefined || Object.keys(errors.codes).length === 0) return [];
  return recording.failures.flatMap(({ body }, index) => {
    const code = errors.code?.map((place) => textAt(body, [place])).find((text) => text !== undefined);
    if (code === undefined)
      return [`failure ${index + 1} holds nothing at ${errors.code?.join(' or ')} (errors.code)`];
    const isKnown = code in errors.codes || errors.success.includes(code);
    return isKnown
      ? []
      : [
          `failure ${index + 1}: errors.codes does not list ${code}, so it is ${errors.failed.replace('FAILURE_CLASS_', '')}`,
        ];
  });
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
