import type { Clock, SlotLimits, TakeRecord } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import type { Logger, Metrics } from '@reelmesh/service';
import { SharedSlots } from './shared-slots.ts';
import { LocalSlots } from './slots.ts';
import type { SlotUsage, Slots } from './slots.ts';

/** Whose slots: a provider's name, and the credential that a take was submitted with. */
export interface Credential {
  readonly provider: string;
  readonly credentialRef: string;
}

export interface CredentialSlotsDeps {
  readonly bus: Pick<Bus, 'share'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** This run of this gateway, as takes name their sender. */
  readonly run: string;
  /** Of each provider that is shared with other gateways. */
  readonly limits: ReadonlyMap<string, SlotLimits>;
  /** Slots of providers that are this process's own. */
  readonly local: ReadonlyMap<string, number>;
  /** Paid takes under way, on all gateways. */
  readonly openTakes: () => Promise<readonly TakeRecord[]>;
}

/** For takes of a provider that the settings no longer know: they exist, and nothing is added to them. */
const GONE: SlotLimits = { concurrency: 1, submitsPerMinute: 1 };

/** The slots of every credential that this gateway has to do with. */
export class CredentialSlots {
  readonly #deps: CredentialSlotsDeps;
  readonly #local: ReadonlyMap<string, LocalSlots>;
  readonly #shared = new Map<string, { readonly credential: Credential; readonly slots: SharedSlots }>();
  readonly #gauges;

  constructor(deps: CredentialSlotsDeps) {
    this.#deps = deps;
    this.#local = new Map([...deps.local].map(([provider, limit]) => [provider, new LocalSlots(limit)]));
    const gauge = (name: string, help: string) => deps.metrics.gauge(name, help, ['provider']);
    this.#gauges = {
      used: gauge('reelmesh_provider_slots_used', 'takes under way, on all gateways'),
      limit: gauge('reelmesh_provider_slots_limit', 'takes that may be under way just now, on all gateways'),
      waiting: gauge('reelmesh_provider_slots_waiting', 'takes of this gateway that wait for a slot'),
      paused: gauge(
        'reelmesh_provider_paused',
        '1 while nothing is sent because the provider asked for a pause',
      ),
    };
  }

  of({ provider, credentialRef }: Credential): Slots {
    return this.#local.get(provider) ?? this.#open({ provider, credentialRef });
  }

  /** The slots that are shared with other gateways. */
  get shared(): readonly { readonly credential: Credential; readonly slots: SharedSlots }[] {
    return [...this.#shared.values()];
  }

  /** Takes under way at a provider on all gateways, and how many there may be with the credential in use. */
  usageOf(provider: string): SlotUsage {
    const all = this.#local.get(provider)?.usage ?? this.#sum(provider);
    return all.limit > 0 ? all : { underway: 0, limit: this.#deps.limits.get(provider)?.concurrency ?? 0 };
  }

  async stop(): Promise<void> {
    await Promise.all(this.shared.map(({ slots }) => slots.stop()));
  }

  #open(credential: Credential): SharedSlots {
    const { provider, credentialRef } = credential;
    const key = `slots.${token(provider)}.${token(credentialRef)}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known.slots;
    const slots = new SharedSlots({
      ...this.#deps,
      key,
      limits: this.#deps.limits.get(provider) ?? GONE,
      heldByFacts: () => this.#heldByFacts(credential),
      onChange: () => this.#show(provider),
    });
    this.#shared.set(key, { credential, slots });
    return slots;
  }

  async #heldByFacts({ provider, credentialRef }: Credential): Promise<Readonly<Record<string, number>>> {
    const held: Record<string, number> = {};
    for (const { intent, sender } of await this.#deps.openTakes()) {
      if (sender === '' || intent.provider !== provider || intent.credentialRef !== credentialRef) continue;
      held[sender] = (held[sender] ?? 0) + 1;
    }
    return held;
  }

  #sum(provider: string): SlotUsage {
    const usages = this.#slotsAt(provider).map(({ usage }) => usage);
    // The credential in use is opened first; with former ones nothing new is sent.
    const [inUse] = usages;
    return {
      underway: usages.reduce((sum, { underway }) => sum + underway, 0),
      limit: inUse?.limit ?? 0,
    };
  }

  #slotsAt(provider: string): readonly SharedSlots[] {
    return this.shared.flatMap(({ credential, slots }) => (credential.provider === provider ? [slots] : []));
  }

  #show(provider: string): void {
    const { used, limit, waiting, paused } = this.#gauges;
    const all = this.#slotsAt(provider);
    const usage = this.#sum(provider);
    used.set({ provider }, usage.underway);
    limit.set({ provider }, usage.limit);
    waiting.set(
      { provider },
      all.reduce((sum, slots) => sum + slots.waiting, 0),
    );
    paused.set({ provider }, all.some(({ isPaused }) => isPaused) ? 1 : 0);
  }
}

/** As a part of a key: what a key cannot hold is written as its code. */
function token(text: string): string {
  const safe = text.replace(/[^-\w]/g, (one) => `=${one.charCodeAt(0).toString(16)}`);
  return safe === '' ? '=' : safe;
}
