import {
  LedgerEntry,
  LedgerServiceDefinition,
  ListEntriesRequest,
  ProviderStatus,
} from '@reelmesh/contracts/ledger';
import { AppError, Code } from '@reelmesh/domain';
import { connectBus, grpcClient } from '@reelmesh/messaging';
import type { Bus, GrpcClient, Handlers } from '@reelmesh/messaging';
import { systemClock } from '@reelmesh/service';
import { openFileBlobs } from '@reelmesh/storage';
import { startNats, temporaryDirectory, testKit } from '@reelmesh/testing';
import type { TestNats } from '@reelmesh/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { module } from '../src/module.ts';
import type { RunningApi } from '../src/module.ts';

/** The gateway as the api knows it: its contract, and a note of what was asked. */
const asked: { method: string; request: unknown }[] = [];

function note<T>(method: string, request: unknown, answer: T): T {
  asked.push({ method, request });
  return answer;
}

const gateway: Handlers<typeof LedgerServiceDefinition> = {
  listEntries: async (request) =>
    note('listEntries', request, { entries: [LedgerEntry.fromPartial({ id: 'e1' })], nextPageToken: 'more' }),
  listBudgets: async (request) => note('listBudgets', request, { budgets: [] }),
  reconcile: async ({ provider }) => {
    throw new AppError(Code.UNIMPLEMENTED, `${provider} gives no figures`, { reason: 'NO_FIGURES' });
  },
  listProviders: async (request) =>
    note('listProviders', request, { providers: [ProviderStatus.fromPartial({ name: 'runway' })] }),
  switchProvider: async (request) =>
    note('switchProvider', request, { provider: ProviderStatus.fromPartial({ name: request.provider }) }),
};

let nats: TestNats;
let bus: Bus;
let world: Bus;
let api: RunningApi;
let ledger: GrpcClient<typeof LedgerServiceDefinition>;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const kit = testKit();

beforeAll(async () => {
  directory = await temporaryDirectory();
  nats = await startNats();
  bus = await connectBus({ servers: nats.url, name: 'api', queueGroup: 'api', log: kit.log });
  world = await connectBus({ servers: nats.url, name: 'world', queueGroup: 'world', log: kit.log });
  await world.serve(LedgerServiceDefinition, gateway);
  const blobs = await openFileBlobs({ dir: directory.path });
  const settings = { host: '127.0.0.1', port: 0, resyncMs: 200, drainMs: 2_000 };
  api = await module.start({ ...kit, bus, blobs, clock: systemClock, config: settings });
  ledger = grpcClient(LedgerServiceDefinition, api.address);
});

afterAll(async () => {
  ledger.close();
  await api.stop();
  await Promise.all([bus.close(), world.close()]);
  await nats.stop();
  await directory.remove();
});

beforeEach(() => {
  asked.length = 0;
});

const filter = (some: Partial<ListEntriesRequest>): ListEntriesRequest =>
  ListEntriesRequest.fromPartial(some);

test("entries are the caller's own, however the caller names itself, 1000 a page unless fewer are asked for", async () => {
  const { entries, nextPageToken } = await ledger.listEntries(filter({ filmId: 'f1', provider: 'runway' }));
  await ledger.listEntries(filter({ tenant: 'local', pageSize: 9_999, fromMs: 5, toMs: 6 }));

  expect(entries).toMatchObject([{ id: 'e1' }]);
  expect(nextPageToken).toBe('more');
  expect(asked).toMatchObject([
    { request: { tenant: 'local', filmId: 'f1', provider: 'runway', pageSize: 1_000 } },
    { request: { tenant: 'local', fromMs: 5, toMs: 6, pageSize: 1_000 } },
  ]);
});

test("nobody sees another tenant's money", async () => {
  const foreign = { code: 'PERMISSION_DENIED', reason: 'TENANT_FOREIGN', details: { field: 'tenant' } };

  await expect(ledger.listEntries(filter({ tenant: 'rival' }))).rejects.toMatchObject(foreign);
  await expect(ledger.listBudgets({ tenant: 'rival' })).rejects.toMatchObject(foreign);
  expect(asked).toEqual([]);
});

test('budgets, providers and the switch reach the gateway, the switch with a name behind it', async () => {
  const off = { provider: 'runway', enabled: false, reason: 'doubtful invoice', by: '' };

  await ledger.listBudgets({ tenant: '' });
  const { providers } = await ledger.listProviders({});
  const { provider } = await ledger.switchProvider(off);
  await ledger.switchProvider({ ...off, enabled: true, reason: '', by: 'mei' });

  expect(providers).toMatchObject([{ name: 'runway' }]);
  expect(provider).toMatchObject({ name: 'runway' });
  expect(asked).toEqual([
    { method: 'listBudgets', request: { tenant: 'local' } },
    { method: 'listProviders', request: {} },
    { method: 'switchProvider', request: { ...off, by: 'local' } },
    { method: 'switchProvider', request: { provider: 'runway', enabled: true, reason: '', by: 'mei' } },
  ]);
});

test("the gateway's refusal comes out with code, reason and message, and is counted", async () => {
  const call = ledger.reconcile({ provider: 'fal', fromDay: '2026-11-01', toDay: '2026-11-30' });

  await expect(call).rejects.toMatchObject({
    code: 'UNIMPLEMENTED',
    reason: 'NO_FIGURES',
    message: 'fal gives no figures',
  });
  expect(await kit.metrics.text()).toMatch(/count\{method="Reconcile",code="UNIMPLEMENTED"\} 1/);
});

test.each<[string, () => Promise<unknown>, string, string]>([
  ['a film id with a wildcard', () => ledger.listEntries(filter({ filmId: '*' })), 'ID_MALFORMED', 'film_id'],
  ['a shot id with a dot', () => ledger.listEntries(filter({ shotId: 'a.b' })), 'ID_MALFORMED', 'shot_id'],
  ['a provider with a slash', () => ledger.listEntries(filter({ provider: 'a/b' })), 'PROVIDER_MALFORMED', 'provider'],
  ['a time before 1970', () => ledger.listEntries(filter({ fromMs: -1 })), 'OUT_OF_BOUNDS', 'from_ms'],
  ['an end before 1970', () => ledger.listEntries(filter({ toMs: -1 })), 'OUT_OF_BOUNDS', 'to_ms'],
  ['an end before the beginning', () => ledger.listEntries(filter({ fromMs: 9, toMs: 9 })), 'OUT_OF_BOUNDS', 'to_ms'],
  ['a negative page', () => ledger.listEntries(filter({ pageSize: -1 })), 'OUT_OF_BOUNDS', 'page_size'],
  ['a page token of 1025', () => ledger.listEntries(filter({ pageToken: 'x'.repeat(1025) })), 'PAGE_TOKEN_MALFORMED', 'page_token'],
  ['no provider to reconcile', () => ledger.reconcile({ provider: '', fromDay: '2026-11-01', toDay: '2026-11-01' }), 'PROVIDER_MALFORMED', 'provider'],
  ['a day without its year', () => ledger.reconcile({ provider: 'fal', fromDay: '11-01', toDay: '2026-11-01' }), 'DAY_MALFORMED', 'from_day'],
  ['the 30th of February', () => ledger.reconcile({ provider: 'fal', fromDay: '2026-02-01', toDay: '2026-02-30' }), 'DAY_MALFORMED', 'to_day'],
  ['a period that ends before it begins', () => ledger.reconcile({ provider: 'fal', fromDay: '2026-11-02', toDay: '2026-11-01' }), 'OUT_OF_BOUNDS', 'to_day'],
  ['a period of two years', () => ledger.reconcile({ provider: 'fal', fromDay: '2024-11-02', toDay: '2026-11-01' }), 'OUT_OF_BOUNDS', 'to_day'],
  ['a switch-off without a reason', () => ledger.switchProvider({ provider: 'fal', enabled: false, reason: ' ', by: '' }), 'REASON_MISSING', 'reason'],
  ['a reason of 201', () => ledger.switchProvider({ provider: 'fal', enabled: false, reason: 'x'.repeat(201), by: '' }), 'TEXT_MALFORMED', 'reason'],
  ['a reason of two lines', () => ledger.switchProvider({ provider: 'fal', enabled: false, reason: 'a\nb', by: '' }), 'TEXT_MALFORMED', 'reason'],
  ['a name with an escape', () => ledger.switchProvider({ provider: 'fal', enabled: true, reason: '', by: '\u001b[2J' }), 'TEXT_MALFORMED', 'by'],
])('%s is refused before anybody is asked', async (_what, call, reason, field) => {
  await expect(call()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason, details: { field } });
  expect(asked).toEqual([]);
}); // prettier-ignore
