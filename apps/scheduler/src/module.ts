import { events } from '@reelmesh/contracts';
import { SchedulerServiceDefinition } from '@reelmesh/contracts/film';
import type { BlobStore, Clock, FactStore, Ids } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import type { ServiceModule } from '@reelmesh/service';
import { config } from './config.ts';
import { schedulerService } from './scheduler-service.ts';
import { Scheduler } from './scheduler.ts';

interface Deps {
  readonly bus: Bus;
  readonly facts: FactStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Outcomes are small and come in bursts; films are driven one at a time each. */
const EVENT_CONCURRENCY = 64;

/** Owns every film. */
export const module: ServiceModule<Deps, typeof config> = {
  name: 'scheduler',
  needs: ['script-parser', 'cache', 'provider-gateway', 'composer'],
  config,
  async start({ bus, facts, blobs, clock, ids, log, metrics, instanceId, config: settings }) {
    const owner = `scheduler-${instanceId}`;
    const { maxInFlight, redriveMs, maxShots } = settings;
    const scheduler = new Scheduler({
      log,
      clock,
      ids,
      bus,
      facts,
      blobs,
      owner,
      maxInFlight,
      redriveMs,
      maxShots,
      takesUpFilms: settings.resume === 'all',
    });
    const films = metrics.gauge('reelmesh_films_in_progress', 'films that this scheduler drives');
    const shots = metrics.gauge('reelmesh_shots_in_flight', 'shots that this scheduler has asked for');
    const group = { group: 'scheduler', concurrency: EVENT_CONCURRENCY };
    const running = [
      await bus.join(owner),
      await bus.serve(SchedulerServiceDefinition, schedulerService(scheduler, facts)),
      await bus.subscribe(events.outcome, group, (outcome) => scheduler.onOutcome(outcome)),
      await bus.subscribe(events.cut, group, (news) => scheduler.onCut(news)),
    ];
    const tick = setInterval(() => void sweep(), Math.max(100, redriveMs / 3));
    await sweep();

    return {
      ready: () => (bus.connected ? { ready: true } : { ready: false, detail: 'no connection to NATS' }),
      async stop() {
        clearInterval(tick);
        await Promise.all(running.map((one) => one.stop()));
        await scheduler.stop();
      },
    };

    /** Films of dead owners, and messages that were lost. */
    async function sweep(): Promise<void> {
      films.set(scheduler.films);
      shots.set(scheduler.inFlight);
      try {
        if (settings.resume === 'all') await scheduler.adoptOrphans();
        await scheduler.redrive();
      } catch (error) {
        log.warn({ err: error }, 'sweep did not finish, will be tried again');
      }
    }
  },
};
