import { MICROS_PER_UNIT } from './money.ts';
import type { TakeIntent } from './take-facts.ts';

/** What a take is billed by; fixed when it is quoted, whatever prices, discounts and rates become later. */
export interface TakePrice {
  /** ISO 4217: the provider's currency. */
  readonly currency: string;
  /** The quote before any discount, millionths of the currency. */
  readonly listMicros: number;
  /** 0 to 100: what the provider takes off its list prices. */
  readonly discountPercent: number;
  /** US dollars, millionths, for one unit of the currency. */
  readonly usdMicrosPerUnit: number;
  /** Seconds of film that are billed. */
  readonly seconds: number;
}

export interface Charge {
  /** In the provider's currency, the discount taken off. */
  readonly amountMicros: number;
  readonly usdMicros: number;
  readonly listMicros: number;
}

/**
 * What a charge comes to.
 * @param listMicros as the provider counts it: in its currency, at its list price
 */
export function chargeOf(price: TakePrice, listMicros: number): Charge {
  const amountMicros = Math.round((listMicros * (100 - price.discountPercent)) / 100);
  const usdMicros = Math.round(amountMicros * (price.usdMicrosPerUnit / MICROS_PER_UNIT));
  return { amountMicros, usdMicros, listMicros };
}

/** Takes of before there were prices were quoted in dollars. */
export function priceOfTake({ price, quoteMicros }: Pick<TakeIntent, 'price' | 'quoteMicros'>): TakePrice {
  return price ?? dollars(quoteMicros);
}

/** What a take is charged when its provider names no figure: in its currency, at its list price. */
export function quotedCharge(intent: Pick<TakeIntent, 'price' | 'quoteMicros'>): number {
  return priceOfTake(intent).listMicros;
}

function dollars(listMicros: number): TakePrice {
  return { currency: 'USD', listMicros, discountPercent: 0, usdMicrosPerUnit: MICROS_PER_UNIT, seconds: 0 };
}
