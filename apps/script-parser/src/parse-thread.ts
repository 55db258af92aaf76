import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { Code } from '@reelmesh/domain';
import { AppError } from '@reelmesh/domain';
import type { ParsedScript } from './parse-job.ts';
import { runParse } from './parse-job.ts';

interface Request {
  readonly bytes: Uint8Array;
  readonly fileName: string;
}

/** An AppError as plain data: classes do not survive the way between threads. */
interface Refusal {
  readonly code: Code;
  readonly message: string;
  readonly reason: string;
}

type Reply = { readonly parsed: ParsedScript } | { readonly refusal: Refusal };

/**
 * Parses in a thread of its own, so that a large script does not stop the event loop: one of 8 MiB takes some 5 to 10 s.
 *
 * @throws AppError as parseScript does, and CANCELLED when the signal aborts.
 */
export async function parseInThread(
  bytes: Uint8Array,
  fileName: string,
  signal: AbortSignal,
): Promise<ParsedScript> {
  if (signal.aborted) throw AppError.from(signal.reason);
  const request: Request = { bytes, fileName };
  const worker = new Worker(new URL(import.meta.url), { workerData: request });
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const reply = await new Promise<Reply>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) =>
        reject(new AppError('INTERNAL', `the parser's thread ended with code ${code} and no answer`)),
      );
    });
    if ('refusal' in reply)
      throw new AppError(reply.refusal.code, reply.refusal.message, { reason: reply.refusal.reason });
    return reply.parsed;
  } catch (error) {
    throw AppError.from(signal.aborted ? signal.reason : error);
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function answer({ bytes, fileName }: Request): Reply {
  try {
    return { parsed: runParse(bytes, fileName) };
  } catch (error) {
    const { code, message, reason } = AppError.from(error);
    return { refusal: { code, message, reason } };
  }
}

if (!isMainThread && parentPort) {
  const reply = answer(workerData as Request);
  // Handed over, not copied: a document is four times its script.
  parentPort.postMessage(reply, 'parsed' in reply ? [reply.parsed.document.buffer as ArrayBuffer] : []);
}
