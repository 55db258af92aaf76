import type { DiscountRow, PriceBook, PriceRow, RateRow } from '@reelmesh/domain';
import { parseUsd } from '@reelmesh/domain';
import { z } from 'zod';
import type { ModelRow } from './knobs.ts';
import { broken, readTables } from './tables.ts';

const PRICES = 'prices.yaml';
const RATES = 'rates.yaml';

const day = z.iso.date();
const whole = z.number().int().nonnegative();
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of three capitals');

const priceRow = z
  .strictObject({
    provider: z.string(),
    model: z.string(),
    from: day,
    currency: currency.default('USD'),
    microsPerSecond: whole.optional(),
    priceMicros: z.record(z.string().regex(/^\d+$/), whole).optional(),
  })
  .refine((row) => (row.microsPerSecond === undefined) !== (row.priceMicros === undefined), {
    message: 'must have either microsPerSecond or priceMicros',
  })
  .transform(({ microsPerSecond, priceMicros, ...row }): PriceRow => ({
    ...row,
    ...(microsPerSecond !== undefined && { microsPerSecond }),
    ...(priceMicros !== undefined && { priceMicros }),
  }));

const discountRow = z
  .strictObject({
    provider: z.string(),
    model: z.string().optional(),
    from: day,
    percent: z.number().min(0).max(100),
    minVideosPerMonth: whole.default(0),
  })
  .transform(({ model, ...row }): DiscountRow => ({ ...row, ...(model !== undefined && { model }) }));

const priceTable = z.strictObject({
  prices: z.array(priceRow).default([]),
  discounts: z.array(discountRow).default([]),
});

const rateRow = z
  .strictObject({ currency, from: day, usd: z.union([z.number(), z.string()]) })
  .transform(({ usd, ...row }, context): RateRow => {
    const usdMicrosPerUnit = parseUsd(String(usd));
    if (usdMicrosPerUnit !== undefined && usdMicrosPerUnit > 0) return { ...row, usdMicrosPerUnit };
    context.addIssue({ code: 'custom', message: 'usd must be dollars with at most six decimals, above 0' });
    return z.NEVER;
  });

const rateTable = z.strictObject({ rates: z.array(rateRow).default([]) });

/** Dated prices, discounts and rates; the operator's rows about a model or a currency stand in for ours about it. */
export async function loadPriceBook(configDir: string | undefined): Promise<PriceBook> {
  const [priceTables, rateTables] = await Promise.all([
    readTables(PRICES, priceTable, configDir),
    readTables(RATES, rateTable, configDir),
  ]);
  return {
    prices: overridden(
      priceTables.map(({ prices }) => prices),
      ({ provider, model }) => `${provider}/${model}`,
    ),
    discounts: priceTables.flatMap(({ discounts }) => discounts),
    rates: overridden(
      rateTables.map(({ rates }) => rates),
      (row) => row.currency,
    ),
  };
}

/**
 * CATALOGUE_BROKEN for a price of nothing that there is, and for a model that cannot be priced.
 * @param unpriced models whose own rows have no price
 */
export function checkPriceBook(
  book: PriceBook,
  models: ReadonlyMap<string, ModelRow>,
  unpriced: ReadonlySet<string>,
): void {
  const providers = new Set([...models.values()].map(({ provider }) => provider));
  for (const { provider, model } of book.prices) {
    if (!models.has(`${provider}/${model}`)) throw broken(PRICES, `no model ${provider}/${model}`);
  }
  for (const { provider, model } of book.discounts) {
    const known = model === undefined ? providers.has(provider) : models.has(`${provider}/${model}`);
    if (!known) throw broken(PRICES, `discounts: no model ${provider}/${model ?? '*'}`);
  }
  const rated = new Set(['USD', ...book.rates.map((row) => row.currency)]);
  for (const [name, card] of models) {
    const rows = book.prices.filter((row) => `${row.provider}/${row.model}` === name);
    const offered = [card.seconds, ...(card.forms ?? []).map((form) => form.seconds ?? [])].flat();
    for (const { from, priceMicros } of rows) {
      const unpriced =
        priceMicros === undefined ? undefined : offered.find((length) => !(length in priceMicros));
      if (unpriced !== undefined)
        throw broken(PRICES, `${name} from ${from}: has no price for ${unpriced} s`);
    }
    if (rows.length === 0 && unpriced.has(name)) throw broken(PRICES, `${name}: has no price`);
    const currencies = rows.length > 0 ? rows.map((row) => row.currency) : [card.currency ?? 'USD'];
    const unrated = currencies.find((one) => !rated.has(one));
    if (unrated !== undefined) throw broken(RATES, `${name} is priced in ${unrated}, which has no rate`);
  }
}

function overridden<T>(tables: readonly (readonly T[])[], nameOf: (row: T) => string): readonly T[] {
  const byName = new Map<string, readonly T[]>();
  for (const table of tables) {
    for (const [name, rows] of Map.groupBy(table, nameOf)) byName.set(name, rows);
  }
  return [...byName.values()].flat();
}
