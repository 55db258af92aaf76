import { AppError, Code } from '@reelmesh/domain';
import { ExitCode } from './exit-codes.ts';

/** npm, the shell and a terminal may each pass one Ctrl-C on: what comes together is one wish. */
const TOGETHER_MS = 1000;

/**
 * Aborted by the first SIGINT, SIGTERM or SIGHUP, with CANCELLED (INTERRUPTED or TERMINATED) as reason: time to stop in good order.
 * Another one later ends the process at once.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    const interrupted = signal === 'SIGINT';
    if (controller.signal.aborted) {
      if (Date.now() - firstAt > TOGETHER_MS)
        process.exit(interrupted ? ExitCode.INTERRUPTED : ExitCode.TERMINATED);
      return;
    }
    firstAt = Date.now();
    controller.abort(
      new AppError(Code.CANCELLED, `stopped by ${signal}`, {
        reason: interrupted ? 'INTERRUPTED' : 'TERMINATED',
      }),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return controller.signal;
}

/** Rejects with the signal's reason once it is aborted. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(AppError.from(signal.reason));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
