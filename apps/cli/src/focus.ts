import { LedgerKind } from '@reelmesh/contracts/ledger';
import type { LedgerEntry } from '@reelmesh/contracts/ledger';
import { stringify } from 'csv-stringify/sync';
import { dayOf, endOfDay, startOfDay } from './days.ts';
import { isCharge, listOf } from './ledger-sums.ts';
import { toDecimal } from './money-text.ts';

/**
 * Charges as a FOCUS 1.2 cost and usage table (https://focus.finops.org/focus-specification/v1-2/): all mandatory columns, the conditional ones that apply, and ours (`x_`).
 * What was only set aside is no charge and not in it. An empty cell is null.
 */
export function focusCsv(entries: readonly LedgerEntry[]): string {
  const settledAt = new Map(
    entries
      .filter(({ kind }) => kind === LedgerKind.LEDGER_KIND_SETTLE)
      .map((entry) => [entry.takeId, entry.timeMs]),
  );
  const rows = entries.filter(isCharge).map((entry) => rowOf(entry, settledAt.get(entry.takeId)));
  return stringify(rows, { header: true, columns: [...focusColumns], record_delimiter: '\n' });
}

type Row = Readonly<Record<(typeof focusColumns)[number], string>>;

/** In the order of the alphabet, ours last. */
export const focusColumns = [
  'BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingCurrency', 'BillingPeriodEnd', 'BillingPeriodStart',
  'ChargeCategory', 'ChargeClass', 'ChargeDescription', 'ChargeFrequency', 'ChargePeriodEnd', 'ChargePeriodStart',
  'ConsumedQuantity', 'ConsumedUnit', 'ContractedCost', 'EffectiveCost', 'InvoiceIssuerName', 'ListCost',
  'PricingCategory', 'PricingQuantity', 'PricingUnit', 'ProviderName', 'PublisherName', 'ResourceId', 'ResourceType',
  'ServiceCategory', 'ServiceName', 'ServiceSubcategory', 'SkuId', 'SubAccountId', 'SubAccountName', 'Tags',
  'x_CostUsd', 'x_EntryId', 'x_FilmId', 'x_Model', 'x_ShotId',
] as const; // prettier-ignore

function rowOf(entry: LedgerEntry, settledMs: number | undefined): Row {
  const day = dayOf(entry.timeMs);
  const month = monthOf(day);
  const cost = toDecimal(entry.amountMicros);
  const isCorrecting = isCorrection(entry, settledMs, month.startMs);
  const hasSeconds = entry.seconds !== 0;
  return {
    BilledCost: cost,
    // The ledger does not know the account's number at the provider; one account a provider is what a gateway has.
    BillingAccountId: entry.provider,
    BillingAccountName: '',
    BillingCurrency: entry.currency,
    BillingPeriodStart: timeOf(month.startMs),
    BillingPeriodEnd: timeOf(month.endMs),
    ChargeCategory: 'Usage',
    ChargeClass: isCorrecting ? 'Correction' : '',
    ChargeDescription: descriptionOf(entry),
    ChargeFrequency: 'Usage-Based',
    ChargePeriodStart: timeOf(startOfDay(day)),
    ChargePeriodEnd: timeOf(endOfDay(day)),
    ConsumedQuantity: hasSeconds ? String(entry.seconds) : '',
    ConsumedUnit: hasSeconds ? 'Seconds' : '',
    ContractedCost: cost,
    EffectiveCost: cost,
    InvoiceIssuerName: entry.provider,
    ListCost: toDecimal(listOf(entry)),
    PricingCategory: 'Standard',
    // Usage has one, also a change of its price within the month, which is of no further second.
    PricingQuantity: isCorrecting ? '' : String(entry.seconds),
    PricingUnit: isCorrecting ? '' : 'Seconds',
    ProviderName: entry.provider,
    PublisherName: entry.provider,
    ResourceId: entry.takeId,
    ResourceType: 'Take',
    ServiceCategory: 'AI and Machine Learning',
    ServiceName: 'Video generation',
    ServiceSubcategory: 'Generative AI',
    SkuId: `${entry.provider}/${entry.model}`,
    SubAccountId: entry.tenant,
    SubAccountName: '',
    Tags: JSON.stringify({ film: entry.filmId, shot: entry.shotId }),
    x_CostUsd: toDecimal(entry.usdMicros),
    x_EntryId: entry.id,
    x_FilmId: entry.filmId,
    x_Model: entry.model,
    x_ShotId: entry.shotId,
  };
}

/** FOCUS calls only that a correction which changes what an earlier billing period has been charged. */
function isCorrection({ kind }: LedgerEntry, settledMs: number | undefined, monthStartMs: number): boolean {
  if (kind !== LedgerKind.LEDGER_KIND_ADJUST) return false;
  return settledMs === undefined || settledMs < monthStartMs;
}

function descriptionOf({ kind, seconds, provider, model }: LedgerEntry): string {
  if (kind === LedgerKind.LEDGER_KIND_ADJUST) return `Correction of a take by ${provider} ${model}`;
  return seconds === 0 ? `A take by ${provider} ${model}` : `${seconds} s of film by ${provider} ${model}`;
}

function monthOf(day: string): { readonly startMs: number; readonly endMs: number } {
  const [year = 0, month = 1] = day.split('-').map(Number);
  return { startMs: Date.UTC(year, month - 1, 1), endMs: Date.UTC(year, month, 1) };
}

/** ISO 8601 in whole seconds, as the specification has it. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
