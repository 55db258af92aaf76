import { clipStream } from './clip-facts.ts';
import type { ClipAddress } from './clip-facts.ts';

/**
 * The films that wait for other films' clips. Kept in memory only: a film asks again from time to time, so what a
 * restart forgets is a delay.
 */
export class Followers {
  readonly #films = new Map<string, Set<string>>();

  /** False when it was there already. */
  add(address: ClipAddress, filmId: string): boolean {
    const key = clipStream(address);
    const films = this.#films.get(key) ?? new Set();
    if (films.has(filmId)) return false;
    this.#films.set(key, films.add(filmId));
    return true;
  }

  remove(address: ClipAddress, filmId: string): void {
    const key = clipStream(address);
    const films = this.#films.get(key);
    if (films?.delete(filmId) === true && films.size === 0) this.#films.delete(key);
  }

  /** All who wait, but for the one who ended the wait; they wait no longer. */
  take(address: ClipAddress, except: string): readonly string[] {
    const key = clipStream(address);
    const films = this.#films.get(key) ?? new Set();
    this.#films.delete(key);
    return [...films].filter((filmId) => filmId !== except);
  }
}
