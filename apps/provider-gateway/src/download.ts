import { createWriteStream } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, Code } from '@reelmesh/domain';
import { guardedLookup, isLoopbackHost, isPublic } from './addresses.ts';

/** Where a provider's clips come from. */
export interface OutputSource {
  /** Hosts (`example.com`, with port when not the default) that may be asked; a leading dot allows subdomains. */
  readonly hosts: readonly string[];
  /**
   * The server that an operator pointed us to, when clips come from itself: it may be a private address without TLS, and
   * it gets these headers. Nobody else does, not after a redirect either.
   */
  readonly own?: { readonly origin: string; readonly headers: Readonly<Record<string, string>> };
}

export interface DownloadOptions extends OutputSource {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const MAX_HOPS = 3;

/**
 * Fetches a provider's output to a file. Every hop is checked: https only, an allowed host, an address that is public;
 * loopback only where the allow-list names it, which it does for an emulator. Credentials go to the provider's own
 * server only, if to any.
 *
 * Throws a retryable AppError for what a later try may mend (network, 5xx, 403/404: the URL may have expired, a cut
 * body), DATA_LOSS for an empty file, PERMISSION_DENIED (DOWNLOAD_REFUSED) for a host that is not allowed.
 */
export async function download(from: string, to: string, options: DownloadOptions): Promise<void> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]);
  let url = new URL(from);
  for (let hop = 0; hop <= MAX_HOPS; hop += 1) {
    const answer = await open(url, options, signal);
    const { statusCode = 0, headers } = answer;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      answer.destroy();
      url = new URL(headers.location, url);
      continue;
    }
    if (statusCode !== 200) {
      answer.destroy();
      throw lost(`${url.host} answered ${statusCode}`);
    }
    return save(answer, to, options.maxBytes, signal);
  }
  throw refused(`${url.host} redirects more than ${MAX_HOPS} times`);
}

async function save(
  answer: IncomingMessage,
  to: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const announced = Number(answer.headers['content-length'] ?? Number.NaN);
  if (announced > maxBytes) {
    answer.destroy();
    throw refused(`the file has ${announced} bytes, more than the ${maxBytes} allowed`);
  }
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > maxBytes ? refused(`the file has more than the ${maxBytes} bytes allowed`) : null, chunk);
    },
  });
  try {
    await pipeline(answer, meter, createWriteStream(to), { signal });
  } catch (error) {
    if (error instanceof AppError) throw error;
    const known = AppError.from(error);
    throw known.reason === 'DISK_FULL' ? known : lost(`the download broke off after ${size} bytes`, error);
  }
  if (Number.isFinite(announced) && announced !== size) throw lost(`got ${size} of ${announced} bytes`);
  if (size === 0) throw lost('the file is empty');
}

function check(url: URL, hosts: readonly string[]): void {
  if (!isAllowedHost(url.host, hosts)) throw refused(`${url.host} is not one of the provider's output hosts`);
  const loopback = isLoopbackHost(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw refused(`${url.protocol}//${url.host} is not https`);
  }
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !loopback && !isPublic(literal))
    throw refused(`${literal} is not a public address`);
}

/** @param hosts as in {@link OutputSource} */
export function isAllowedHost(host: string, hosts: readonly string[]): boolean {
  return hosts.some((one) =>
    one.startsWith('.') ? host.endsWith(one) || host === one.slice(1) : host === one,
  );
}

/** The provider's public hosts; of an emulator on loopback nothing but itself. */
export function outputSource(endpoint: string, publicHosts: readonly string[]): OutputSource {
  const { host, hostname } = new URL(endpoint);
  return { hosts: isLoopbackHost(hostname) ? [host] : publicHosts };
}

async function open(url: URL, { hosts, own }: OutputSource, signal: AbortSignal): Promise<IncomingMessage> {
  const trusted = own?.origin === url.origin ? own : undefined;
  if (trusted === undefined) check(url, hosts);
  const loopback = isLoopbackHost(url.hostname) && hosts.includes(url.host);
  const guard =
    trusted === undefined ? { lookup: guardedLookup(loopback, refused) } : { headers: trusted.headers };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
      url,
      { agent: false, signal, ...guard },
      resolve,
    );
    request.on('error', (error) =>
      reject(error instanceof AppError ? error : lost(`${url.host}: ${error.message}`, error)),
    );
    request.end();
  });
}

const lost = (message: string, cause?: unknown): AppError =>
  new AppError(Code.UNAVAILABLE, `the clip could not be downloaded: ${message}`, {
    reason: 'DOWNLOAD_FAILED',
    cause,
  });

const refused = (message: string): AppError =>
  new AppError(Code.PERMISSION_DENIED, `the clip was not downloaded: ${message}`, {
    reason: 'DOWNLOAD_REFUSED',
  });
