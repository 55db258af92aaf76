import type { BlobRef } from '@reelmesh/contracts/common';
import { FilmOptions } from '@reelmesh/contracts/film';
import type { QuotedShot, SchedulerServiceDefinition } from '@reelmesh/contracts/film';
import { invalid, keysOf, sumMicros } from '@reelmesh/domain';
import type { FactStore, FilmFact, Plan } from '@reelmesh/domain';
import type { Handlers } from '@reelmesh/messaging';
import { changesOf, filmMessage, filmSummary } from './film-message.ts';
import type { Scheduler } from './scheduler.ts';

const DEFAULT_PAGE = 20;
const MAX_PAGE = 100;

export function schedulerService(
  scheduler: Scheduler,
  facts: FactStore,
): Handlers<typeof SchedulerServiceDefinition> {
  return {
    async startFilm({ tenant, script, fileName, requestId, options }) {
      const source = { script: present(script), fileName, requestId };
      return { film: filmMessage(await scheduler.start(tenant, source, normalise(options))) };
    },

    async reviseFilm({ tenant, filmId, script, fileName, requestId }) {
      const film = await scheduler.revise(tenant, filmId, { script: present(script), fileName, requestId });
      return { film: filmMessage(film) };
    },

    async approveFilmShots({ tenant, filmId, ...approval }) {
      return { film: filmMessage(await scheduler.approve(tenant, filmId, approval)) };
    },

    async planFilm({ tenant, script, fileName, options, hypothetical }) {
      const { plan, decisions } = await scheduler.planner.plan(
        tenant,
        present(script),
        fileName,
        normalise(options),
        hypothetical,
      );
      const { clips } = await scheduler.cache.resolveClips({
        tenant,
        filmId: '',
        shotKeys: keysOf(plan),
        peek: true,
      });
      const cached = new Set(
        clips.filter((clip) => clip.resolve === 'RESOLVE_HIT').map((clip) => clip.shotKey),
      );
      const shots = plan.shots.map((shot, index): QuotedShot => ({
        shotId: shot.shotId,
        shotKey: shot.key,
        scene: shot.scene,
        description: shot.spec.picture?.description ?? '',
        durationMs: shot.durationMs,
        cached: cached.has(shot.key),
        expectedMicros: shot.quoteMicros,
        limitMicros: shot.limitMicros,
        decision: decisions[index],
      }));
      return {
        quote: {
          title: plan.title,
          scenes: plan.scenes,
          shots,
          durationMs: durationOf(plan),
          expectedMicros: once(shots, ({ expectedMicros }) => expectedMicros),
          limitMicros: once(shots, ({ limitMicros }) => limitMicros),
          cached: shots.filter((shot) => shot.cached).length,
          diagnostics: plan.diagnostics,
        },
      };
    },

    async stopFilm({ tenant, filmId }) {
      return { film: filmMessage(await scheduler.cancel(tenant, filmId)) };
    },

    async readFilm({ tenant, filmId }) {
      return { film: filmMessage(await scheduler.filmOf(tenant, filmId)) };
    },

    async browseFilms({ tenant, pageSize, pageToken }) {
      const limit = Math.min(MAX_PAGE, pageSize === 0 ? DEFAULT_PAGE : pageSize);
      const page = await facts.scan({
        kinds: ['film.created'],
        tenant,
        limit,
        order: 'newest',
        ...(pageToken === '' ? {} : { cursor: pageToken }),
      });
      const ids = (page.facts as readonly FilmFact[]).map((fact) => fact.stream.slice('film/'.length));
      const films = await Promise.all(ids.map((id) => scheduler.filmOf(tenant, id)));
      return { films: films.map(filmSummary), nextPageToken: page.cursor ?? '' };
    },

    async readChanges({ tenant, filmId, afterSequence }) {
      await scheduler.filmOf(tenant, filmId);
      return { changes: changesOf(await scheduler.filmLog.facts(filmId), afterSequence) };
    },
  };
}

function present(script: BlobRef | undefined): BlobRef {
  if (script === undefined) throw invalid('SCRIPT_MISSING', 'the request names no script');
  return script;
}

/** Defaults for what the caller left open, so that a film's options say what was made. */
function normalise(given: FilmOptions | undefined): FilmOptions {
  const options = given ?? FilmOptions.create();
  return {
    ...options,
    strategy: options.strategy || 'draft',
    width: options.width || 1080,
    height: options.height || 1920,
    fps: options.fps || 24,
    format: 'mp4',
  };
}

function durationOf(plan: Plan): number {
  return plan.shots.reduce((sum, shot) => sum + shot.durationMs, 0);
}

/** What is still to be paid: shots that share a clip count once, those in the cache not at all. */
function once(shots: readonly QuotedShot[], price: (shot: QuotedShot) => number): number {
  return sumMicros(new Map(shots.map((shot) => [shot.shotKey, shot.cached ? 0 : price(shot)])).values());
}
