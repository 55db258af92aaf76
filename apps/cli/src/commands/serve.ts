import { AppError } from '@reelmesh/domain';
import { environment } from '../config.ts';
import { ExitCode } from '../exit-codes.ts';
import { startHost } from '../host.ts';
import { say } from '../output.ts';
import { aborted, stopSignal } from '../stop-signal.ts';
import { parseTargets } from '../targets.ts';

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
  say(`reelmesh serves ${targets.join(', ')}`);
  if (host.api !== undefined)
    say(`  gRPC   ${host.api}  (reelmesh make SCRIPT -o FILE --server ${host.api})`);
  say(`  admin  ${host.admin}/livez /readyz /metrics`);
  say(`  data   ${host.dataDir}`);
  say('  Ctrl-C or SIGTERM drains and stops');
  const end = await Promise.race([host.died, aborted(signal).catch(() => undefined)]);
  if (end === undefined) say('draining');
  try {
    await host.stop();
  } catch (error) {
    say(`stopping: ${AppError.from(error).message}`);
  }
  if (end !== undefined) throw end;
  return ExitCode.OK;
}
