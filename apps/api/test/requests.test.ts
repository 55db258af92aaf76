import { FilmOptions } from '@reelmesh/contracts/film';
import type { ImageRole } from '@reelmesh/contracts/shot';
import { describe, expect, test } from 'vitest';
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
  maxScriptBytes,
} from '../src/requests.ts';

const text = (script: string): Uint8Array => new TextEncoder().encode(script);

interface Refusal {
  readonly code?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: Readonly<Record<string, string>>;
}

function refusalOf(check: () => unknown): Refusal {
  try {
    check();
  } catch (error) {
    return error as Refusal;
  }
  return {};
}

const image = (role: string, ...shots: number[]) => ({
  blob: { sha256: 'a'.repeat(64), sizeBytes: 9, mediaType: 'image/png' },
  role: `IMAGE_ROLE_${role}` as ImageRole,
  shots,
});

describe('what cannot be meant is refused, with the field in the details', () => {
  const options = (some: object) => (): unknown => completeOptions(FilmOptions.fromPartial(some));

  test.each<[string, () => unknown, string, string]>([
    ['a missing request id', () => checkRequestId(''), 'REQUEST_ID_MISSING', 'request_id'],
    ['a request id of 37', () => checkRequestId('x'.repeat(37)), 'REQUEST_ID_MALFORMED', 'request_id'],
    ['a request id with a space', () => checkRequestId('a b'), 'REQUEST_ID_MALFORMED', 'request_id'],
    ['a request id beyond ASCII', () => checkRequestId('é'), 'REQUEST_ID_MALFORMED', 'request_id'],
    ['an empty script', () => checkScript(text(''), 'a.txt'), 'SCRIPT_EMPTY', 'script'],
    ['a script of blanks', () => checkScript(text(' \r\n\t'), 'a.txt'), 'SCRIPT_EMPTY', 'script'],
    [
      'a script beyond 8 MiB',
      () => checkScript(new Uint8Array(maxScriptBytes + 1).fill(65), 'a.txt'),
      'SCRIPT_TOO_LARGE',
      'script',
    ],
    ['a file name with a newline', () => checkScript(text('x'), 'a\nb'), 'FILE_NAME_MALFORMED', 'file_name'],
    ['a file name of 256', () => checkScript(text('x'), 'x'.repeat(256)), 'FILE_NAME_MALFORMED', 'file_name'],
    ['an odd width', options({ width: 1081 }), 'OUT_OF_BOUNDS', 'options.width'],
    ['a width of 62', options({ width: 62 }), 'OUT_OF_BOUNDS', 'options.width'],
    ['a height of 3842', options({ height: 3842 }), 'OUT_OF_BOUNDS', 'options.height'],
    ['a negative height', options({ height: -2 }), 'OUT_OF_BOUNDS', 'options.height'],
    ['11 frames per second', options({ fps: 11 }), 'OUT_OF_BOUNDS', 'options.fps'],
    ['61 frames per second', options({ fps: 61 }), 'OUT_OF_BOUNDS', 'options.fps'],
    ['a negative budget', options({ budgetMicros: -1 }), 'OUT_OF_BOUNDS', 'options.budget_micros'],
    ['241 frames at 24', options({ shotFrames: 241 }), 'OUT_OF_BOUNDS', 'options.shot_frames'],
    ['frames below 0', options({ shotFrames: -1 }), 'OUT_OF_BOUNDS', 'options.shot_frames'],
    ['motion of 256', options({ motion: 256 }), 'OUT_OF_BOUNDS', 'options.motion'],
    ['motion below 0', options({ motion: -1 }), 'OUT_OF_BOUNDS', 'options.motion'],
    ['guidance of 0.9', options({ guidance: 0.9 }), 'OUT_OF_BOUNDS', 'options.guidance'],
    ['guidance of 21', options({ guidance: 21 }), 'OUT_OF_BOUNDS', 'options.guidance'],
    ['guidance that is no number', options({ guidance: NaN }), 'OUT_OF_BOUNDS', 'options.guidance'],
    [
      'a negative prompt of 501',
      options({ negativePrompt: 'x'.repeat(501) }),
      'OUT_OF_BOUNDS',
      'options.negative_prompt',
    ],
    ['a film as a GIF', options({ format: 'gif' }), 'OUT_OF_BOUNDS', 'options.format'],
    [
      '101 images',
      options({ images: Array(101).fill(image('REFERENCE')) }),
      'OUT_OF_BOUNDS',
      'options.images',
    ],
    [
      'an image without a hash',
      options({ images: [{ ...image('REFERENCE'), blob: { sha256: 'A'.repeat(64) } }] }),
      'IMAGE_MALFORMED',
      'options.images[0].blob',
    ],
    [
      'an image for nothing',
      options({ images: [image('UNSPECIFIED')] }),
      'IMAGE_MALFORMED',
      'options.images[0].role',
    ],
    ['shot 0', options({ images: [image('LAST_FRAME', 0)] }), 'OUT_OF_BOUNDS', 'options.images[0].shots'],
    [
      'two first frames of a shot',
      options({ images: [image('FIRST_FRAME', 2, 3), image('FIRST_FRAME', 3)] }),
      'OUT_OF_BOUNDS',
      'options.images',
    ],
    [
      'a first frame of all and another of one',
      options({ images: [image('FIRST_FRAME'), image('FIRST_FRAME', 3)] }),
      'OUT_OF_BOUNDS',
      'options.images',
    ],
    [
      'ten references of a shot',
      options({ images: [...Array<object>(9).fill(image('REFERENCE')), image('REFERENCE', 7)] }),
      'OUT_OF_BOUNDS',
      'options.images',
    ],
    ['a strategy of 65', options({ strategy: 'x'.repeat(65) }), 'STRATEGY_UNKNOWN', 'options.strategy'],
    ['a negative page size', () => completePageSize(-1), 'OUT_OF_BOUNDS', 'page_size'],
    ['a page token of 1025', () => checkPageToken('x'.repeat(1025)), 'PAGE_TOKEN_MALFORMED', 'page_token'],
    ['a negative sequence', () => checkAfterSequence(-1), 'OUT_OF_BOUNDS', 'after_sequence'],
    ['an empty film id', () => checkId('film_id', ''), 'ID_MALFORMED', 'film_id'],
    ['a film id that is a subject wildcard', () => checkId('film_id', '>'), 'ID_MALFORMED', 'film_id'],
    ['a film id that is a path', () => checkId('film_id', '../f1'), 'ID_MALFORMED', 'film_id'],
    ['a take id with a dot', () => checkId('take_id', 'a.b'), 'ID_MALFORMED', 'take_id'],
    [
      'a quality of tomorrow',
      () => completeOptions(FilmOptions.fromPartial({ quality: 'UNRECOGNIZED' })),
      'QUALITY_UNKNOWN',
      'options.quality',
    ],
    ['a shot before the first', () => checkApproval([3, 0], false), 'OUT_OF_BOUNDS', 'shots'],
    ['approving nothing', () => checkApproval([], false), 'SHOTS_MISPLACED', 'shots'],
    ['approving some and all', () => checkApproval([1], true), 'SHOTS_MISPLACED', 'shots'],
    [
      'an approved shot before the first',
      () => completeOptions({ ...FilmOptions.create(), approvedShots: [-1] }),
      'OUT_OF_BOUNDS',
      'options.approved_shots',
    ],
    [
      'no resolution',
      () => checkResolution('RESOLUTION_UNSPECIFIED', ''),
      'RESOLUTION_MISSING',
      'resolution',
    ],
    [
      'a resolution of tomorrow',
      () => checkResolution('UNRECOGNIZED', ''),
      'RESOLUTION_MISSING',
      'resolution',
    ],
    ['attaching nothing', () => checkResolution('RESOLUTION_ATTACH', ''), 'TASK_ID_MISPLACED', 'task_id'],
    ['voiding a task', () => checkResolution('RESOLUTION_VOID', 't1'), 'TASK_ID_MISPLACED', 'task_id'],
    [
      'a task id with a space',
      () => checkResolution('RESOLUTION_ATTACH', 't 1'),
      'TASK_ID_MALFORMED',
      'task_id',
    ],
  ])('%s', (_what, check, reason, field) => {
    const { code, reason: found, details } = refusalOf(check);

    expect({ code, reason: found, field: details?.['field'] }).toEqual({
      code: 'INVALID_ARGUMENT',
      reason,
      field,
    });
  });

  test('a script that is too large is told with its name, its size and the limit', () => {
    const { message, details } = refusalOf(() =>
      checkScript(new Uint8Array(9 * 2 ** 20).fill(65), 'epic.fountain'),
    );

    expect(message).toBe('epic.fountain: has 9.0 MiB, at most 8 MiB are read; split it into several films');
    expect(details).toMatchObject({ file: 'epic.fountain', limitBytes: '8388608' });
  });
});

describe('what lies at the edge is accepted', () => {
  test.each<[string, () => unknown]>([
    ['a UUID', () => checkRequestId('123e4567-e89b-42d3-a456-426614174000')],
    ['a script of 8 MiB', () => checkScript(new Uint8Array(maxScriptBytes).fill(65), 'x'.repeat(255))],
    ['a script without a name', () => checkScript(text('INT. HOUSE'), '')],
    [
      'bytes that are no text, which the parser judges',
      () => checkScript(new Uint8Array([0, 255, 0]), 'a.bin'),
    ],
    ['attaching a task', () => checkResolution('RESOLUTION_ATTACH', 'task-1')],
    ['approving shots', () => checkApproval([1, 2], false)],
    ['approving all', () => checkApproval([], true)],
    ['writing off', () => checkResolution('RESOLUTION_WRITE_OFF', '')],
    ['a take id', () => checkId('take_id', 'f01-89abcdef-1')],
  ])('%s', (_what, check) => {
    expect(check).not.toThrow();
  });

  test.each([
    [64, 3840, 12],
    [3840, 64, 60],
  ])('%i × %i at %i frames per second', (width, height, fps) => {
    const options = FilmOptions.fromPartial({
      strategy: 'final',
      seed: 4_294_967_295,
      width,
      height,
      fps,
      budgetMicros: 1,
      format: 'mp4',
      quality: 'QUALITY_HIGH',
    });

    expect(completeOptions(options)).toEqual(options);
  });
});

test('what is left out is filled in, so that equal wishes look equal', () => {
  const usual = FilmOptions.fromPartial({
    strategy: 'draft',
    width: 1080,
    height: 1920,
    fps: 24,
    format: 'mp4',
    quality: 'QUALITY_HIGH',
  });

  expect(completeOptions(undefined)).toEqual(usual);
  expect(completeOptions(FilmOptions.fromPartial({}))).toEqual(usual);
});

test.each([
  [0, 20],
  [1, 1],
  [100, 100],
  [101, 100],
])('a page size of %i gives pages of %i', (asked, given) => {
  expect(completePageSize(asked)).toBe(given);
});

test('approved shots are told once, in order', () => {
  expect(completeOptions({ ...FilmOptions.create(), approvedShots: [5, 3, 5] }).approvedShots).toEqual([
    3, 5,
  ]);
});

describe('how shots are to be rendered', () => {
  const complete = (some: object) => completeOptions(FilmOptions.fromPartial(some));

  test('may be said to the ends of every range', () => {
    expect(complete({ fps: 30, shotFrames: 300, motion: 0, guidance: 1 })).toMatchObject({
      shotFrames: 300,
      motion: 0,
      guidance: 1,
    });
    expect(
      complete({ motion: 255, guidance: 20, negativePrompt: 'x'.repeat(500), format: 'mp4' }),
    ).toMatchObject({
      motion: 255,
      guidance: 20,
    });
    const frames = [image('FIRST_FRAME', 1), image('FIRST_FRAME', 2), image('LAST_FRAME', 1)];
    expect(
      complete({ images: [...frames, ...Array<object>(9).fill(image('REFERENCE'))] }).images,
    ).toHaveLength(12);
  });

  test('looks equal where it is meant equal', () => {
    expect(complete({ images: [image('FIRST_FRAME', 3, 1, 3)], negativePrompt: ' text ' })).toEqual(
      complete({ images: [image('FIRST_FRAME', 1, 3)], negativePrompt: 'text' }),
    );
    expect(complete({})).not.toHaveProperty('motion');
    expect(complete({})).not.toHaveProperty('guidance');
  });
});
