import { Budget, BudgetScope } from '@reelmesh/contracts/ledger';
import { describe, expect, test } from 'vitest';
import { entriesOf, filterOf } from '../src/commands/ledger.ts';
import { sumsBy, totalsOf } from '../src/ledger-sums.ts';
import { describeBudgets, describeEntries, describeSums, ledgerReportOf } from '../src/ledger-text.ts';
import { adjust, noon, release, reserve, settle } from './support/ledger.ts';

const day = 86_400_000;
const zhipu = { takeId: 't2', shotId: 's2', provider: 'zhipu', model: 'cogvideox-3', currency: 'CNY' };
const doubtful = { takeId: 't3', shotId: 's3', timeMs: noon + day };

const entries = [
  reserve(1_200_000),
  settle(900_000, { listMicros: 1_200_000 }),
  release(300_000),
  adjust(-100_000, { timeMs: noon + day }),
  reserve(1_000_000, { ...zhipu, usdMicros: 141_000 }),
  settle(1_000_000, { ...zhipu, usdMicros: 141_000 }),
  reserve(360_000, doubtful),
];

describe('sums', () => {
  test('count what was charged with its corrections, the list price, and what is still set aside', () => {
    expect(sumsBy('provider', entries)).toEqual([
      { key: ['runway'], currency: 'USD', takes: 1, chargedMicros: 800_000, listMicros: 1_100_000, heldMicros: 360_000, usdMicros: 800_000 },
      { key: ['zhipu'], currency: 'CNY', takes: 1, chargedMicros: 1_000_000, listMicros: 1_000_000, heldMicros: 0, usdMicros: 141_000 },
    ]); // prettier-ignore
  });

  test('keep the currencies of one film apart', () => {
    const sums = sumsBy('film', entries);

    expect(sums.map(({ key, currency, chargedMicros }) => [...key, currency, chargedMicros])).toEqual([
      ['f1', 'USD', 800_000],
      ['f1', 'CNY', 1_000_000],
    ]);
  });

  test('put a charge on the day on which it was booked, and a reservation on its own', () => {
    const sums = sumsBy('day', entries);

    expect(sums.map(({ key, chargedMicros, heldMicros }) => [...key, chargedMicros, heldMicros])).toEqual([
      ['2026-11-25', 900_000, 0],
      ['2026-11-26', -100_000, 360_000],
      ['2026-11-25', 1_000_000, 0],
    ]);
  });

  test.each([
    ['shot', [['f1', 's1'], ['f1', 's2'], ['f1', 's3']]],
    ['model', [['runway', 'gen4.5'], ['zhipu', 'cogvideox-3']]],
    ['tenant', [['local'], ['local']]],
  ] as const)('by %s have a cell for each of its columns', (grouping, keys) => {
    expect(sumsBy(grouping, entries).map(({ key }) => key)).toEqual(keys);
  }); // prettier-ignore

  test('pass over reservations of whole films, which are no money of a take', () => {
    expect(totalsOf([reserve(9_000_000, { takeId: '' })])).toEqual([]);
  });

  test('a take that cost more than was set aside for it holds nothing', () => {
    expect(totalsOf([reserve(100), settle(150)])).toMatchObject([{ chargedMicros: 150, heldMicros: 0 }]);
    expect(totalsOf([reserve(100), release(40)])).toMatchObject([{ chargedMicros: 0, heldMicros: 60 }]);
  });
});

describe('the ledger for people', () => {
  test('adds currencies up in dollars only, and says at which rates', () => {
    expect(describeEntries(entries).split('\n').at(-1)).toBe(
      'charged for 2 takes: $0.80, CNY 1.00; $0.941 in all, at the rates of the days; set aside: $0.36',
    );
  });

  test('does not speak of rates where there are only dollars', () => {
    expect(
      describeEntries([settle(240_000)])
        .split('\n')
        .at(-1),
    ).toBe('charged for 1 take: $0.24');
  });

  test('shows each entry with its time, kind, take and amount in the currency of the provider', () => {
    const [, , , , , , line] = describeEntries(entries).split('\n');

    expect(line).toMatch(/^2026-11-25 12:00 +settle +f1 +t2 +zhipu cogvideox-3 +CNY 1\.00 +\$0\.141$/);
  });

  test('shows a row for each group and currency', () => {
    const [headings, runway, cogvideox] = describeSums('model', entries).split('\n');

    expect(headings).toMatch(/^provider +model +takes +charged +list price +set aside +in USD$/);
    expect(runway).toMatch(/^runway +gen4\.5 +1 +\$0\.80 +\$1\.10 +\$0\.36 +\$0\.80$/);
    expect(cogvideox).toMatch(/^zhipu +cogvideox-3 +1 +CNY 1\.00 +CNY 1\.00 +CNY 0\.00 +\$0\.141$/);
  });
});

test('the JSON has the names and units that scripts rely on', () => {
  const sum = { takes: 1, charged: 1, list: 1, set_aside: 0, currency: 'CNY', charged_usd: 0.141 };

  expect(ledgerReportOf(entries.slice(4, 6), 'provider')).toEqual({
    groups: [{ provider: 'zhipu', ...sum }],
    totals: [sum],
    total_usd: 0.141,
  });
  expect(ledgerReportOf([settle(240_000)], undefined)).toEqual({
    entries: [
      {
        id: 't1-LEDGER_KIND_SETTLE',
        entry: 'settle',
        time: '2026-11-25T12:00:00.000Z',
        tenant: 'local',
        film_id: 'f1',
        shot_id: 's1',
        take_id: 't1',
        provider: 'runway',
        model: 'gen4.5',
        seconds: 5,
        currency: 'USD',
        amount: 0.24,
        list: 0.24,
        amount_usd: 0.24,
      },
    ],
    totals: [{ currency: 'USD', takes: 1, charged: 0.24, list: 0.24, set_aside: 0, charged_usd: 0.24 }],
    total_usd: 0.24,
  });
});

test('budgets show what is left, how much is used, and what happens above them', () => {
  const budgets = [
    { scope: BudgetScope.BUDGET_SCOPE_TENANT_DAY, subject: 'local', period: '2026-11-25', limitMicros: 10_000_000, settledMicros: 2_500_000, reservedMicros: 1_000_000, hard: true },
    { scope: BudgetScope.BUDGET_SCOPE_PLATFORM_MONTH, subject: '', period: '2026-11', limitMicros: 1_000_000, settledMicros: 1_500_000, reservedMicros: 0, hard: false },
  ].map((budget) => Budget.fromPartial(budget)); // prettier-ignore

  const [, tenant, platform] = describeBudgets(budgets).split('\n');

  expect(tenant).toMatch(
    /^tenant local, a day +2026-11-25 +\$10\.00 +\$2\.50 +\$1\.00 +\$6\.50 +35 % +refuses$/,
  );
  expect(platform).toMatch(/^platform, a month +2026-11 +\$1\.00 +\$1\.50 +\$0\.00 +-\$0\.50 +150 % +warns$/);
});

describe('the filter', () => {
  test('covers both days that it names, in UTC', () => {
    expect(filterOf({ from: '2026-11-24', to: '2026-11-25', film: 'f1' })).toMatchObject({
      filmId: 'f1',
      provider: '',
      fromMs: Date.UTC(2026, 10, 24),
      toMs: Date.UTC(2026, 10, 26),
    });
  });

  test('refuses a period that ends before it begins', () => {
    expect(() => filterOf({ from: '2026-11-25', to: '2026-11-24' })).toThrow('must not be before --from');
  });
});

describe('entries of many pages', () => {
  const filter = filterOf({ film: 'f1' });

  test('are read to the last one, with the same filter', async () => {
    const asked: object[] = [];
    const pages = new Map([
      ['', { entries: [reserve(1)], nextPageToken: 'b' }],
      ['b', { entries: [], nextPageToken: 'c' }],
      ['c', { entries: [settle(1)], nextPageToken: '' }],
    ]);

    const found = await entriesOf(
      {
        async listEntries(request) {
          asked.push(request);
          return pages.get(request.pageToken) ?? { entries: [], nextPageToken: '' };
        },
      },
      filter,
    );

    expect(found).toEqual([reserve(1), settle(1)]);
    expect(asked).toEqual(['', 'b', 'c'].map((pageToken) => ({ ...filter, pageToken })));
  });

  test.each([
    ['full', 100_001],
    ['empty', 0],
  ])('of a server whose %s pages never end are not read for ever', async (_what, length) => {
    const page = { entries: Array.from({ length }, () => settle(1)), nextPageToken: 'more' };

    await expect(entriesOf({ listEntries: async () => page }, filter)).rejects.toMatchObject({
      reason: 'TOO_MANY_ENTRIES',
    });
  });
});
