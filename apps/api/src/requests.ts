import type { FilmOptions } from '@reelmesh/contracts/film';
import { Resolution } from '@reelmesh/contracts/shot';
import { invalid } from '@reelmesh/domain';
import { completeRenderOptions } from './render-options.ts';

export const maxScriptBytes = 8 * 2 ** 20;
const defaultPageSize = 20;
const maxPageSize = 100;
const maxShotNumbers = 10_000;

/** 1 to 36 printable ASCII characters (AIP-155). */
export function checkRequestId(requestId: string): void {
  if (requestId === '') {
    throw invalid(
      'REQUEST_ID_MISSING',
      'request_id: must be set, a UUID is best; the same id again gives the same film',
      {
        field: 'request_id',
      },
    );
  }
  if (!/^[\x21-\x7e]{1,36}$/.test(requestId)) {
    throw invalid(
      'REQUEST_ID_MALFORMED',
      'request_id: must be at most 36 printable ASCII characters without spaces',
      {
        field: 'request_id',
      },
    );
  }
}

/** Ids end up in subjects and fact ids: nothing else gets that far. */
export function checkId(field: 'film_id' | 'take_id' | 'shot_id', id: string): void {
  if (/^[a-z0-9_-]{1,128}$/.test(id)) return;
  throw invalid(
    'ID_MALFORMED',
    `${field} ${JSON.stringify(id.slice(0, 130))}: must be an id that the api gave out`,
    {
      field,
    },
  );
}

export function checkScript(script: Uint8Array, fileName: string): void {
  const shown = fileName === '' ? 'the script' : fileName;
  if (fileName.length > 255 || /\p{Cc}/u.test(fileName)) {
    throw invalid(
      'FILE_NAME_MALFORMED',
      'file_name: must be at most 255 characters without control characters',
      {
        field: 'file_name',
      },
    );
  }
  if (!script.some((byte) => byte > 0x20)) {
    throw invalid('SCRIPT_EMPTY', `${shown}: is empty; write at least one scene`, { field: 'script' });
  }
  if (script.length > maxScriptBytes) {
    const megabytes = (script.length / 2 ** 20).toFixed(1);
    throw invalid(
      'SCRIPT_TOO_LARGE',
      `${shown}: has ${megabytes} MiB, at most 8 MiB are read; split it into several films`,
      {
        field: 'script',
        file: fileName,
        limitBytes: String(maxScriptBytes),
      },
    );
  }
}

/** Checked, and with what is left out filled in: equal wishes look equal from here on. */
export function completeOptions(options: FilmOptions | undefined): FilmOptions {
  const {
    strategy = '',
    seed = 0,
    width = 0,
    height = 0,
    fps = 0,
    budgetMicros = 0,
    quality = 'QUALITY_UNSPECIFIED',
    approvedShots = [],
    approveAll = false,
  }: Partial<FilmOptions> = options ?? {};
  if (strategy.length > 64) {
    throw invalid('STRATEGY_UNKNOWN', 'options.strategy: no strategy has a name of more than 64 characters', {
      field: 'options.strategy',
    });
  }
  if (quality === 'UNRECOGNIZED') {
    throw invalid(
      'QUALITY_UNKNOWN',
      'options.quality: must be QUALITY_MEDIUM, QUALITY_HIGH or QUALITY_ULTRA',
      {
        field: 'options.quality',
      },
    );
  }
  checkShotNumbers('options.approved_shots', approvedShots);
  checkPixels('options.width', width);
  checkPixels('options.height', height);
  if (fps !== 0 && (fps < 12 || fps > 60)) {
    throw outOfRange('options.fps', `${fps}: must be 12 to 60 frames per second`);
  }
  if (budgetMicros < 0) throw outOfRange('options.budget_micros', `${budgetMicros}: must not be negative`);
  return {
    strategy: strategy || 'draft',
    seed,
    width: width || 1080,
    height: height || 1920,
    fps: fps || 24,
    budgetMicros,
    ...completeRenderOptions(options ?? {}, fps || 24),
    quality: quality === 'QUALITY_UNSPECIFIED' ? 'QUALITY_HIGH' : quality,
    format: 'mp4',
    approvedShots: [...new Set(approvedShots)].sort((a, b) => a - b),
    approveAll,
  };
}

/** Numbers of shots, 1 is the first; whether the film has them, the scheduler knows. */
function checkShotNumbers(field: string, shots: readonly number[]): void {
  if (shots.length > maxShotNumbers)
    throw outOfRange(field, `names ${shots.length}: at most ${maxShotNumbers}`);
  const wrong = shots.find((number) => number < 1);
  if (wrong !== undefined) throw outOfRange(field, `${wrong}: the first shot is 1`);
}

/** Shots, or all of them. */
export function checkApproval(shots: readonly number[], all: boolean): void {
  checkShotNumbers('shots', shots);
  if (all === (shots.length === 0)) return;
  throw invalid('SHOTS_MISPLACED', 'shots: must name the shots to approve, and be empty for all', {
    field: 'shots',
  });
}

/** More than there may be is cut down to that (AIP-158). */
export function completePageSize(pageSize: number): number {
  if (pageSize < 0) throw outOfRange('page_size', `${pageSize}: must not be negative`);
  return Math.min(pageSize || defaultPageSize, maxPageSize);
}

export function checkPageToken(pageToken: string): void {
  if (pageToken.length > 1_024) {
    throw invalid('PAGE_TOKEN_MALFORMED', 'page_token: must be a next_page_token of the answer before', {
      field: 'page_token',
    });
  }
}

export function checkAfterSequence(afterSequence: number): void {
  if (afterSequence < 0) throw outOfRange('after_sequence', `${afterSequence}: must not be negative`);
}

export function checkResolution(resolution: Resolution, taskId: string): void {
  if (resolution === Resolution.RESOLUTION_UNSPECIFIED || resolution === Resolution.UNRECOGNIZED) {
    throw invalid('RESOLUTION_MISSING', 'resolution: must be ATTACH, VOID or WRITE_OFF', {
      field: 'resolution',
    });
  }
  if ((resolution === Resolution.RESOLUTION_ATTACH) !== (taskId !== '')) {
    throw invalid(
      'TASK_ID_MISPLACED',
      "task_id: must be the provider's id of the work to ATTACH, and empty otherwise",
      {
        field: 'task_id',
      },
    );
  }
  if (!/^[\x21-\x7e]{0,256}$/.test(taskId)) {
    throw invalid('TASK_ID_MALFORMED', 'task_id: must be at most 256 printable ASCII characters', {
      field: 'task_id',
    });
  }
}

function checkPixels(field: string, pixels: number): void {
  if (pixels !== 0 && (pixels < 64 || pixels > 3840 || pixels % 2 !== 0)) {
    throw outOfRange(field, `${pixels}: must be an even number of pixels from 64 to 3840`);
  }
}

export function outOfRange(field: string, rule: string) {
  return invalid('OUT_OF_BOUNDS', `${field} ${rule}`, { field });
}
