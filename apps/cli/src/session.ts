import { FilmServiceDefinition } from '@reelmesh/contracts/film';
import { LedgerServiceDefinition } from '@reelmesh/contracts/ledger';
import { AppError, Code, invalid } from '@reelmesh/domain';
import { grpcClient } from '@reelmesh/messaging';
import type { Client } from '@reelmesh/messaging';
import { commandName, environment } from './config.ts';
import { startHost } from './host.ts';
import { say } from './output.ts';
import { allTargets } from './targets.ts';

export type Films = Client<typeof FilmServiceDefinition>;
export type Ledger = Client<typeof LedgerServiceDefinition>;

export interface SessionOptions {
  /** `host:port` of a running one; undefined to start one here. */
  readonly server: string | undefined;
  /** Overrides REELMESH_DATA__DIR. */
  readonly data: string | undefined;
  /** The command, for others who want the same data directory. */
  readonly command: string;
  /** Use the server that has the data directory, where there is one, instead of refusing. */
  readonly share: boolean;
}

/** A way to the films and to the money, and the process around it where it was started for this command. */
export interface Session extends AsyncDisposable {
  readonly films: Films;
  readonly ledger: Ledger;
  /** Rejects when what was started here cannot go on. */
  readonly broken: Promise<never>;
}

export async function openSession(options: SessionOptions): Promise<Session> {
  if (options.server !== undefined) return reach(options.server);
  try {
    return await startOwn(options);
  } catch (error) {
    const holder = error instanceof AppError ? error.details['api'] : undefined;
    if (!options.share || holder === undefined) throw error;
    return reach(holder);
  }
}

async function startOwn({ data, command }: SessionOptions): Promise<Session> {
  const host = await startHost({
    targets: allTargets,
    command,
    env: {
      ...environment(),
      // Any free ports, and of unfinished films only those that are asked for: this process serves one command.
      REELMESH_ADMIN__PORT: '0',
      REELMESH_API__PORT: '0',
      REELMESH_SCHEDULER__RESUME: 'requested',
      ...(data !== undefined && { REELMESH_DATA__DIR: data }),
    },
    logTo: 'file',
    freshNats: true,
  });
  if (host.api === undefined) {
    await host.stop();
    throw new Error('the api does not say where it listens');
  }
  const inner = connect(host.api);
  const broken = Promise.race([host.died, host.diskFull]).then((error) => Promise.reject(error));
  broken.catch(() => undefined);
  return {
    films: inner.films,
    ledger: inner.ledger,
    broken,
    async [Symbol.asyncDispose]() {
      await inner[Symbol.asyncDispose]();
      await host.stop().catch((error: unknown) => say(`stopping: ${AppError.from(error).message}`));
    },
  };
}

/** SERVER_ADDRESS_INVALID; SERVER_UNREACHABLE when nothing answers there. */
async function reach(address: string): Promise<Session> {
  if (!/^.+:\d{1,5}$/.test(address)) {
    throw invalid('SERVER_ADDRESS_INVALID', `--server ${address}: must be HOST:PORT as in 127.0.0.1:50051`);
  }
  const session = connect(address);
  try {
    await session.films.listFilms({ pageSize: 1, pageToken: '' });
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    if (AppError.from(error).code !== Code.UNAVAILABLE) throw error;
    throw new AppError(
      Code.UNAVAILABLE,
      `no reelmesh server answers at ${address}: start one with \`${commandName()} serve --target=all\`, or correct --server`,
      { reason: 'SERVER_UNREACHABLE', cause: error },
    );
  }
}

function connect(address: string): Session {
  const films = grpcClient(FilmServiceDefinition, address);
  const ledger = grpcClient(LedgerServiceDefinition, address);
  return {
    films,
    ledger,
    broken: new Promise(() => {}),
    async [Symbol.asyncDispose]() {
      films.close();
      ledger.close();
    },
  };
}
