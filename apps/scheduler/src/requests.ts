import type { FilmOptions } from '@reelmesh/contracts/film';
import { AppError, Code, digestOf, sha256Hex } from '@reelmesh/domain';
import type { FilmRecord, ScriptSource } from '@reelmesh/domain';

/** The film that a tenant's request makes: always the same one. */
export function filmIdOf(tenant: string, requestId: string): string {
  return `f${sha256Hex(`${tenant}/${requestId}`).slice(0, 24)}`;
}

/** ALREADY_EXISTS (REQUEST_ID_REUSED) when they want different things. */
export function assertSameRequest(
  a: ScriptSource,
  aOptions: FilmOptions,
  b: ScriptSource,
  bOptions: FilmOptions,
): void {
  const same = a.script.sha256 === b.script.sha256 && digestOf(aOptions) === digestOf(bOptions);
  if (!same) throw requestReused(a.requestId, 'another script or other options');
}

export function requestReused(requestId: string, what: string): AppError {
  return new AppError(Code.ALREADY_EXISTS, `request ${requestId} was used before with ${what}`, {
    reason: 'REQUEST_ID_REUSED',
  });
}

/** FAILED_PRECONDITION (FILM_CANCELLED). */
export function assertNotCancelled({ id, state }: FilmRecord): void {
  if (state !== 'FILM_STATE_CANCELLED') return;
  throw new AppError(Code.FAILED_PRECONDITION, `film ${id} was cancelled: make a new one`, {
    reason: 'FILM_CANCELLED',
  });
}
