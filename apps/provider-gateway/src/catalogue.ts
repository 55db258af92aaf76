import { z } from 'zod';
import type { ProviderFile } from './declarative/provider-file.ts';
import { loadProviderFiles, rowsOf } from './declarative/provider-files.ts';
import type { ModelRow } from './knobs.ts';
import { cardOf, modelRow } from './model-row.ts';
import { loadStrategies, qualityNames } from './strategies.ts';
import type { Families, Strategies } from './strategies.ts';
import { broken, readTables } from './tables.ts';

export interface Catalogue extends Strategies {
  /** By `provider/model`. */
  readonly models: ReadonlyMap<string, ModelRow>;
  readonly families: Families;
}

/** A strategy may name a family: the film's quality says which of its models is meant. */
const families = z.record(z.string(), z.record(z.enum(qualityNames), z.string()));

const modelTable = z.strictObject({ models: z.array(modelRow).default([]), families: families.default({}) });

/**
 * Reads the model and strategy tables. FAILED_PRECONDITION (CATALOGUE_BROKEN) names file and field.
 * @param configDir where the operator's own tables are
 * @param providerFiles whose models join the table's; read too unless given
 */
export async function loadCatalogue(
  configDir?: string,
  providerFiles?: readonly ProviderFile[],
): Promise<Catalogue> {
  const files = providerFiles ?? (await loadProviderFiles(configDir));
  const tables = await readTables('catalogue.yaml', modelTable, configDir);
  const rows = [...files.flatMap(rowsOf), ...tables.flatMap(({ models }) => models.map(cardOf))];
  const models = new Map(rows.map((row) => [`${row.provider}/${row.model}`, row]));
  const families = familiesOf(tables, models);
  return { models, families, ...(await loadStrategies(models, families, configDir)) };
}

function familiesOf(
  tables: readonly z.infer<typeof modelTable>[],
  models: ReadonlyMap<string, ModelRow>,
): Families {
  const found = new Map(tables.flatMap((table) => Object.entries(table.families)));
  for (const [family, members] of found) {
    if (models.has(family)) throw broken('catalogue.yaml', `families: ${family} is a model's name`);
    const stranger = Object.values(members).find((member) => !models.has(member));
    if (stranger !== undefined) throw broken('catalogue.yaml', `families.${family}: no model ${stranger}`);
  }
  return found;
}

/** The same with the price of a provider's models set by the settings. */
export function withPrice(catalogue: Catalogue, provider: string, microsPerSecond: number): Catalogue {
  const rows = [...catalogue.models].map(
    ([name, row]) => [name, row.provider === provider ? { ...row, microsPerSecond } : row] as const,
  );
  return { ...catalogue, models: new Map(rows) };
}
