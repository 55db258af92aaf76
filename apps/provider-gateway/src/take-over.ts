import type { TakeRecord } from '@reelmesh/domain';
import type { Bus } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import type { Credential, CredentialSlots } from './credential-slots.ts';
import type { Inheritance, SharedSlots } from './shared-slots.ts';

export interface TakeOverDeps {
  readonly bus: Pick<Bus, 'isAlive'>;
  readonly log: Logger;
  readonly slots: CredentialSlots;
  /** This run of this gateway, as takes name their sender. */
  readonly run: string;
  /** Paid takes under way, on all gateways. */
  readonly openTakes: () => Promise<readonly TakeRecord[]>;
  /** Sees a take to its end from here on. */
  readonly lookAfter: (take: TakeRecord) => void;
  /** Between two looks for dead gateways. */
  readonly everyMs: number;
}

interface Found {
  readonly slots: SharedSlots;
  readonly credential: Credential;
  readonly run: string;
}

/**
 * Paid takes of gateways that are gone are seen to their end by exactly one that lives: the one that moves their slots
 * over to itself. Nothing is ever sent for them; what may have been sent without an answer is in doubt.
 */
export class TakeOver {
  readonly #deps: TakeOverDeps;
  readonly #instance: string;
  /** Runs that were dead at the last look: one alone may be a lease that NATS has lost. */
  #suspects: ReadonlySet<string> = new Set();
  /** Runs that facts name and no record, by credential. */
  #strays: readonly { readonly credential: Credential; readonly run: string }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: TakeOverDeps) {
    this.#deps = deps;
    this.#instance = instanceOf(deps.run);
  }

  /** Takes up what former runs of this gateway have left, and watches over the others from now on. */
  async start(credentials: readonly Credential[]): Promise<void> {
    const takes = await this.#deps.openTakes();
    const needed = [...credentials, ...takes.map(({ intent }) => intent)];
    for (const credential of needed) this.#deps.slots.of(credential);
    await Promise.all(this.#deps.slots.shared.map(({ slots }) => slots.open()));
    this.#strays = takes
      .filter(({ sender }) => sender !== '')
      .map(({ sender, intent }) => ({ credential: intent, run: sender }));
    await this.look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Looks once for dead runs, and again after a while. */
  look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#looking = this.#look()
      .catch((error: unknown) => this.#deps.log.warn({ err: error }, 'takes of dead gateways not looked for'))
      .finally(() => {
        if (!this.#stopped) this.#timer = setTimeout(() => void this.look(), this.#deps.everyMs);
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const found = this.#others();
    const dead = await this.#dead(new Set(found.map(({ run }) => run)));
    const left = found.filter(({ run }) => dead.has(run) && (this.#suspects.has(run) || this.#isFormer(run)));
    this.#suspects = dead;
    const inherited: { readonly from: Found; readonly what: Inheritance }[] = [];
    for (const from of left) {
      const what = await from.slots.inherit(from.run);
      this.#strays = this.#strays.filter(
        ({ run, credential }) => run !== from.run || !isSame(credential, from.credential),
      );
      if (what !== undefined) inherited.push({ from, what });
    }
    if (inherited.length === 0) return;
    // Read after the slots have gone over to us: nobody else looks after these takes now.
    const takes = await this.#deps.openTakes();
    for (const { from, what } of inherited) this.#takeOn(from, what, takes);
  }

  #others(): readonly Found[] {
    return this.#deps.slots.shared.flatMap(({ slots, credential }) => {
      const strays = this.#strays
        .filter((stray) => isSame(stray.credential, credential))
        .map(({ run }) => run);
      const runs = new Set([...Object.keys(slots.record.holders), ...strays]);
      runs.delete(this.#deps.run);
      return [...runs].map((run) => ({ slots, credential, run }));
    });
  }

  /** The same instance cannot run twice. */
  #isFormer(run: string): boolean {
    return instanceOf(run) === this.#instance;
  }

  async #dead(runs: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const instances = [...new Set([...runs].map(instanceOf))].filter((one) => one !== this.#instance);
    const living = await Promise.all(
      instances.map(async (one) => ((await this.#deps.bus.isAlive(one)) ? one : '')),
    );
    return new Set([...runs].filter((run) => this.#isFormer(run) || !living.includes(instanceOf(run))));
  }

  #takeOn({ slots, credential }: Found, what: Inheritance, takes: readonly TakeRecord[]): void {
    const ours = takes.filter(
      ({ intent, sender }) => what.runs.includes(sender) && isSame(intent, credential),
    );
    slots.settle(
      what,
      ours.map(({ id }) => id),
    );
    this.#deps.log.info(
      { provider: credential.provider, runs: what.runs, takes: ours.length },
      'takes of a gateway that is gone were taken over',
    );
    for (const take of ours) this.#deps.lookAfter(take);
  }
}

const instanceOf = (run: string): string => run.split('/', 1)[0] ?? run;

const isSame = (a: Credential, b: Credential): boolean =>
  a.provider === b.provider && a.credentialRef === b.credentialRef;
