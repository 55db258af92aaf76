import type { BlobStore, FactStore } from '@reelmesh/domain';
import { AppError } from '@reelmesh/domain';

/**
 * The same store, except that the first write that fails for lack of room is reported. Services retry such writes for
 * ever, which is right for a server; a command that somebody waits for has to end and say so.
 */
export function reportFullDisk<S extends BlobStore | FactStore>(
  store: S,
  report: (error: AppError) => void,
): S {
  return new Proxy(store, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args);
        if (!(result instanceof Promise)) return result;
        return result.catch((reason: unknown) => {
          const error = AppError.from(reason);
          if (error.reason === 'DISK_FULL') report(error);
          throw reason;
        });
      };
    },
  });
}
