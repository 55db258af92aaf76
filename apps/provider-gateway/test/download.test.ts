import { temporaryDirectory } from '@reelmesh/testing';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { download } from '../src/download.ts';

let servers: Server[] = [];
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await directory[Symbol.asyncDispose]();
});

/** A server on loopback that notes the headers it gets. */
async function serve(location?: string) {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    if (location === undefined) response.end('clip');
    else response.writeHead(302, { location }).end();
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const limits = { maxBytes: 1000, timeoutMs: 2000, signal: AbortSignal.timeout(10_000) };
const headers = { authorization: 'Bearer secret' };

test('the provider’s own server gets the key, and may be a private address without TLS', async () => {
  const { origin, seen } = await serve();
  const to = join(directory.path, 'clip');

  await download(`${origin}/content`, to, { ...limits, hosts: [], own: { origin, headers } });

  expect(await readFile(to, 'utf8')).toBe('clip');
  expect(seen[0]?.authorization).toBe('Bearer secret');
});

test('nobody else gets the key: not an allowed host, not one behind a redirect', async () => {
  const files = await serve();
  const { origin } = await serve(`${files.origin}/clip`);
  const hosts = [new URL(files.origin).host];

  await download(`${origin}/content`, join(directory.path, 'clip'), {
    ...limits,
    hosts,
    own: { origin, headers },
  });

  expect(files.seen[0]?.authorization).toBeUndefined();
});

test('the provider’s own server cannot send us to another inner address', async () => {
  const inner = await serve();
  const { origin } = await serve(`${inner.origin}/admin`);
  const options = { ...limits, hosts: [], own: { origin, headers } };

  await expect(download(`${origin}/content`, join(directory.path, 'clip'), options)).rejects.toMatchObject({
    reason: 'DOWNLOAD_REFUSED',
  });
  expect(inner.seen).toEqual([]);
});
