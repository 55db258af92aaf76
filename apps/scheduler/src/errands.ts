import { commands, events } from '@reelmesh/contracts';
import { applyFilm, framesOf } from '@reelmesh/domain';
import type { BlobRef } from '@reelmesh/contracts/common';
import type { FilmFact, FilmRecord, Ids, PlannedShot } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import { changeOf } from './film-message.ts';

export interface ErrandDeps {
  readonly bus: Bus;
  readonly ids: Ids;
  readonly log: Logger;
}

/** What a film asks of others. Each may be sent again at any time: who gets it knows by its key what is done already. */
export class Errands {
  readonly #deps: ErrandDeps;

  constructor(deps: ErrandDeps) {
    this.#deps = deps;
  }

  async render({ id: filmId, tenant }: FilmRecord, shot: PlannedShot): Promise<void> {
    const command = {
      tenant,
      filmId,
      shotKey: shot.key,
      shotId: shot.shotId,
      spec: shot.spec,
      strategy: shot.strategy,
      reservedMicros: shot.limitMicros,
      traceparent: '',
    };
    await this.#deps.bus.send(commands.render, command, this.#deps.ids.next('w'));
  }

  async compose({ id: filmId, tenant }: FilmRecord, cutKey: string, timeline: BlobRef): Promise<void> {
    await this.#deps.bus.send(
      commands.compose,
      { tenant, filmId, cutKey, timeline },
      this.#deps.ids.next('c'),
    );
  }

  /** Lets the composer begin with clips while other shots are still rendering; lost, it costs only time. */
  headStart({ id: filmId, tenant, options, plan, ends }: FilmRecord, keys: readonly string[]): void {
    const { bus, ids, log } = this.#deps;
    const { width, height, fps } = options;
    for (const shot of plan?.shots ?? []) {
      const clip = ends.get(shot.key)?.clip;
      if (!keys.includes(shot.key) || clip === undefined) continue;
      const command = { tenant, filmId, clip, width, height, fps, frames: framesOf(shot, fps) };
      bus.send(commands.normalise, command, ids.next('n')).catch((error: unknown) => {
        log.debug({ filmId, err: error }, 'head start was not sent');
      });
    }
  }

  /** News of facts that were just written. Nobody waits for it: watchers read what they missed from the facts. */
  tell(before: FilmRecord, facts: readonly FilmFact[]): void {
    const { bus, ids, log } = this.#deps;
    const address = { tenant: before.tenant, filmId: before.id };
    let film = before;
    for (const fact of facts) {
      film = applyFilm(film, fact);
      bus
        .publish(events.film, address, { change: changeOf(fact, film) }, ids.next('e'))
        .catch((error: unknown) => {
          log.debug({ filmId: film.id, err: error }, 'event was not published');
        });
    }
  }
}
