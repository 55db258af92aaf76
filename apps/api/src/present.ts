import type { Film } from '@reelmesh/contracts/film';
import { AppError, Code } from '@reelmesh/domain';

/** Protobuf lets every message be absent; an answer of the scheduler without its film is a fault of ours. */
export function present(filmId: string, film: Film | undefined): Film {
  if (film !== undefined) return film;
  throw new AppError(Code.INTERNAL, `film ${filmId}: the scheduler answered without it`);
}
