import type { Clock, PriceBook, VideosBought } from '@reelmesh/domain';
import { dayOf, pricedCard } from '@reelmesh/domain';
import { z } from 'zod';
import type { ProviderFile } from './declarative/provider-file.ts';
import { loadProviderFiles, rowsOf } from './declarative/provider-files.ts';
import type { ModelRow } from './knobs.ts';
import { cardOf, modelRow } from './model-row.ts';
import { checkPriceBook, loadPriceBook } from './price-book.ts';
import { loadStrategies, qualityNames } from './strategies.ts';
import type { Families, Strategies } from './strategies.ts';
import { broken, readTables } from './tables.ts';

export interface Catalogue extends Strategies {
  /** By `provider/model`, at the prices of now. */
  readonly models: ReadonlyMap<string, ModelRow>;
  readonly families: Families;
}

/** A strategy may name a family: the film's quality says which of its models is meant. */
const families = z.record(z.string(), z.record(z.enum(qualityNames), z.string()));

const modelTable = z.strictObject({ models: z.array(modelRow).default([]), families: families.default({}) });

export interface CatalogueOptions {
  /** Whose models join the table's; read too unless given. */
  readonly providerFiles?: readonly ProviderFile[];
  /** What of the dated prices holds; the newest unless given. */
  readonly clock?: Clock;
  /** For discounts by volume; none bought unless given. */
  readonly bought?: VideosBought;
}

/**
 * Reads the model, price and strategy tables. FAILED_PRECONDITION (CATALOGUE_BROKEN) names file and field.
 * @param configDir where the operator's own tables are
 */
export async function loadCatalogue(configDir?: string, options: CatalogueOptions = {}): Promise<Catalogue> {
  const { providerFiles = await loadProviderFiles(configDir), clock, bought = () => 0 } = options;
  const tables = await readTables('catalogue.yaml', modelTable, configDir);
  const own = tables.flatMap((table) => table.models);
  const rows = [...providerFiles.flatMap(rowsOf), ...own.map(cardOf)];
  const models = new Map(rows.map((row) => [`${row.provider}/${row.model}`, row]));
  const book = await loadPriceBook(configDir);
  const unpriced = own.filter((row) => row.microsPerSecond === undefined && row.priceMicros === undefined);
  checkPriceBook(book, models, new Set(unpriced.map(({ provider, model }) => `${provider}/${model}`)));
  const families = familiesOf(tables, models);
  const strategies = await loadStrategies(models, families, configDir);
  const priced = pricedModels(
    models,
    book,
    () => (clock === undefined ? LATEST : dayOf(clock.now())),
    bought,
  );
  return {
    families,
    ...strategies,
    get models() {
      return priced();
    },
  };
}

/** Behind every day that a table may name. */
const LATEST = '9999-12-31';

/** The models at the prices of the day, made anew only when these have changed. */
function pricedModels(
  models: ReadonlyMap<string, ModelRow>,
  book: PriceBook,
  today: () => string,
  bought: VideosBought,
): () => ReadonlyMap<string, ModelRow> {
  let pricedFor = '';
  let priced: ReadonlyMap<string, ModelRow> = new Map();
  return () => {
    const day = today();
    const reached = book.discounts.map((row) => bought(row.provider, row.model) >= row.minVideosPerMonth);
    const wanted = `${day} ${reached.join()}`;
    if (wanted === pricedFor) return priced;
    priced = new Map(
      [...models].flatMap(([name, row]) => {
        const card = pricedCard(row, book, day, bought);
        return card === undefined ? [] : [[name, card] as const];
      }),
    );
    pricedFor = wanted;
    return priced;
  };
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
  const { families, strategies, tenantStrategies } = catalogue;
  let before: Catalogue['models'] | undefined;
  let models = new Map<string, ModelRow>();
  return {
    families,
    strategies,
    tenantStrategies,
    get models() {
      if (before === catalogue.models) return models;
      before = catalogue.models;
      models = new Map(
        [...before].map(([name, row]) => [
          name,
          row.provider === provider ? { ...row, microsPerSecond } : row,
        ]),
      );
      return models;
    },
  };
}
