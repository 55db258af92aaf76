import type { BudgetRule } from '@reelmesh/domain';
import { parseUsd } from '@reelmesh/domain';
import { z } from 'zod';
import { broken, readTables } from './tables.ts';

const FILE = 'budgets.yaml';

const usd = z.union([z.number(), z.string()]).transform((amount, context) => {
  const micros = parseUsd(String(amount));
  if (micros !== undefined) return micros;
  context.addIssue({ code: 'custom', message: 'must be dollars with at most six decimals: 12.50' });
  return z.NEVER;
});
const subject = z.string().min(1).optional();

const budgetRow = z
  .strictObject({
    tenant: subject,
    provider: subject,
    platform: z.literal(true).optional(),
    per: z.enum(['day', 'month']),
    usd,
    limit: z.enum(['hard', 'soft']).default('hard'),
  })
  .transform(({ tenant, provider, platform, per, usd: limitMicros, limit }, context): BudgetRule => {
    const amount = { limitMicros, hard: limit === 'hard' };
    const whose = [tenant, provider, platform].filter((one) => one !== undefined);
    if (whose.length === 1 && tenant !== undefined) {
      const scope = per === 'day' ? 'BUDGET_SCOPE_TENANT_DAY' : 'BUDGET_SCOPE_TENANT_MONTH';
      return { scope, subject: tenant, ...amount };
    }
    if (whose.length === 1 && provider !== undefined && per === 'day')
      return { scope: 'BUDGET_SCOPE_PROVIDER_DAY', subject: provider, ...amount };
    if (whose.length === 1 && platform !== undefined && per === 'month')
      return { scope: 'BUDGET_SCOPE_PLATFORM_MONTH', subject: '', ...amount };
    context.addIssue({
      code: 'custom',
      message: 'must be of a tenant per day or month, of a provider per day, or of the platform per month',
    });
    return z.NEVER;
  });

const budgetTable = z.strictObject({ budgets: z.array(budgetRow) });

/**
 * The budgets there are. CATALOGUE_BROKEN for a provider that nobody knows, whose limit would hold nobody back, and for
 * two limits of one kind on the same thing.
 */
export async function loadBudgets(
  providers: Iterable<string>,
  configDir: string | undefined,
): Promise<readonly BudgetRule[]> {
  const rules = (await readTables(FILE, budgetTable, configDir)).flatMap(({ budgets }) => budgets);
  const known = new Set(['*', ...providers]);
  const seen = new Set<string>();
  for (const { scope, subject: name, hard } of rules) {
    if (scope === 'BUDGET_SCOPE_PROVIDER_DAY' && !known.has(name)) {
      throw broken(FILE, `no provider ${name}: there are ${[...known].slice(1).join(', ')}`);
    }
    const key = `${scope.slice('BUDGET_SCOPE_'.length).toLowerCase()} ${name}`.trim();
    if (seen.has(`${key} ${hard}`)) throw broken(FILE, `${key}: has two ${hard ? 'hard' : 'soft'} limits`);
    seen.add(`${key} ${hard}`);
  }
  return rules;
}
