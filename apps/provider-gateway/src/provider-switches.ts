import type { Clock, Fact, FactStore, Obstacle } from '@reelmesh/domain';
import { AppError, Code } from '@reelmesh/domain';

export interface SwitchState {
  readonly enabled: boolean;
  readonly reason: string;
  readonly by: string;
}

interface Switched extends SwitchState {
  readonly number: number;
  readonly atMs: number;
}

const PREFIX = 'provider-switch/';
/** Switches belong to no tenant. */
const PLATFORM = 'platform';
const TRIES = 10;
const untouched: Switched = { number: 0, enabled: true, reason: '', by: '', atMs: 0 };

/**
 * The kill switch: providers that nothing more is submitted to, on any gateway, until somebody switches them on again.
 * What is under way is seen to its end. Each throw of a switch is a fact with the next number.
 */
export class ProviderSwitches {
  readonly #facts: FactStore;
  readonly #clock: Clock;
  #known: ReadonlyMap<string, Switched> = new Map();

  constructor(facts: FactStore, clock: Clock) {
    this.#facts = facts;
    this.#clock = clock;
  }

  /** Reads all switches again: another gateway may have thrown one. */
  async refresh(): Promise<void> {
    this.#known = foldSwitches(await this.#facts.readPrefix(PREFIX));
  }

  /** As far as this gateway has heard. */
  stateOf(provider: string): Switched {
    return this.#known.get(provider) ?? untouched;
  }

  /**
   * Switching off stops paying somebody, as an outage would, but says nothing about paying somebody else: the next
   * candidate needs the same consent. Time does not end it.
   */
  obstacleOf(provider: string): Obstacle | undefined {
    return this.stateOf(provider).enabled
      ? undefined
      : { reason: 'switched_off', failure: 'FAILURE_CLASS_TRANSIENT' };
  }

  /** As the facts say now. */
  async isOff(provider: string): Promise<boolean> {
    return !(await this.#read(provider)).enabled;
  }

  /** Idempotent: what is so already is left as it is. ABORTED (SWITCH_CONTESTED) when others throw it all the while. */
  async set(provider: string, state: SwitchState): Promise<void> {
    for (let left = TRIES; left > 0; left -= 1) {
      const { number, enabled } = await this.#read(provider);
      if (enabled === state.enabled) return this.refresh();
      const seq = number + 1;
      const id = `${streamOf(provider)}/${String(seq).padStart(6, '0')}`;
      const about = {
        stream: streamOf(provider),
        seq,
        kind: 'provider.switched',
        tenant: PLATFORM,
        epoch: 0,
      };
      const [result] = await this.#facts.append([{ id, ...about, atMs: this.#clock.now(), body: state }]);
      if (result === 'inserted') return this.refresh();
    }
    throw new AppError(Code.ABORTED, `provider ${provider} is being switched by others`, {
      reason: 'SWITCH_CONTESTED',
    });
  }

  async #read(provider: string): Promise<Switched> {
    return foldSwitches(await this.#facts.read(streamOf(provider))).get(provider) ?? untouched;
  }
}

const streamOf = (provider: string): string => `${PREFIX}${provider}`;

function foldSwitches(facts: readonly Fact[]): ReadonlyMap<string, Switched> {
  const states = new Map<string, Switched>();
  for (const { stream, seq, atMs, body } of facts) {
    states.set(stream.slice(PREFIX.length), { ...(body as SwitchState), number: seq, atMs });
  }
  return states;
}
