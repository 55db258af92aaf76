import type { Clock, FactStore } from '@reelmesh/domain';

/** Films that were cancelled: no new take is begun for them. A fact, so that it outlives every process and message. */
export class FilmStops {
  readonly #facts: FactStore;
  readonly #clock: Clock;

  constructor(facts: FactStore, clock: Clock) {
    this.#facts = facts;
    this.#clock = clock;
  }

  async stop(tenant: string, filmId: string): Promise<void> {
    const id = stopId(filmId);
    const fact = {
      id,
      stream: id,
      seq: 1,
      kind: 'take.film_stopped',
      tenant,
      atMs: this.#clock.now(),
      epoch: 0,
      body: {},
    };
    await this.#facts.append([fact]);
  }

  async isStopped(filmId: string): Promise<boolean> {
    return (await this.#facts.get(stopId(filmId))) !== undefined;
  }
}

const stopId = (filmId: string): string => `take-stop/${filmId}`;
