import { describe, expect, test } from 'vitest';
import { chargeOf, discountOf, inForce, priceOf, pricedCard, quoteOf } from '../src/index.ts';
import type { ModelCard, PriceBook } from '../src/index.ts';
import { runwayCard } from './sample.ts';

const book: PriceBook = {
  prices: [
    { provider: 'runway', model: 'gen4.5', from: '2026-12-01', currency: 'USD', microsPerSecond: 130_000 },
    { provider: 'runway', model: 'gen4.5', from: '2026-11-01', currency: 'USD', microsPerSecond: 120_000 },
    { provider: 'zhipu', model: 'cog', from: '2026-11-01', currency: 'CNY', priceMicros: { 5: 1_000_000 } },
  ],
  discounts: [
    { provider: 'runway', from: '2026-11-10', percent: 20, minVideosPerMonth: 0 },
    { provider: 'runway', model: 'gen4.5', from: '2026-11-10', percent: 30, minVideosPerMonth: 100 },
    { provider: 'runway', model: 'veo3.1', from: '2026-11-10', percent: 90, minVideosPerMonth: 0 },
  ],
  rates: [
    { currency: 'CNY', from: '2026-11-01', usdMicrosPerUnit: 140_845 },
    { currency: 'CNY', from: '2026-12-01', usdMicrosPerUnit: 150_000 },
  ],
};
const none = () => 0;
const zhipuCard: ModelCard = { ...runwayCard, provider: 'zhipu', model: 'cog', seconds: [5] };
const priced = (card: ModelCard, day: string, bought = none) => pricedCard(card, book, day, bought)!;

test.each([
  ['2026-10-01', '2026-11-01'],
  ['2026-11-01', '2026-11-01'],
  ['2026-11-30', '2026-11-01'],
  ['2026-12-01', '2026-12-01'],
  ['2030-01-01', '2026-12-01'],
])('on %s the row from %s holds', (day, from) => {
  expect(inForce(book.rates, day)?.from).toBe(from);
});

describe('what a clip costs', () => {
  test.each([
    ['2026-11-09', 480_000],
    ['2026-11-10', 384_000],
    ['2026-12-01', 416_000],
  ])('on %s is %d: the price of that day, less the discount of that day', (day, usdMicros) => {
    expect(priceOf(priced(runwayCard, day), 4)).toBe(usdMicros);
  });

  test('in another currency is that of the list, and dollars at the rate of that day', () => {
    const card = priced(zhipuCard, '2026-12-01');

    expect(quoteOf(card, 5)).toEqual({
      ...{
        currency: 'CNY',
        listMicros: 1_000_000,
        discountPercent: 0,
        usdMicrosPerUnit: 150_000,
        seconds: 5,
      },
    });
    expect(priceOf(card, 5)).toBe(150_000);
  });

  test('a price in the book stands in for the card’s own, of either kind', () => {
    const byLength = { ...runwayCard, microsPerSecond: 0, priceMicros: { 4: 1 } };

    expect(quoteOf(priced(byLength, '2026-11-01'), 4).listMicros).toBe(480_000);
    expect(quoteOf(priced({ ...zhipuCard, microsPerSecond: 1 }, '2026-11-01'), 5).listMicros).toBe(1_000_000);
  });

  test('what the book does not name keeps its own price; what has no rate has none', () => {
    const other = { ...runwayCard, model: 'other' };

    expect(priceOf(priced(other, '2026-11-01'), 4)).toBe(480_000);
    expect(pricedCard({ ...other, currency: 'EUR' }, book, '2026-11-01', none)).toBeUndefined();
  });

  test('is rounded to the micro, the discount first', () => {
    const price = {
      currency: 'CNY',
      listMicros: 0,
      discountPercent: 33,
      usdMicrosPerUnit: 140_845,
      seconds: 5,
    };

    expect(chargeOf(price, 999_999)).toEqual({
      listMicros: 999_999,
      amountMicros: 669_999,
      usdMicros: 94_366,
    });
  });
});

describe('a discount', () => {
  test.each([
    [99, 20],
    [100, 30],
  ])('by volume: after %d clips in the month it is %d per cent', (bought, percent) => {
    expect(discountOf(book, runwayCard, '2026-11-25', () => bought)).toBe(percent);
  });

  test('of a provider or model that it does not name is none', () => {
    expect(discountOf(book, zhipuCard, '2026-11-25', () => 1000)).toBe(0);
  });
});
