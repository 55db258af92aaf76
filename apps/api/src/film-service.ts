import { SchedulerServiceDefinition } from '@reelmesh/contracts/film';
import type { FilmServiceDefinition } from '@reelmesh/contracts/film';
import { ProviderGatewayServiceDefinition } from '@reelmesh/contracts/shot';
import type { BlobStore, Clock } from '@reelmesh/domain';
import type { Bus, Handlers } from '@reelmesh/messaging';
import type { Logger } from '@reelmesh/service';
import { downloadCut } from './download-cut.ts';
import { checkImage, withStoredImages } from './images.ts';
import { present } from './present.ts';
import {
  checkAfterSequence,
  checkApproval,
  checkId,
  checkPageToken,
  checkRequestId,
  checkResolution,
  checkScript,
  completeOptions,
  completePageSize,
} from './requests.ts';
import { watchFilm } from './watch-film.ts';

export interface FilmServiceDeps {
  readonly bus: Pick<Bus, 'client' | 'tail'>;
  readonly blobs: Pick<BlobStore, 'put' | 'read' | 'readAll'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly resyncMs: number;
  readonly draining: AbortSignal;
  readonly tenant: string;
}

/** Shorter than callers wait as a rule, so that they hear what is away and not only that it was late. */
const timeoutMs = 5_000;
/** A script of 8 MiB is parsed and priced within this. */
const planTimeoutMs = 60_000;

/** Checks what callers ask for and passes it on; decides nothing about films. Idempotency keys: those of the scheduler. */
export function filmService(deps: FilmServiceDeps): Handlers<FilmServiceDefinition> {
  const { bus, blobs, tenant } = deps;
  const scheduler = bus.client(SchedulerServiceDefinition);
  const gateway = bus.client(ProviderGatewayServiceDefinition);

  const keep = (script: Uint8Array) => blobs.put(script, 'application/octet-stream');

  return {
    async createFilm({ requestId, script, fileName, options }, { signal }) {
      checkRequestId(requestId);
      checkScript(script, fileName);
      const request = {
        tenant,
        requestId,
        fileName,
        options: await withStoredImages(completeOptions(options), blobs),
        script: await keep(script),
      };
      return scheduler.startFilm(request, { signal, timeoutMs: planTimeoutMs });
    },

    async getFilm({ filmId }, { signal }) {
      checkId('film_id', filmId);
      return scheduler.readFilm({ tenant, filmId }, { signal, timeoutMs });
    },

    async listFilms({ pageSize, pageToken }, { signal }) {
      checkPageToken(pageToken);
      return scheduler.browseFilms(
        { tenant, pageSize: completePageSize(pageSize), pageToken },
        { signal, timeoutMs },
      );
    },

    async *watchFilm(request, { signal }) {
      checkId('film_id', request.filmId);
      checkAfterSequence(request.afterSequence);
      yield* watchFilm({ ...deps, scheduler, timeoutMs }, request, signal);
    },

    async cancelFilm({ filmId }, { signal }) {
      checkId('film_id', filmId);
      return scheduler.stopFilm({ tenant, filmId }, { signal, timeoutMs });
    },

    async quoteFilm({ script, fileName, options, hypothetical }, { signal }) {
      checkScript(script, fileName);
      const request = {
        tenant,
        fileName,
        options: await withStoredImages(completeOptions(options), blobs),
        hypothetical,
        script: await keep(script),
      };
      return scheduler.planFilm(request, { signal, timeoutMs: planTimeoutMs });
    },

    async updateFilmScript({ filmId, requestId, script, fileName }, { signal }) {
      checkId('film_id', filmId);
      checkRequestId(requestId);
      checkScript(script, fileName);
      const request = { tenant, filmId, requestId, fileName, script: await keep(script) };
      return scheduler.reviseFilm(request, { signal, timeoutMs: planTimeoutMs });
    },

    async uploadImage({ data }) {
      return { image: await blobs.put(data, checkImage(data, 'data')) };
    },

    async approveShots({ filmId, requestId, shots, all }, { signal }) {
      checkId('film_id', filmId);
      checkRequestId(requestId);
      checkApproval(shots, all);
      const request = { tenant, filmId, requestId, shots, all };
      return scheduler.approveFilmShots(request, { signal, timeoutMs: planTimeoutMs });
    },

    async *downloadCut({ filmId }, { signal }) {
      checkId('film_id', filmId);
      const { film } = await scheduler.readFilm({ tenant, filmId }, { signal, timeoutMs });
      yield* downloadCut(blobs, present(filmId, film));
    },

    async listTakes({ filmId, unknownOnly }, { signal }) {
      if (filmId !== '') checkId('film_id', filmId);
      return gateway.listTakes({ tenant, filmId, unknownOnly }, { signal, timeoutMs });
    },

    async resolveTake({ takeId, resolution, taskId }, { signal }) {
      checkId('take_id', takeId);
      checkResolution(resolution, taskId);
      return gateway.resolveTake({ tenant, takeId, resolution, taskId }, { signal, timeoutMs });
    },
  };
}
