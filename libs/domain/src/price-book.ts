import type { ModelCard } from './routing.ts';

/** A list price that holds from a day on. */
export interface PriceRow {
  readonly provider: string;
  readonly model: string;
  /** UTC: `2026-11-22`. */
  readonly from: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Millionths of the currency for each second that is rendered. */
  readonly microsPerSecond?: number;
  /** Or for a clip, by its length in seconds. */
  readonly priceMicros?: Readonly<Record<number, number>>;
}

/** What a provider takes off its list prices, from a day on. */
export interface DiscountRow {
  readonly provider: string;
  /** Absent for all of the provider's. */
  readonly model?: string;
  readonly from: string;
  /** 0 to 100. */
  readonly percent: number;
  /** Clips that must have been bought in the month (UTC) before it applies. */
  readonly minVideosPerMonth: number;
}

/** What a currency is worth, from a day on. */
export interface RateRow {
  readonly currency: string;
  readonly from: string;
  /** US dollars, millionths, for one unit. */
  readonly usdMicrosPerUnit: number;
}

export interface PriceBook {
  readonly prices: readonly PriceRow[];
  readonly discounts: readonly DiscountRow[];
  readonly rates: readonly RateRow[];
}

/** How many clips were bought this month of a model, or of all models of a provider. */
export type VideosBought = (provider: string, model: string | undefined) => number;

/** The row that holds on a day: the newest that is not after it; before the first one, the first. */
export function inForce<T extends { readonly from: string }>(rows: readonly T[], day: string): T | undefined {
  const byDay = rows.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return byDay.findLast(({ from }) => from <= day) ?? byDay[0];
}

/** The highest discount that a model is sold at, per cent. */
export function discountOf(
  { discounts }: Pick<PriceBook, 'discounts'>,
  { provider, model }: Pick<ModelCard, 'provider' | 'model'>,
  day: string,
  bought: VideosBought,
): number {
  const applying = discounts.filter(
    (row) =>
      row.provider === provider &&
      (row.model ?? model) === model &&
      row.from <= day &&
      bought(provider, row.model) >= row.minVideosPerMonth,
  );
  return Math.max(0, ...applying.map(({ percent }) => percent));
}

/**
 * A model with the price, discount and rate of a day. A price in the book stands in for the card's own.
 * @returns undefined when its currency has no rate
 */
export function pricedCard<C extends ModelCard>(
  card: C,
  book: PriceBook,
  day: string,
  bought: VideosBought,
): C | undefined {
  const { provider, model } = card;
  const row = inForce(
    book.prices.filter((one) => one.provider === provider && one.model === model),
    day,
  );
  const currency = row?.currency ?? card.currency ?? 'USD';
  const rate = inForce(
    book.rates.filter((one) => one.currency === currency),
    day,
  );
  const usdMicrosPerUnit = currency === 'USD' ? 1_000_000 : rate?.usdMicrosPerUnit;
  if (usdMicrosPerUnit === undefined) return undefined;
  const { priceMicros, microsPerSecond, ...rest } = card;
  const list =
    row === undefined
      ? { microsPerSecond, ...(priceMicros !== undefined && { priceMicros }) }
      : {
          microsPerSecond: row.microsPerSecond ?? 0,
          ...(row.priceMicros && { priceMicros: row.priceMicros }),
        };
  const discountPercent = discountOf(book, card, day, bought);
  return { ...rest, ...list, currency, usdMicrosPerUnit, discountPercent } as unknown as C;
}
