import type { LedgerEntry } from '@reelmesh/contracts/ledger';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { focusColumns, focusCsv } from '../src/focus.ts';
import { adjust, release, reserve, settle } from './support/ledger.ts';

/** RFC 4180, by the letter: quoted cells may hold commas, quotes and line breaks. */
function parseCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\n') {
      rows.push(row);
      row = [];
    }
  }
  const [headings = [], ...body] = rows;
  return body.map((cells) => Object.fromEntries(headings.map((heading, at) => [heading, cells[at] ?? ''])));
}

test('a charge is one row of FOCUS 1.2, to the letter', () => {
  const csv = focusCsv([reserve(600_000), settle(480_000, { listMicros: 600_000 }), release(120_000)]);

  expect(csv).toBe(
    'BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,' +
      'ChargeCategory,ChargeClass,ChargeDescription,ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,' +
      'ConsumedQuantity,ConsumedUnit,ContractedCost,EffectiveCost,InvoiceIssuerName,ListCost,PricingCategory,' +
      'PricingQuantity,PricingUnit,ProviderName,PublisherName,ResourceId,ResourceType,ServiceCategory,ServiceName,' +
      'ServiceSubcategory,SkuId,SubAccountId,SubAccountName,Tags,x_CostUsd,x_EntryId,x_FilmId,x_Model,x_ShotId\n' +
      '0.48,runway,,USD,2026-12-01T00:00:00Z,2026-11-01T00:00:00Z,' +
      'Usage,,5 s of film by runway gen4.5,Usage-Based,2026-11-26T00:00:00Z,2026-11-25T00:00:00Z,' +
      '5,Seconds,0.48,0.48,runway,0.6,Standard,' +
      '5,Seconds,runway,runway,t1,Take,AI and Machine Learning,Video generation,' +
      'Generative AI,runway/gen4.5,local,,"{""film"":""f1"",""shot"":""s1""}",0.48,t1-LEDGER_KIND_SETTLE,f1,gen4.5,s1\n',
  );
});

test('no mandatory column of FOCUS 1.2 is missing', () => {
  const mandatory = [
    'BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingCurrency', 'BillingPeriodEnd',
    'BillingPeriodStart', 'ChargeCategory', 'ChargeClass', 'ChargeDescription', 'ChargePeriodEnd',
    'ChargePeriodStart', 'ContractedCost', 'EffectiveCost', 'InvoiceIssuerName', 'ListCost', 'PricingQuantity',
    'PricingUnit', 'ProviderName', 'PublisherName', 'ServiceCategory', 'ServiceName',
  ]; // prettier-ignore

  expect(focusColumns).toEqual(expect.arrayContaining(mandatory));
});

describe('what is read back', () => {
  test('adds up to what was charged, to the micro, whatever was booked', () => {
    const entry = fc
      .tuple(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), fc.string(), fc.nat({ max: 60 }))
      .map(([micros, model, seconds]) => settle(micros, { model: model.replace(/[\r\n]/g, ' '), seconds }));

    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries: readonly LedgerEntry[]) => {
        const rows = parseCsv(focusCsv(entries));

        expect(rows.map(({ x_Model }) => x_Model)).toEqual(entries.map(({ model }) => model));
        const micros = rows.map(({ BilledCost = '' }) => Math.round(Number(BilledCost) * 1_000_000));
        expect(micros).toEqual(entries.map(({ amountMicros }) => amountMicros));
        expect(rows.every((row) => Object.keys(row).length === focusColumns.length)).toBe(true);
      }),
    );
  });

  test('keeps the tags as JSON', () => {
    const [row] = parseCsv(focusCsv([settle(1)]));

    expect(JSON.parse(row?.['Tags'] ?? '')).toEqual({ film: 'f1', shot: 's1' });
  });

  test('calls a correction one only when it changes an earlier billing period', () => {
    const december = Date.UTC(2026, 11, 2);

    const rows = parseCsv(
      focusCsv([
        settle(600_000),
        adjust(-100_000),
        adjust(-50_000, { timeMs: december }),
        adjust(20_000, { takeId: 'of another export' }),
      ]),
    );

    const cells = rows.map((row) => [
      row['ChargeClass'],
      row['BilledCost'],
      row['ListCost'],
      row['PricingQuantity'],
    ]);
    expect(cells).toEqual([
      ['', '0.6', '0.6', '5'],
      ['', '-0.1', '-0.1', '0'],
      ['Correction', '-0.05', '-0.05', ''],
      ['Correction', '0.02', '0.02', ''],
    ]);
  });

  test('has the currency that the provider bills in, and dollars beside it', () => {
    const [row] = parseCsv(focusCsv([settle(1_000_000, { currency: 'CNY', usdMicros: 141_000 })]));

    expect(row).toMatchObject({ BilledCost: '1.0', BillingCurrency: 'CNY', x_CostUsd: '0.141' });
  });
});
