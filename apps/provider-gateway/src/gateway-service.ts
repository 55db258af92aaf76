import type { ProviderGatewayServiceDefinition, RenderSpec, ShotQuote } from '@reelmesh/contracts/shot';
import {
  AppError,
  Code,
  foldTakes,
  invalid,
  isInDoubt,
  quotedCharge,
  route,
  strategyDigest,
} from '@reelmesh/domain';
import type { FactStore, Strategy, TakeFact, TakeRecord } from '@reelmesh/domain';
import type { Handlers } from '@reelmesh/messaging';
import type { Attendant } from './attendant.ts';
import type { Catalogue } from './catalogue.ts';
import type { FilmStops } from './film-stops.ts';
import { conditionsOf } from './conditions.ts';
import type { Provider } from './provider.ts';
import type { ProviderSwitches } from './provider-switches.ts';
import { takeMessage } from './reporter.ts';
import { isStaged, noStages, referenceOf, strategyNamed } from './strategies.ts';
import type { TakeLog } from './take-log.ts';

export interface GatewayServiceDeps {
  readonly catalogue: Catalogue;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly facts: FactStore;
  readonly takeLog: TakeLog;
  readonly attendant: Attendant;
  readonly stops: FilmStops;
  readonly switches: ProviderSwitches;
  /** Takes of this film that other gateways watch are to be cancelled, too. */
  readonly onStopped: (tenant: string, filmId: string) => void;
  /** A take was resolved by hand: its shot may go on. */
  readonly onResolved: (take: TakeRecord) => void;
}

const PAGE = 1000;

export function gatewayService(deps: GatewayServiceDeps): Handlers<typeof ProviderGatewayServiceDefinition> {
  const { catalogue, providers, takeLog, attendant, stops } = deps;
  return {
    async quoteShots({ tenant, strategy, quality, specs, approved, hypothetical }) {
      const reference = referenceOf(strategy, quality);
      // Also when there is nothing to price: a strategy that does not exist is refused.
      const draft = strategyNamed(catalogue, reference, tenant);
      const final = strategyNamed(catalogue, reference, tenant, true);
      if (approved.includes(true) && !isStaged(catalogue, reference, tenant)) throw noStages(reference);
      const strategyOf = (index: number): Strategy => (approved[index] === true ? final : draft);
      return { quotes: specs.map((spec, index) => quote(strategyOf(index), spec, hypothetical)) };
    },

    async listTakes({ tenant, filmId, unknownOnly }) {
      const takes = filmId === '' ? await doubtfulTakes(tenant) : await takeLog.takesOfFilm(filmId);
      const visible = takes.filter(
        (take) => take.tenant === tenant && (!unknownOnly || isInDoubt(take.state)),
      );
      return { takes: visible.map(takeMessage) };
    },

    async cancelTakes({ tenant, filmId }) {
      await stops.stop(tenant, filmId);
      // What is not sent yet is stopped by its sender; what is being sent is cancelled once it is accepted.
      const cancelling = await attendant.cancelFilm(tenant, filmId);
      deps.onStopped(tenant, filmId);
      return { cancelling };
    },

    async resolveTake({ tenant, takeId, resolution, taskId }) {
      const take = await takeLog.read(takeId);
      if (take === undefined || take.tenant !== tenant) {
        throw new AppError(Code.NOT_FOUND, `no take ${takeId}`, { reason: 'TAKE_NOT_FOUND' });
      }
      if (!isInDoubt(take.state)) {
        throw new AppError(
          Code.FAILED_PRECONDITION,
          `take ${takeId} is ${take.state.slice('TAKE_STATE_'.length).toLowerCase()}: there is no doubt to end`,
          {
            reason: 'TAKE_NOT_IN_DOUBT',
          },
        );
      }
      const after = await resolve(take, resolution, taskId);
      deps.onResolved(after);
      return { take: takeMessage(after) };
    },
  };

  async function resolve(take: TakeRecord, resolution: string, taskId: string): Promise<TakeRecord> {
    const by = 'operator';
    switch (resolution) {
      case 'RESOLUTION_ATTACH':
        if (taskId === '') throw invalid('TASK_ID_MISSING', 'attaching needs the task id at the provider');
        if (await takeLog.isTaken(taskId, take, 0)) {
          throw new AppError(
            Code.FAILED_PRECONDITION,
            `task ${taskId} belongs to another take: its clip and its charge are booked there`,
            {
              reason: 'TASK_TAKEN',
            },
          );
        }
        return written(take, await takeLog.step(take, 'take.found', { taskId, by }));
      case 'RESOLUTION_VOID':
        return written(take, await takeLog.step(take, 'take.not_found', { by }));
      case 'RESOLUTION_WRITE_OFF':
        return written(
          take,
          await takeLog.step(take, 'take.written_off', { costMicros: quotedCharge(take.intent), by }),
        );
      default:
        throw invalid('RESOLUTION_UNKNOWN', 'a take is resolved by attach, void or write-off');
    }
  }

  function quote(strategy: Strategy, spec: RenderSpec, hypothetical: boolean): ShotQuote {
    const routed = route(strategy, catalogue.models, spec, {
      ...conditionsOf(strategy, providers, deps.switches, spec),
      ...(hypothetical && { unavailable: new Map() }),
      exhausted: new Set(),
      budgetMicros: Number.MAX_SAFE_INTEGER,
    });
    const chosen = routed.decision.candidates.find((candidate) => candidate.reason === 'chosen');
    return {
      expectedMicros: chosen?.quoteMicros ?? 0,
      limitMicros: routed.limitMicros * (1 + (strategy.duplicateAllowance ?? 0)),
      decision: routed.decision,
      strategy: strategy.name,
      strategyDigest: strategyDigest(strategy, catalogue.models, spec.images),
    };
  }

  /** Walks all takes that were ever in doubt. */
  async function doubtfulTakes(tenant: string): Promise<readonly TakeRecord[]> {
    const found: TakeRecord[] = [];
    let cursor: string | undefined;
    do {
      const page = await deps.facts.scan({
        kinds: ['take.unknown'],
        tenant,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { stream } of page.facts) {
        const [take] = foldTakes((await deps.facts.read(stream)) as readonly TakeFact[]);
        if (take !== undefined) found.push(take);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  }
}

function written(take: TakeRecord, after: TakeRecord | undefined): TakeRecord {
  if (after !== undefined) return after;
  throw new AppError(Code.ABORTED, `take ${take.id} was resolved by somebody else`, {
    reason: 'TAKE_RESOLVED',
  });
}
