import type { ScriptParserServiceDefinition } from '@reelmesh/contracts/script';
import type { BlobStore, Clock } from '@reelmesh/domain';
import { AppError, Code, invalid } from '@reelmesh/domain';
import type { Handlers } from '@reelmesh/messaging';
import type { Metrics } from '@reelmesh/service';
import { MAX_SCRIPT_BYTES } from './decode.ts';
import type { ParsedScript } from './parse-job.ts';
import { runParse } from './parse-job.ts';
import { parseInThread } from './parse-thread.ts';

export const DOCUMENT_MEDIA_TYPE = 'application/x-protobuf';

export interface ScriptParserDeps {
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Bytes from which a script is parsed in a thread of its own. */
  readonly threadFromBytes: number;
}

/** Idempotency key: the script itself. The same bytes give the same document under the same hash. */
export function scriptParserService(deps: ScriptParserDeps): Handlers<ScriptParserServiceDefinition> {
  const { blobs, clock, metrics, threadFromBytes } = deps;
  const parses = metrics.counter(
    'reelmesh_script_parses_total',
    'Scripts parsed, and refused by reason',
    ['outcome'],
    [{ outcome: 'parsed' }, { outcome: 'SCRIPT_WITHOUT_SCENE' }],
  );
  const seconds = metrics.histogram(
    'reelmesh_script_parse_seconds',
    'Time from the bytes to the document',
    [0.01, 0.05, 0.1, 0.5, 1, 5, 30],
  );

  async function parse(sha256: string, fileName: string, signal: AbortSignal): Promise<ParsedScript> {
    const bytes = await readScript(blobs, sha256, fileName);
    const startedMs = clock.now();
    try {
      const isLarge = bytes.length >= threadFromBytes;
      const parsed = isLarge ? await parseInThread(bytes, fileName, signal) : runParse(bytes, fileName);
      parses.inc({ outcome: 'parsed' });
      return parsed;
    } catch (error) {
      parses.inc({ outcome: AppError.from(error).reason });
      throw error;
    } finally {
      seconds.observe((clock.now() - startedMs) / 1000);
    }
  }

  return {
    async parseScript({ script, fileName }, { signal }) {
      if (!script)
        throw invalid('SCRIPT_MISSING', 'the request names no script; put its bytes in the blob store first');
      const parsed = await parse(script.sha256, fileName, signal);
      const document = await blobs.put(parsed.document, DOCUMENT_MEDIA_TYPE);
      return { document, scenes: parsed.scenes, shots: parsed.shots, diagnostics: parsed.diagnostics };
    },
  };
}

async function readScript(blobs: BlobStore, sha256: string, fileName: string): Promise<Uint8Array> {
  try {
    return await blobs.readAll(sha256, MAX_SCRIPT_BYTES);
  } catch (error) {
    const known = AppError.from(error);
    if (known.code !== Code.RESOURCE_EXHAUSTED || known.reason !== 'BLOB_TOO_LARGE') throw known;
    throw tooLarge(fileName, known);
  }
}

function tooLarge(fileName: string, cause: AppError): AppError {
  const name = fileName === '' ? '' : `${fileName}: `;
  return new AppError(
    Code.INVALID_ARGUMENT,
    `${name}the script is larger than the limit of 8 MiB; split it into episodes and make one film of each`,
    { reason: 'SCRIPT_TOO_LARGE', cause },
  );
}
