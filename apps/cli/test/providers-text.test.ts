import { ProviderStatus } from '@reelmesh/contracts/ledger';
import { expect, test } from 'vitest';
import { describeProviders, describeSwitch } from '../src/commands/providers.ts';

const runway = ProviderStatus.fromJSON({
  name: 'runway',
  enabled: true,
  underway: 2,
  limit: 5,
  models: [
    { name: 'gen4.5', priceMicros: 240_000, seconds: 2 },
    { name: 'veo3.1_fast', obstacle: 'hold_no_funds', priceMicros: 400_000, seconds: 4 },
  ],
});
const fal = ProviderStatus.fromJSON({
  name: 'fal',
  enabled: false,
  switchReason: 'doubtful invoice',
  switchBy: 'mei',
  switchTimeMs: Date.UTC(2026, 10, 25, 2, 30),
  models: [{ name: 'pika-2.2-720p', obstacle: 'switched_off', priceMicros: 200_000, seconds: 5 }],
});

test('providers are listed with what each model costs, whether it can be used, and how much is under way', () => {
  expect(describeProviders([runway]).split('\n')).toEqual([
    'provider  model        price          state                              under way',
    'runway    gen4.5       $0.24 for 2 s  ready                              2 of 5',
    '          veo3.1_fast  $0.40 for 4 s  on hold, the account has no funds',
  ]);
});

test('a provider that was switched off says so for all its models, with who, when and why below', () => {
  const text = describeProviders([fal]);

  expect(text).toMatch(/pika-2\.2-720p +\$0\.20 for 5 s +switched off +0/);
  expect(text.split('\n').at(-1)).toBe('fal is off since 2026-11-25 02:30 UTC, by mei: doubtful invoice');
});

test('a provider that was switched on again says that it is on', () => {
  expect(describeSwitch({ ...fal, enabled: true, switchReason: '' })).toBe(
    'fal is on since 2026-11-25 02:30 UTC, by mei',
  );
});
