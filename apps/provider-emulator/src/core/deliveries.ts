import type { DeliveryAction } from './actions.ts';
import type { CallLog } from './call-log.ts';
import type { EmulatorClock } from './clock.ts';
import type { FaultScript } from './fault-script.ts';

const DELIVERY_TIMEOUT_MS = 15_000;

/** A message that a provider owes to an address of its customer's. */
export interface Delivery {
  readonly provider: string;
  readonly taskId: string;
  readonly prompt: string;
  readonly url: string;
  readonly retries: number;
  readonly retryAfterMs: number;
  /** Made anew for every attempt, since signatures carry the time. */
  readonly compose: (
    now: number,
    fault: DeliveryAction | undefined,
  ) => Promise<{ readonly headers: Readonly<Record<string, string>>; readonly body: string }>;
}

interface DeliveryDeps {
  readonly clock: EmulatorClock;
  readonly calls: CallLog;
  readonly script: FaultScript;
  readonly stopped: AbortSignal;
}

/** Outgoing calls: tried until they are answered with 2xx or given up, logged like incoming ones. */
export class Deliveries {
  readonly #deps: DeliveryDeps;
  /** Ends what is under way when the emulator is reset. */
  #current = new AbortController();

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
  }

  send(delivery: Delivery): void {
    const { clock, script } = this.#deps;
    const { provider, prompt, url } = delivery;
    const verdict = script.take({ provider, operation: 'webhook', path: url, prompt });
    const { delivery: fault, rules } = verdict;
    const { signal } = this.#current;
    const start = () => void this.#attempt(delivery, fault, rules, delivery.retries, signal);
    if (fault?.type === 'lose') {
      const logged = this.#open(delivery, rules);
      logged.outcome = 'lost';
      return;
    }
    if (fault?.type === 'postpone') clock.alarm(clock.now() + fault.ms, start);
    else start();
    if (fault?.type === 'duplicate') for (let more = 1; more < (fault.copies ?? 2); more += 1) start();
  }

  clear(): void {
    this.#current.abort();
    this.#current = new AbortController();
  }

  async #attempt(
    delivery: Delivery,
    fault: DeliveryAction | undefined,
    rules: readonly string[],
    left: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    const { clock, stopped } = this.#deps;
    const logged = this.#open(delivery, rules);
    const { headers, body } = await delivery.compose(clock.now(), fault);
    try {
      const response = await fetch(delivery.url, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, stopped, AbortSignal.timeout(DELIVERY_TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      logged.status = response.status;
      logged.outcome = 'answered';
      if (response.ok) return;
    } catch {
      logged.outcome = 'abandoned';
    }
    if (left > 0 && !stopped.aborted) {
      const again = () => void this.#attempt(delivery, fault, rules, left - 1, signal);
      clock.alarm(clock.now() + delivery.retryAfterMs, again);
    }
  }

  #open({ provider, url, taskId }: Delivery, rules: readonly string[]) {
    const { calls, clock } = this.#deps;
    const logged = calls.open({ at: clock.now(), provider, operation: 'webhook', method: 'POST', path: url });
    logged.taskId = taskId;
    logged.rules.push(...rules);
    return logged;
  }
}
