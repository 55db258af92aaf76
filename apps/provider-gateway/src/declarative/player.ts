import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RecordedAnswer } from './recording.ts';

export interface PlayedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** A server on loopback that gives recorded answers in turn and writes down what it was asked. */
export interface Player extends AsyncDisposable {
  readonly url: string;
  /** The next call gets this answer, or none: its connection is dropped once it has been read. */
  next(answer: RecordedAnswer | 'dropped'): void;
  /** Answers that nobody came for. */
  forget(): void;
  /** The calls since it was last asked. */
  calls(): readonly PlayedCall[];
}

export async function startPlayer(): Promise<Player> {
  const answers: (RecordedAnswer | 'dropped')[] = [];
  let calls: PlayedCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      calls.push({ method, path: url, headers, body: jsonOf(Buffer.concat(chunks)) });
      const answer = answers.shift() ?? { status: 500, body: {} };
      if (answer === 'dropped') return void request.socket.destroy();
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    next: (answer) => void answers.push(answer),
    forget: () => void answers.splice(0),
    calls() {
      const seen = calls;
      calls = [];
      return seen;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
