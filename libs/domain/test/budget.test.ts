import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Spending, budgetText, dayOf, monthOf } from '../src/index.ts';
import type { BudgetRule, LedgerFact, Scope } from '../src/index.ts';

const NOON = Date.UTC(2026, 10, 25, 12);
const DAY = 86_400_000;

function entry(
  kind: LedgerFact['body']['entry'],
  takeId: string,
  usdMicros: number,
  more: { readonly tenant?: string; readonly provider?: string; readonly atMs?: number } = {},
): LedgerFact {
  const { tenant = 'acme', provider = 'runway', atMs = NOON } = more;
  return {
    ...{ id: `${takeId}/${kind}`, stream: 'ledger/f1', seq: 0, kind: 'ledger', tenant, atMs, epoch: 0 },
    body: {
      ...{ entry: kind, filmId: 'f1', shotId: 's1', takeId, provider, model: 'm', currency: 'USD' },
      ...{ amountMicros: usdMicros, usdMicros, listMicros: 0, seconds: 0 },
    },
  };
}

const rule = (scope: Scope, subject: string, limitMicros: number, hard = true): BudgetRule => ({
  ...{ scope, subject, limitMicros, hard },
});

function spendingOf(...entries: readonly LedgerFact[]): Spending {
  const spending = new Spending();
  entries.forEach((one) => spending.apply(one));
  return spending;
}

const ask = { tenant: 'acme', provider: 'runway', usdMicros: 40, atMs: NOON };

describe('whether a budget has room for a take', () => {
  const used = spendingOf(
    entry('LEDGER_KIND_RESERVE', 't1', 50),
    entry('LEDGER_KIND_SETTLE', 't1', 30),
    entry('LEDGER_KIND_RELEASE', 't1', 20),
    entry('LEDGER_KIND_RESERVE', 't2', 30),
  );

  test.each([
    ['exactly enough', 100, undefined],
    ['a micro too little', 99, 99],
  ])('%s', (_name, limitMicros, refusedAt) => {
    const verdict = used.judge([rule('BUDGET_SCOPE_TENANT_DAY', 'acme', limitMicros)], ask);

    expect(verdict.refusedBy?.limitMicros).toBe(refusedAt);
  });

  test('what is settled and what is reserved count, what was given back does not', () => {
    expect(used.usesOf([rule('BUDGET_SCOPE_PLATFORM_MONTH', '', 100)], ask)).toEqual([
      {
        ...{ scope: 'BUDGET_SCOPE_PLATFORM_MONTH', subject: '', period: '2026-11', hard: true },
        ...{ limitMicros: 100, settledMicros: 30, reservedMicros: 30 },
      },
    ]);
  });

  test('a soft one is only named', () => {
    const verdict = used.judge([rule('BUDGET_SCOPE_TENANT_DAY', 'acme', 1, false)], ask);

    expect(verdict.refusedBy).toBeUndefined();
    expect(verdict.exceeded).toMatchObject([{ subject: 'acme', limitMicros: 1 }]);
  });

  test('a correction counts', () => {
    const corrected = spendingOf(
      entry('LEDGER_KIND_RESERVE', 't1', 50),
      entry('LEDGER_KIND_SETTLE', 't1', 50),
      entry('LEDGER_KIND_ADJUST', 't1', -20),
    );

    expect(corrected.usesOf([rule('BUDGET_SCOPE_TENANT_DAY', 'acme', 100)], ask)).toMatchObject([
      { settledMicros: 30, reservedMicros: 0 },
    ]);
  });

  test.each([
    ['another tenant', { tenant: 'other' }],
    ['another provider', { provider: 'fal' }],
    ['the day before', { atMs: NOON - DAY }],
  ])('%s has a budget of its own', (_name, more) => {
    const spent = spendingOf(entry('LEDGER_KIND_RESERVE', 't1', 100, more));
    const rules = [rule('BUDGET_SCOPE_TENANT_DAY', '*', 100), rule('BUDGET_SCOPE_PROVIDER_DAY', '*', 100)];

    const free = spent.usesOf(rules, ask).filter(({ reservedMicros }) => reservedMicros === 0);

    expect(free.length).toBeGreaterThan(0);
  });

  test('a tenant’s own budget stands in place of the one for everybody', () => {
    const rules = [rule('BUDGET_SCOPE_TENANT_DAY', '*', 10), rule('BUDGET_SCOPE_TENANT_DAY', 'acme', 1000)];

    expect(used.judge(rules, ask).refusedBy).toBeUndefined();
    expect(used.judge(rules, { ...ask, tenant: 'other' }).refusedBy?.subject).toBe('other');
  });

  test('a take counts on the day on which its money was set aside, whenever it is settled', () => {
    const overnight = spendingOf(
      entry('LEDGER_KIND_RESERVE', 't1', 50, { atMs: NOON - DAY }),
      entry('LEDGER_KIND_SETTLE', 't1', 50, { atMs: NOON }),
    );
    const rules = [rule('BUDGET_SCOPE_TENANT_DAY', 'acme', 50)];

    expect(overnight.usesOf(rules, ask)).toMatchObject([{ settledMicros: 0 }]);
    expect(overnight.usesOf(rules, { ...ask, atMs: NOON - DAY })).toMatchObject([{ settledMicros: 50 }]);
  });

  test('is said in words that name the budget', () => {
    const [use] = used.usesOf([rule('BUDGET_SCOPE_PROVIDER_DAY', 'runway', 100)], ask);

    expect(budgetText(use!, 41)).toBe(
      'the budget of provider runway for 2026-11-25 of $0.0001: $0.00006 used, $0.000041 needed',
    );
  });

  test('old takes are forgotten once their money is spent or given back', () => {
    const old = { atMs: NOON - 40 * DAY };
    const spending = spendingOf(
      entry('LEDGER_KIND_RESERVE', 't1', 50, old),
      entry('LEDGER_KIND_SETTLE', 't1', 50, old),
      entry('LEDGER_KIND_RESERVE', 't2', 50, old),
    );

    spending.forgetBefore(monthOf(NOON));

    expect([spending.isReserved('t1'), spending.isReserved('t2')]).toEqual([false, true]);
    expect(spending.holding()).toEqual(['t2']);
  });
});

describe('any number of gateways together', () => {
  const rules = [
    rule('BUDGET_SCOPE_TENANT_DAY', '*', 100),
    rule('BUDGET_SCOPE_TENANT_MONTH', 'acme', 250),
    rule('BUDGET_SCOPE_PROVIDER_DAY', 'runway', 150),
    rule('BUDGET_SCOPE_PLATFORM_MONTH', '', 400),
  ];
  const step = fc.record({
    gateway: fc.nat(2),
    what: fc.constantFrom('reserve', 'reserve', 'settle', 'release'),
    /** Which of the takes there are, or how much of what is new the gateway has read. */
    which: fc.nat(1000),
    tenant: fc.constantFrom('acme', 'other'),
    provider: fc.constantFrom('runway', 'fal'),
    usdMicros: fc.integer({ min: 1, max: 60 }),
    day: fc.nat(2),
  });

  test('stay within every hard limit, whatever they have not read yet but reservations (I4)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const log: LedgerFact[] = [];
        const gateways = [0, 1, 2].map(() => ({ spending: new Spending(), read: 0 }));
        steps.forEach(({ gateway, what, which, tenant, provider, usdMicros, day }, index) => {
          const atMs = NOON + day * DAY;
          const open = log.filter(
            ({ body }) =>
              body.entry === 'LEDGER_KIND_RESERVE' &&
              !log.some((other) => other.body.takeId === body.takeId && other.body.entry !== body.entry),
          );
          const take = open[which % Math.max(1, open.length)];
          if (what !== 'reserve') {
            if (take === undefined) return;
            const whole = take.body.usdMicros;
            const spent = what === 'settle' ? Math.min(whole, usdMicros) : 0;
            const about = { tenant: take.tenant, provider: take.body.provider, atMs };
            if (spent > 0) log.push(entry('LEDGER_KIND_SETTLE', take.body.takeId, spent, about));
            if (whole > spent) log.push(entry('LEDGER_KIND_RELEASE', take.body.takeId, whole - spent, about));
            return;
          }
          // To get the next number in, it must have read up to the last reservation; the rest it may not know of.
          const self = gateways[gateway]!;
          const last = log.findLastIndex(({ body }) => body.entry === 'LEDGER_KIND_RESERVE') + 1;
          const upTo = Math.max(self.read, last + (which % (log.length - last + 1)));
          log.slice(self.read, upTo).forEach((fact) => self.spending.apply(fact));
          self.read = upTo;
          if (self.spending.judge(rules, { tenant, provider, usdMicros, atMs }).refusedBy !== undefined)
            return;
          log.push(entry('LEDGER_KIND_RESERVE', `t${index}`, usdMicros, { tenant, provider, atMs }));
        });

        const truth = spendingOf(...log);
        const uses = ['acme', 'other'].flatMap((tenant) =>
          ['runway', 'fal'].flatMap((provider) =>
            [0, 1, 2].flatMap((day) => truth.usesOf(rules, { tenant, provider, atMs: NOON + day * DAY })),
          ),
        );
        for (const { settledMicros, reservedMicros, limitMicros } of uses) {
          expect(settledMicros + reservedMicros).toBeLessThanOrEqual(limitMicros);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('days and months are UTC', () => {
  expect([dayOf(Date.UTC(2026, 11, 31, 23, 59)), monthOf(Date.UTC(2027, 0, 1))]).toEqual([
    '2026-12-31',
    '2027-01',
  ]);
});
