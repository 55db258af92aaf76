import { AppError } from '@reelmesh/domain';
import { commandName, environment, hostSettings } from '../config.ts';
import { ExitCode } from '../exit-codes.ts';
import { startHost } from '../host.ts';
import type { Host } from '../host.ts';
import { say } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { parseTargets } from '../targets.ts';
import type { Target } from '../targets.ts';

/** Runs services until told to stop, then drains. */
export async function serve(flags: { readonly target: string; readonly data?: string }): Promise<ExitCode> {
  const signal = stopSignal();
  const targets = parseTargets(flags.target);
  const host = await startHost({
    targets,
    command: `serve --target=${flags.target}`,
    env: { ...environment(), ...(flags.data !== undefined && { REELMESH_DATA__DIR: flags.data }) },
    logTo: 'stderr',
  });
  // Who asked for JSON gets nothing else: the line `host started` holds the addresses too.
  const tell = hostSettings().log.format === 'json' ? () => undefined : say;
  tell(describeHost(host, targets));
  const end = await Promise.race([host.died, aborted(signal).catch(() => undefined)]);
  if (end === undefined) tell('draining');
  try {
    await host.stop();
  } catch (error) {
    say(`stopping: ${AppError.from(error).message}`);
  }
  if (end !== undefined) throw end;
  return ExitCode.OK;
}

function describeHost({ api, admin, dataDir }: Host, targets: readonly Target[]): string {
  return [
    `reelmesh serves ${targets.join(', ')}`,
    ...(api === undefined ? [] : [`  gRPC   ${api}  (${commandName()} make SCRIPT -o FILE --server ${api})`]),
    `  admin  ${admin}/livez  /readyz  /metrics`,
    `  data   ${dataDir}`,
    '  Ctrl-C or SIGTERM drains and stops',
  ].join('\n');
}
