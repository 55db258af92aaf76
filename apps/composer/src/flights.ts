/** Work under way by key: whoever asks for the same at the same time gets the same promise. */
export class Flights<T> {
  readonly #underWay = new Map<string, Promise<T>>();

  join(key: string, start: () => Promise<T>): Promise<T> {
    const flying = this.#underWay.get(key);
    if (flying) return flying;
    const flight = start().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, flight);
    return flight;
  }
}
