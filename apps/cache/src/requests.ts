import type { Clip } from '@reelmesh/contracts/common';
import { invalid } from '@reelmesh/domain';
import type { MadeClip } from './clip-facts.ts';

const maxKeys = 10_000;

/** Names that are safe in fact ids, of a length that keeps the ids within the store's limit. */
const name = /^[A-Za-z0-9_-]{1,128}$/;

export function checkNames(names: Readonly<Record<string, string>>): void {
  for (const [field, value] of Object.entries(names)) {
    if (!name.test(value)) {
      throw invalid(
        'NAME_MALFORMED',
        `${field} ${JSON.stringify(value)}: must be 1 to 128 letters, digits, - or _`,
        { field },
      );
    }
  }
}

export function checkKeys(shotKeys: readonly string[]): void {
  if (shotKeys.length > maxKeys) {
    throw invalid('TOO_MANY_KEYS', `shot_keys: ${shotKeys.length} keys, at most ${maxKeys} at a time`, {
      field: 'shot_keys',
    });
  }
  for (const shot_key of shotKeys) checkNames({ shot_key });
}

/** A clip that can be kept: with the file that it is about. */
export function checkClip(clip: Clip | undefined): MadeClip['clip'] {
  if (clip?.blob === undefined || !/^[0-9a-f]{64}$/.test(clip.blob.sha256)) {
    throw invalid('CLIP_MISSING', 'clip: must name its file by 64 hex digits', { field: 'clip' });
  }
  return { ...clip, blob: clip.blob };
}
