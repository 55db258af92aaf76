import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider of keys that signs as fal does, and can be told to exchange its keys or to fail. */
export async function startSigner() {
  let keys = generateKeyPairSync('ed25519');
  let isDown = false;
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    if (isDown) return response.writeHead(500).end();
    const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig' };
    return response.end(JSON.stringify({ keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }, jwk] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    get requests() {
      return requests;
    },
    exchangeKeys() {
      keys = generateKeyPairSync('ed25519');
    },
    setDown(down: boolean) {
      isDown = down;
    },
    headers(requestId: string, body: string, atMs = Date.now()): Record<string, string> {
      const timestamp = String(Math.floor(atMs / 1000));
      const digest = createHash('sha256').update(body).digest('hex');
      const message = Buffer.from([requestId, 'user-1', timestamp, digest].join('\n'));
      return {
        'x-fal-webhook-request-id': requestId,
        'x-fal-webhook-user-id': 'user-1',
        'x-fal-webhook-timestamp': timestamp,
        'x-fal-webhook-signature': sign(null, message, keys.privateKey).toString('hex'),
      };
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
