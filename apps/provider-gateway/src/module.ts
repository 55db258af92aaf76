import { commands } from '@reelmesh/contracts';
import { LedgerServiceDefinition } from '@reelmesh/contracts/ledger';
import { ProviderGatewayServiceDefinition } from '@reelmesh/contracts/shot';
import type { BlobStore, Clock, FactStore, Ids, TakeRecord } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import type { Environment, ServiceModule } from '@reelmesh/service';
import { watchAccounts } from './account-watch.ts';
import { Attendant } from './attendant.ts';
import { Breakers, defaultBreakers } from './breakers.ts';
import { loadCatalogue, withPrice } from './catalogue.ts';
import { ClipCollector } from './clip-collector.ts';
import { config, environment } from './config.ts';
import { CredentialSlots } from './credential-slots.ts';
import { loadProviderFiles } from './declarative/provider-files.ts';
import { FilmStops } from './film-stops.ts';
import { ImageSource } from './image-source.ts';
import { gatewayService } from './gateway-service.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import { Health } from './health.ts';
import { ledgerService } from './ledger-service.ts';
import { openMoney } from './money.ts';
import { openPaidTakes } from './open-takes.ts';
import { openProviders } from './providers.ts';
import { Reporter } from './reporter.ts';
import { Sender } from './sender.ts';
import { ShotDriver } from './shot-driver.ts';
import { TakeLog } from './take-log.ts';
import { TakeOver } from './take-over.ts';
import { webhookAddresses } from './webhooks/addresses.ts';
import { KeySet } from './webhooks/key-set.ts';
import { startWebhooks } from './webhooks/webhook-server.ts';
import type { WebhookServer } from './webhooks/webhook-server.ts';

interface Deps {
  readonly bus: Bus;
  readonly facts: FactStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tempDir: string;
  /** Where the keys of providers that are files are; the process's own unless given. */
  readonly env?: Environment;
}

const VERIFY_AGAIN_MS = 2_000;

/** Owns every take. Needs the cache, which takes the clips in. */
export const module: ServiceModule<Deps, typeof config> = {
  name: 'provider-gateway',
  needs: ['cache', 'gpu-inference'],
  config,
  async start({ bus, facts, blobs, clock, ids, tempDir, log, metrics, instanceId, config: settings, env }) {
    const files = await loadProviderFiles(settings.configDir);
    const catalogue = withPrice(
      await loadCatalogue(settings.configDir, {
        providerFiles: files,
        clock,
        bought: (provider, model) => money.ledger.videosBought(provider, model),
      }),
      'openai-videos',
      settings.openaiVideosMicrosPerSecond,
    );
    const health = new Health({ bus, clock, log, metrics, holdCheckMs: settings.holdCheckMs });
    const breakers = new Breakers(
      { ...defaultBreakers, firstResetMs: settings.breakerResetMs },
      { clock, log, metrics },
      health,
    );
    const guard = { clock, breakers, health };
    const images = new ImageSource(blobs);
    const opened = openProviders(settings, files, env ?? environment(), bus, guard, images);
    const { byName: providers, selfHosted } = opened;
    const senderName = `gateway-${instanceId}/${ids.next('r')}`;
    const openTakes = () => openPaidTakes(facts);
    const slots = new CredentialSlots({ ...opened, bus, clock, log, metrics, run: senderName, openTakes });
    const takeLog = new TakeLog(facts, clock);
    const stops = new FilmStops(facts, clock);
    const money = await openMoney({
      ...{ bus, facts, clock, log, metrics, takeLog, stops, providers: [...providers.keys()] },
      configDir: settings.configDir,
      watchMs: settings.moneyWatchMs,
      spendAlert: { factor: settings.spendAlertFactor, floorMicros: settings.spendAlertFloorMicros },
    });
    const { ledger, switches } = money;
    const reporter = new Reporter(bus, ids);
    const measures = new GatewayMetrics(metrics, clock);
    const collector = new ClipCollector({
      blobs,
      tempDir,
      breakers,
      maxBytes: settings.maxClipBytes,
      timeoutMs: settings.downloadTimeoutMs,
    });
    const attendant = new Attendant({
      log,
      clock,
      catalogue,
      providers,
      takeLog,
      collector,
      reporter,
      pollFactor: settings.pollPercent / 100,
      pollsFromMs: ({ intent }) => opened.pollsFromMs(intent),
      onThrottled: ({ id, intent }) => slots.of(intent).throttled(id),
      onPassed: (take, phase, seconds) => measures.passed(take, phase, seconds),
      onEnd: (take) => {
        measures.ended(take);
        goOn(take);
      },
    });
    const sender = new Sender({
      log,
      takeLog,
      stops,
      switches,
      ledger,
      reporter,
      slots,
      providers,
      onSubmitted: (take, seconds) => measures.submitted(take, seconds),
      sender: senderName,
    });
    const driver = new ShotDriver({
      log,
      clock,
      bus,
      catalogue,
      providers,
      slots,
      takeLog,
      sender,
      attendant,
      reporter,
      stops,
      switches,
      ledger,
      senderName,
      onFallback: (intent, reason) => measures.fellBack(intent, reason),
    });

    const stopping = new AbortController();
    const falKeys = new KeySet({
      url: settings.falJwksUrl,
      clock,
      timeoutMs: settings.callTimeoutMs,
      signal: stopping.signal,
    });
    const running = [
      await bus.join(`gateway-${instanceId}`),
      await bus.serve(
        ProviderGatewayServiceDefinition,
        gatewayService({
          catalogue,
          providers,
          facts,
          takeLog,
          attendant,
          stops,
          switches,
          onStopped,
          onResolved,
        }),
      ),
      await bus.serve(
        LedgerServiceDefinition,
        ledgerService({
          log,
          clock,
          facts,
          catalogue,
          providers,
          slots,
          takeLog,
          ...money,
        }),
      ),
      money,
      bus.onHint('take', (takeId) => attendant.lookNow(takeId)),
      bus.onHint('film-stopped', onFilmStopped),
    ];
    const takeOver = new TakeOver({
      bus,
      log,
      slots,
      run: senderName,
      openTakes,
      lookAfter: (take) =>
        take.state === 'TAKE_STATE_SENDING' ? driver.lookAfter(take) : driver.watch(take),
      everyMs: settings.takeOverMs,
    });
    await health.open(
      {
        tripped: (key, untilMs) => breakers.trip(key, untilMs),
        closed: (key) => breakers.close(key),
      },
      (key) => opened.checkFor(key),
    );
    await takeOver.start(opened.credentials);
    const webhooks = await openWebhooks();
    void verify();
    void watchAccounts(providers.values(), settings.accountCheckMs, stopping.signal);
    const work = await bus.work(commands.render, { concurrency: settings.renderConcurrency }, (command) =>
      driver.drive(command),
    );

    return {
      ready: () => (bus.connected ? { ready: true } : { ready: false, detail: 'no connection to NATS' }),
      async stop() {
        stopping.abort();
        driver.stop();
        await webhooks?.stop();
        await work.stop();
        await attendant.stop();
        await takeOver.stop();
        await slots.stop();
        await Promise.all(running.map((one) => one.stop()));
        await health.stop();
        breakers.stop();
      },
    };

    async function openWebhooks(): Promise<WebhookServer | undefined> {
      const addresses = webhookAddresses(settings);
      if (addresses === undefined) return undefined;
      return startWebhooks({
        host: settings.webhookHost,
        port: settings.webhookPort,
        addresses,
        keys: falKeys,
        clock,
        log,
        metrics,
        takeLog,
        hint: (takeId) => bus.hint('take', takeId),
        onFound: onResolved,
      });
    }

    function goOn(take: TakeRecord): void {
      driver.takeEnded(take).catch((error: unknown) => {
        if (!stopping.signal.aborted)
          log.error({ takeId: take.id, err: error }, 'shot could not go on after its take');
      });
    }

    function onStopped(tenant: string, filmId: string): void {
      bus.hint('film-stopped', `${tenant}/${filmId}`);
    }

    function onFilmStopped(film: string): void {
      const [tenant = '', filmId = ''] = film.split('/');
      attendant
        .cancelFilm(tenant, filmId)
        .catch((error: unknown) =>
          log.error({ filmId, err: error }, 'takes of a cancelled film could not be cancelled'),
        );
    }

    function onResolved(take: TakeRecord): void {
      if (take.state === 'TAKE_STATE_ACCEPTED') {
        // In doubt it had no slot, whoever sent it.
        slots.of(take.intent).hold(take.id);
        return driver.watch(take);
      }
      measures.ended(take);
      reporter
        .askAgain(take)
        .catch((error: unknown) => log.error({ takeId: take.id, err: error }, 'film was not told'));
    }

    async function verify(): Promise<void> {
      while (!stopping.signal.aborted) {
        try {
          return await selfHosted.verify(catalogue.models.values());
        } catch {
          await new Promise((resolve) => setTimeout(resolve, VERIFY_AGAIN_MS).unref());
        }
      }
    }
  },
};
