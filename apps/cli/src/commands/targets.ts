import { ExitCode } from '../exit-codes.ts';
import { print } from '../output.ts';
import { allTargets, loadModules } from '../targets.ts';
import { formatTable } from '../text.ts';

/** What `serve` can run, with what each needs. */
export async function listTargets(): Promise<ExitCode> {
  const modules = await loadModules(allTargets);
  const rows = modules.map(({ name, needs }) => [name, needs.join(', ') || '-']);
  print(
    formatTable(
      ['target', 'needs'],
      [['all', 'nats-server (its own unless REELMESH_NATS__URL is set)'], ...rows],
    ),
  );
  return ExitCode.OK;
}
