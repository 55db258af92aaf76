import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BytesReply, Call, Reply } from './provider.ts';

/** Chunks of a trickled body per second: often enough to keep a client's idle timer from firing. */
const TRICKLE_HZ = 10;

/** The body, or undefined once it has grown beyond the limit; the rest is then read and thrown away. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= limitBytes ? Buffer.concat(chunks) : undefined;
}

/** The JSON value of a body, or undefined. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The address at which the client reached us: right through port mappings and service names too. */
export function originOf(call: Pick<Call, 'headers'>): string {
  return `http://${call.headers.host ?? 'localhost'}`;
}

/** Writes the whole answer; resolves when it is handed to the system or the connection is gone. */
export async function send(
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const whole = 'json' in reply ? jsonBytes(reply.json, reply.headers) : reply.headers;
  const bytes = 'json' in reply ? bytesOf(reply.json) : reply.bytes;
  const part = 'json' in reply ? undefined : rangeOf(reply, request.headers.range);
  if (part === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}`, 'content-length': 0 }).end();
    return;
  }
  const body = part === undefined ? bytes : bytes.subarray(part.first, part.last + 1);
  response.writeHead(part === undefined ? reply.status : 206, {
    ...whole,
    ...('json' in reply || !reply.ranges ? {} : { 'accept-ranges': 'bytes' }),
    ...(part === undefined ? {} : { 'content-range': `bytes ${part.first}-${part.last}/${bytes.length}` }),
    ...(reply.status === 204 ? {} : { 'content-length': body.length }),
  });
  if (request.method === 'HEAD') response.end();
  else await writeBody(body, 'json' in reply ? undefined : reply, response, signal);
}

async function writeBody(
  body: Buffer,
  how: Pick<BytesReply, 'cutAfterBytes' | 'bytesPerSecond'> | undefined,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (how?.cutAfterBytes !== undefined) {
    const cut = body.subarray(0, how.cutAfterBytes);
    await new Promise<void>((done) => response.write(cut, () => done()));
    response.destroy();
    return;
  }
  if (how?.bytesPerSecond !== undefined) {
    const step = Math.max(1, Math.ceil(how.bytesPerSecond / TRICKLE_HZ));
    for (let at = 0; at < body.length && !signal.aborted; at += step) {
      response.write(body.subarray(at, at + step));
      await pause(Math.ceil((1000 * step) / how.bytesPerSecond), signal);
    }
    response.end();
    return;
  }
  await new Promise<void>((done) => {
    response.once('close', done);
    response.end(body, () => done());
  });
}

/** Waits in real time; comes back early, without an error, when the signal fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** One range of `Range: bytes=a-b`, `a-` or `-n`; several ranges or another unit get the whole body, as RFC 9110 allows. */
function rangeOf(reply: BytesReply, header: string | undefined): Range | 'unsatisfiable' | undefined {
  const found = reply.ranges && reply.status === 200 ? /^bytes=(\d*)-(\d*)$/.exec(header ?? '') : null;
  if (found === null) return undefined;
  const [, from = '', to = ''] = found;
  if (from === '' && to === '') return undefined;
  const size = reply.bytes.length;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return first > last ? 'unsatisfiable' : { first, last };
}

function bytesOf(json: unknown): Buffer {
  return Buffer.from(json === undefined ? '' : JSON.stringify(json));
}

function jsonBytes(json: unknown, headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return json === undefined ? { ...headers } : { 'content-type': 'application/json', ...headers };
}
