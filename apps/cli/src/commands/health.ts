import { AppError, Code } from '@reelmesh/domain';
import type { ProcessReadiness } from '@reelmesh/service';
import { commandName, hostSettings } from '../config.ts';
import { ExitCode } from '../exit-codes.ts';
import { print, say } from '../output.ts';
import { formatTable } from '../text.ts';

const LIMIT_MS = 4_000;

/** Asks a running process whether it is ready: for people, and for images without curl. */
export async function health(flags: { readonly url?: string }): Promise<ExitCode> {
  const base = flags.url ?? defaultUrl();
  const { ready, services } = await ask(base);
  const rows = Object.entries(services).map(([name, state]) => [
    name,
    state.ready ? 'ready' : 'not ready',
    state.detail ?? '',
  ]);
  if (rows.length > 0) print(formatTable(['service', 'state', 'detail'], rows));
  if (ready) return ExitCode.OK;
  say(`reelmesh at ${base} is not ready`);
  return ExitCode.UNAVAILABLE;
}

async function ask(base: string): Promise<ProcessReadiness> {
  try {
    const response = await fetch(new URL('/readyz', base), { signal: AbortSignal.timeout(LIMIT_MS) });
    return (await response.json()) as ProcessReadiness;
  } catch (cause) {
    throw new AppError(
      Code.UNAVAILABLE,
      `nothing answers at ${base}: start it with \`${commandName()} serve --target=all\`, or name its admin address with --url`,
      { reason: 'NOT_RUNNING', cause },
    );
  }
}

/** A process that listens on every address is asked on loopback. */
function defaultUrl(): string {
  const { host, port } = hostSettings().admin;
  return `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`;
}
