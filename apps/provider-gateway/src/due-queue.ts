/**
 * Runs things when they are due, one timer each, at most one entry a key: a new time for a key replaces the old one.
 * What is due is known from facts; this is only the alarm clock of one process.
 */
export class DueQueue {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #run: (key: string) => void;

  constructor(run: (key: string) => void) {
    this.#run = run;
  }

  schedule(key: string, delayMs: number): void {
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(
      () => {
        this.#timers.delete(key);
        this.#run(key);
      },
      Math.max(0, delayMs),
    );
    this.#timers.set(key, timer);
  }

  cancel(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
