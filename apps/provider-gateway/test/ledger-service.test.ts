import { ListEntriesRequest } from '@reelmesh/contracts/ledger';
import { dayOf, takeId } from '@reelmesh/domain';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PRICE, command, openWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const key = (letter: string): string => letter.repeat(64);

async function rendered(letters: string, filmId = 'film1', shotId = 's1'): Promise<void> {
  const before = world.outcomes.length;
  for (const letter of letters) await world.render({ filmId, shotId, shotKey: key(letter) });
  await world.outcome(before + letters.length);
}

const entries = async (filter: Partial<ListEntriesRequest> = {}) =>
  world.ledger.listEntries(ListEntriesRequest.fromPartial({ tenant: 'local', ...filter }));

describe('the entries of the ledger', () => {
  test('say of each take what was set aside and what it cost', async () => {
    await world.start();
    await rendered('a');

    const {
      entries: [reserve, settle, ...others],
    } = await entries();

    const about = {
      ...{ tenant: 'local', filmId: 'film1', shotId: 's1', takeId: takeId('film1', key('a'), 1) },
      ...{ provider: 'runway', model: 'gen4.5', amountMicros: PRICE, currency: 'USD', usdMicros: PRICE },
    };
    expect(reserve).toMatchObject({ ...about, kind: 'LEDGER_KIND_RESERVE', listMicros: 0, seconds: 0 });
    expect(settle).toMatchObject({ ...about, kind: 'LEDGER_KIND_SETTLE', listMicros: PRICE, seconds: 3 });
    expect(others).toEqual([]);
  });

  test('are filtered by film, shot, provider and time, and never another tenant’s', async () => {
    await world.start();
    await rendered('a', 'film1', 's1');
    await rendered('b', 'film2', 's2');
    const now = Date.now();

    const counts = await Promise.all(
      [
        {},
        { filmId: 'film1' },
        { shotId: 's2' },
        { filmId: 'film1', shotId: 's2' },
        { provider: 'runway' },
        { provider: 'fal' },
        { fromMs: now + 1000 },
        { toMs: now + 1000 },
        { tenant: 'other' },
        { tenant: 'other', filmId: 'film1' },
      ].map(async (filter) => (await entries(filter)).entries.length),
    );

    expect(counts).toEqual([4, 2, 2, 0, 4, 0, 0, 4, 0, 0]);
  });

  test.each([
    ['of a film', { filmId: 'film1' }],
    ['of all films', {}],
    ['of all films, with a filter', { shotId: 's1' }],
  ])('%s come page by page, each once', async (_name, filter) => {
    await world.start();
    await rendered('abc');

    const ids: string[] = [];
    let pageToken = '';
    do {
      const page = await entries({ ...filter, pageSize: 4, pageToken });
      ids.push(...page.entries.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');

    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });
});

describe('the kill switch', () => {
  const off = (provider = 'runway', reason = 'prices went up') =>
    world.ledger.switchProvider({ provider, enabled: false, reason, by: 'ann' });
  const on = () => world.ledger.switchProvider({ provider: 'runway', enabled: true, reason: '', by: 'bob' });

  test('nothing more is sent, on any gateway, and the shot says why', async () => {
    await world.start({}, 'one');
    await world.start({}, 'two');

    await off();
    await Promise.all([...'abcdef'].map((letter) => world.render({ shotKey: key(letter) })));
    await world.outcome(6);

    expect(await world.creates()).toBe(0);
    expect(world.outcomes[0]).toMatchObject({
      outcome: { value: { message: expect.stringContaining('runway/gen4.5: switched_off') as string } },
    });
  });

  test('another model steps in only where the strategy lets it for an outage', async () => {
    await world.start();
    await off();

    await world.render({ strategy: 'final-or-draft' });

    expect(await world.outcome()).toMatchObject({
      $case: 'rendered',
      value: { provider: 'self-hosted', fallbackReason: 'runway/gen4.5: switched_off' },
    });
  });

  test('a take that waits for its slot is not sent any more; what is under way is seen to its end', async () => {
    await world.emulator.configure({
      runway: { queueMs: 0, renderMs: 500, concurrency: null, dailyQuota: null },
    });
    await world.start({ REELMESH_GATEWAY__RUNWAY_CONCURRENCY: '1' });
    await world.render({ shotKey: key('a') });
    await vi.waitFor(async () => expect((await world.takes())[0]?.state).toBe('TAKE_STATE_ACCEPTED'));
    await world.render({ shotKey: key('b') });
    await vi.waitFor(async () => expect(await world.takes()).toHaveLength(2));

    await off();
    await world.outcome(2);

    expect(world.outcomes.map(({ outcome }) => outcome?.$case).sort()).toEqual(['failed', 'rendered']);
    expect(await world.creates()).toBe(1);
    expect(await world.balance()).toMatchObject({ settledMicros: PRICE, heldMicros: 0 });
  });

  test('switched on again it is used again, and everybody can read who did what', async () => {
    await world.start();
    await off();
    const { providers } = await world.ledger.listProviders({});
    expect(providers.find(({ name }) => name === 'runway')).toMatchObject({
      ...{ enabled: false, switchReason: 'prices went up', switchBy: 'ann', limit: 5, underway: 0 },
    });

    expect((await on()).provider).toMatchObject({ enabled: true, switchBy: 'bob' });
    await world.render();

    expect((await world.outcome()).$case).toBe('rendered');
  });

  test('needs a reason, and a provider that there is', async () => {
    await world.start();

    await expect(off('runway', ' ')).rejects.toMatchObject({ reason: 'REASON_MISSING' });
    await expect(off('runway', 'x'.repeat(201))).rejects.toMatchObject({ reason: 'REASON_TOO_LONG' });
    await expect(off('sora')).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'PROVIDER_UNKNOWN' });
  });
});

describe('the providers', () => {
  test('each model says what it costs and what keeps it from being used', async () => {
    await world.start({ RUNWAYML_API_SECRET: '' });

    const { providers } = await world.ledger.listProviders({});

    expect(providers.find(({ name }) => name === 'runway')?.models).toContainEqual({
      ...{ name: 'gen4.5', obstacle: 'not_configured', priceMicros: 240_000, seconds: 2 },
    });
    expect(providers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['self-hosted', 'fal', 'zhipu']),
    );
  });
});

describe('reconciling', () => {
  const day = dayOf(Date.now());
  const reconcile = (provider = 'runway') =>
    world.ledger.reconcile({ provider, fromDay: dayOf(Date.now() - 86_400_000), toDay: day });

  test('finds no difference where every charge is booked', async () => {
    await world.start();
    await rendered('ab');

    const { currency, days } = await reconcile();

    expect(currency).toBe('USD');
    expect(days).toMatchObject([
      { model: 'gen4.5', providerMicros: 2 * PRICE, ledgerMicros: 2 * PRICE, differenceMicros: 0 },
    ]);
  });

  test('shows what a take in doubt may explain', async () => {
    await world.emulator.script({
      match: { provider: 'runway', operation: 'create' },
      action: { type: 'reset_after_accepting' },
    });
    await world.start();
    await world.render({ shotKey: command().shotKey });
    await world.outcome();

    expect((await reconcile()).days).toMatchObject([
      { providerMicros: PRICE, ledgerMicros: 0, inDoubtMicros: PRICE, differenceMicros: PRICE },
    ]);
    expect(await world.balance()).toMatchObject({ settledMicros: 0, heldMicros: PRICE });
  });

  test('is refused for a provider that gives no figures', async () => {
    await world.start();

    await expect(reconcile('zhipu')).rejects.toMatchObject({ code: 'UNIMPLEMENTED', reason: 'NO_FIGURES' });
  });
});
