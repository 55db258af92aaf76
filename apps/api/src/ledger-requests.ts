import type { ListEntriesRequest, ReconcileRequest, SwitchProviderRequest } from '@reelmesh/contracts/ledger';
import { AppError, Code, invalid } from '@reelmesh/domain';
import { checkId, checkPageToken, outOfRange } from './requests.ts';

const maxPageSize = 1_000;
const maxReasonLength = 200;
/** A provider's figures are fetched day by day: a year is the longest that a call waits for. */
const maxDays = 366;
const dayMs = 86_400_000;

/** What is left out is filled in; what cannot be meant is refused. */
export function completeFilter(request: ListEntriesRequest, tenant: string): ListEntriesRequest {
  const { filmId, shotId, provider, fromMs, toMs, pageSize, pageToken } = request;
  checkTenant(request.tenant, tenant);
  if (filmId !== '') checkId('film_id', filmId);
  if (shotId !== '') checkId('shot_id', shotId);
  if (provider !== '') checkProvider(provider);
  if (fromMs < 0) throw outOfRange('from_ms', `${fromMs}: must not be negative`);
  if (toMs < 0) throw outOfRange('to_ms', `${toMs}: must not be negative`);
  if (toMs !== 0 && toMs <= fromMs)
    throw outOfRange('to_ms', `${toMs}: must be later than from_ms ${fromMs}`);
  if (pageSize < 0) throw outOfRange('page_size', `${pageSize}: must not be negative`);
  checkPageToken(pageToken);
  return { ...request, tenant, pageSize: Math.min(pageSize || maxPageSize, maxPageSize) };
}

/** A caller may name its own tenant or none (I10). */
export function checkTenant(named: string, own: string): void {
  if (named === '' || named === own) return;
  throw new AppError(Code.PERMISSION_DENIED, 'tenant: must be your own, or empty', {
    reason: 'TENANT_FOREIGN',
    details: { field: 'tenant' },
  });
}

/** Names of providers end up in subjects and fact ids. */
export function checkProvider(provider: string): void {
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(provider)) return;
  throw invalid(
    'PROVIDER_MALFORMED',
    `provider ${JSON.stringify(provider.slice(0, 66))}: must be the name of one, as ListProviders gives it`,
    { field: 'provider' },
  );
}

export function checkPeriod({ provider, fromDay, toDay }: ReconcileRequest): void {
  checkProvider(provider);
  const [from, to] = [startOfDay('from_day', fromDay), startOfDay('to_day', toDay)];
  if (to < from) throw outOfRange('to_day', `${toDay}: must not be before from_day ${fromDay}`);
  if (to - from >= maxDays * dayMs) {
    throw outOfRange('to_day', `${toDay}: must be within ${maxDays} days of from_day ${fromDay}`);
  }
}

export function checkSwitch({ provider, enabled, reason, by }: SwitchProviderRequest): void {
  checkProvider(provider);
  if (!enabled && reason.trim() === '') {
    throw invalid('REASON_MISSING', 'reason: must say why the provider is switched off', { field: 'reason' });
  }
  checkLine('reason', reason, maxReasonLength);
  checkLine('by', by, 64);
}

/** One line of text for people. */
function checkLine(name: string, text: string, maxLength: number): void {
  if (text.length <= maxLength && !/[\p{Cc}\u2028\u2029]/u.test(text)) return;
  throw invalid(
    'TEXT_MALFORMED',
    `${name}: must be at most ${maxLength} characters without control characters`,
    { field: name },
  );
}

/** UTC; a day that the calendar lacks is none. */
function startOfDay(name: string, day: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)) return ms;
  throw invalid(
    'DAY_MALFORMED',
    `${name} ${JSON.stringify(day.slice(0, 12))}: must be a day as in 2026-11-25`,
    {
      field: name,
    },
  );
}
