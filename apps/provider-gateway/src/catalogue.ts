import type { Strategy } from '@reelmesh/domain';
import { z } from 'zod';
import type { ModelRow } from './knobs.ts';
import { cardOf, modelRow } from './model-row.ts';
import { loadStrategies } from './strategies.ts';
import { readTables } from './tables.ts';

export interface Catalogue {
  /** By `provider/model`. */
  readonly models: ReadonlyMap<string, ModelRow>;
  readonly strategies: ReadonlyMap<string, Strategy>;
}

const modelTable = z.strictObject({ models: z.array(modelRow) });

/**
 * Reads the model and strategy tables. FAILED_PRECONDITION (CATALOGUE_BROKEN) names file and field.
 * @param configDir where the operator's own tables are
 */
export async function loadCatalogue(configDir?: string): Promise<Catalogue> {
  const tables = await readTables('catalogue.yaml', modelTable, configDir);
  const rows = tables.flatMap(({ models }) => models);
  const models = new Map(rows.map((row) => [`${row.provider}/${row.model}`, cardOf(row)]));
  return { models, strategies: await loadStrategies(models, configDir) };
}

/** The same with the price of a provider's models set by the settings. */
export function withPrice(catalogue: Catalogue, provider: string, microsPerSecond: number): Catalogue {
  const rows = [...catalogue.models].map(
    ([name, row]) => [name, row.provider === provider ? { ...row, microsPerSecond } : row] as const,
  );
  return { ...catalogue, models: new Map(rows) };
}
