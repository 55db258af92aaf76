import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly path: string;
}

/** A customer's server that writes down what it is sent. */
export async function startReceiver() {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    void text(request).then((raw) => {
      received.push({ headers: request.headers, raw, path: request.url ?? '' });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?take=a81`,
    received,
    /** Statuses of the next answers; 200 afterwards. */
    answers,
    stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}
