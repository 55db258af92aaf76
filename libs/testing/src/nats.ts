import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { spawnGuarded, type GuardedProcess } from '@reelmesh/service';
import { temporaryDirectory } from './temporary-directory.ts';

export interface NatsOptions {
  /** Kept when the server stops; a temporary directory, deleted by `stop`, unless given. */
  readonly storeDir?: string;
  /** A free one unless given. */
  readonly port?: number;
}

export interface TestNats extends AsyncDisposable {
  /** `nats://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly storeDir: string;
  /** SIGTERM; then deletes what `startNats` made. */
  stop(): Promise<void>;
  /** SIGKILL: the port is closed, the store stays. */
  kill(): Promise<void>;
  /** Kills the server if it runs, and starts it on the same port and store. */
  restart(): Promise<void>;
  /** As `restart`, but with an empty store: the disk was lost. */
  wipe(): Promise<void>;
}

/** A real nats-server with JetStream on loopback, as a child process. Throws when it cannot be started. */
export async function startNats(options: NatsOptions = {}): Promise<TestNats> {
  const temporary = options.storeDir === undefined ? await temporaryDirectory() : undefined;
  const storeDir = options.storeDir ?? temporary?.path ?? '';
  let server: Launched;
  try {
    server = await launch(options.port ?? -1, storeDir);
  } catch (error) {
    await temporary?.remove();
    throw error;
  }
  const { port } = server;

  const end = async (signal: NodeJS.Signals) => {
    if (server.child.stderr.closed) return;
    // not 'exit': only when its pipes are closed has the server itself, behind the guard, let go of port and store
    const closed = once(server.child, 'close');
    server.child.kill(signal);
    await closed;
  };
  const restart = async () => {
    await end('SIGKILL');
    server = await launch(port, storeDir);
  };
  const stop = async () => {
    await end('SIGTERM');
    await temporary?.remove();
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    storeDir,
    stop,
    kill: () => end('SIGKILL'),
    restart,
    async wipe() {
      await end('SIGKILL');
      await rm(storeDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      server = await launch(port, storeDir);
    },
    [Symbol.asyncDispose]: stop,
  };
}

interface Launched {
  readonly child: GuardedProcess;
  readonly port: number;
}

async function launch(port: number, storeDir: string): Promise<Launched> {
  const child = spawnGuarded('nats-server', ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', storeDir]);
  child.stdout.resume();
  const said: string[] = [];
  let listening = 0;
  return new Promise((resolve, reject) => {
    // the log is read to its end: a full pipe would stop the server
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (said.length < 100) said.push(line);
      listening = Number(/Listening for client connections on .*:(\d+)$/.exec(line)?.[1] ?? listening);
      if (line.endsWith('Server is ready')) resolve({ child, port: listening });
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const why = code === 127 ? 'it is not on PATH (apt-get install nats-server)' : said.join('\n');
      reject(new Error(`nats-server did not start on port ${port}: ${why}`));
    });
  });
}
