import { userInfo } from 'node:os';
import type { ModelStatus, ProviderStatus } from '@reelmesh/contracts/ledger';
import { formatUsd } from '@reelmesh/domain';
import { ExitCode } from '../exit-codes.ts';
import { formatMoment } from '../days.ts';
import { print } from '../output.ts';
import { wordsOf } from '../routing-text.ts';
import { formatTable, oneLine } from '../text.ts';
import { reach } from './films.ts';
import type { ServerFlags } from './films.ts';

export interface ProvidersFlags extends ServerFlags {
  readonly json?: boolean;
  readonly reason?: string;
}

/** Who can render now, and who cannot and why. */
export async function listProviders(flags: ProvidersFlags): Promise<ExitCode> {
  await using session = await reach(flags, 'providers list');
  const { providers } = await session.ledger.listProviders({});
  print(
    flags.json === true
      ? JSON.stringify({ providers: providers.map(providerReportOf) })
      : describeProviders(providers),
  );
  return ExitCode.OK;
}

/** The kill switch. */
export async function switchProvider(
  name: string,
  enabled: boolean,
  flags: ProvidersFlags,
): Promise<ExitCode> {
  await using session = await reach(flags, `providers ${enabled ? 'on' : 'off'}`);
  const { provider } = await session.ledger.switchProvider({
    provider: name,
    enabled,
    reason: flags.reason ?? '',
    by: userInfo().username.slice(0, 64),
  });
  print(provider === undefined ? `${name} is ${enabled ? 'on' : 'off'}` : describeSwitch(provider));
  return ExitCode.OK;
}

export function describeProviders(providers: readonly ProviderStatus[]): string {
  const rows = providers.flatMap((provider) =>
    (provider.models.length > 0 ? provider.models : [undefined]).map((model, place) => [
      place === 0 ? provider.name : '',
      model?.name ?? '-',
      model === undefined ? '' : priceOf(model),
      model === undefined ? 'no model' : stateOf(provider, model),
      place === 0 ? underwayOf(provider) : '',
    ]),
  );
  const switched = providers.filter(({ enabled }) => !enabled).map(describeSwitch);
  return [
    formatTable(['provider', 'model', 'price', 'state', 'under way'], rows),
    ...(switched.length > 0 ? ['', ...switched] : []),
  ].join('\n');
}

function priceOf({ priceMicros, seconds }: ModelStatus): string {
  return priceMicros === 0 ? 'free' : `${formatUsd(priceMicros)} for ${seconds} s`;
}

function stateOf({ enabled }: ProviderStatus, { obstacle }: ModelStatus): string {
  if (!enabled) return 'switched off';
  return obstacle === '' ? 'ready' : wordsOf(obstacle);
}

function underwayOf({ underway, limit }: ProviderStatus): string {
  return limit === 0 ? String(underway) : `${underway} of ${limit}`;
}

/** `runway is off since 2026-11-25 02:30 UTC, by mei: doubtful invoice` */
export function describeSwitch({
  name,
  enabled,
  switchReason,
  switchBy,
  switchTimeMs,
}: ProviderStatus): string {
  const when = switchTimeMs === 0 ? '' : ` since ${formatMoment(switchTimeMs)} UTC`;
  const who = switchBy === '' ? '' : `, by ${switchBy}`;
  const why = switchReason === '' ? '' : `: ${switchReason}`;
  return oneLine(`${name} is ${enabled ? 'on' : 'off'}${when}${who}${why}`);
}

/** What `providers list --json` prints; the names are a contract with scripts. */
function providerReportOf(provider: ProviderStatus): object {
  return {
    name: provider.name,
    enabled: provider.enabled,
    switch_reason: provider.switchReason,
    switch_by: provider.switchBy,
    underway: provider.underway,
    limit: provider.limit,
    models: provider.models.map(({ name, obstacle, priceMicros, seconds }) => ({
      name,
      obstacle,
      price_usd: priceMicros / 1_000_000,
      seconds,
    })),
  };
}
