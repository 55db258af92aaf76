import { providerFileSettings, verifyTables } from '@reelmesh/provider-gateway/check';
import { describeConfig } from '@reelmesh/service';
import { environment, hostSections, readSettings } from '../config.ts';
import { ExitCode } from '../exit-codes.ts';
import { print } from '../output.ts';
import { allTargets, loadModules } from '../targets.ts';
import { formatTable } from '../text.ts';

/** Checks the whole configuration and shows what is in force, secrets masked; or all that is wrong with it. */
export async function verifyConfig(): Promise<ExitCode> {
  const modules = await loadModules(allTargets);
  const sections = modules.map((module) => module.config);
  const values = readSettings(environment(), sections, []);
  const configDir = values['gateway']?.['configDir'] as string | undefined;
  await verifyTables(configDir);
  const settings = [
    ...describeConfig([...hostSections, ...sections], values),
    ...(await providerFileSettings(environment(), configDir)),
  ];
  const rows = settings.map(({ variable, value, isFallback, doc }) => [
    variable,
    value === '' ? '(unset)' : value,
    isFallback ? '' : 'set',
    doc,
  ]);
  print(formatTable(['variable', 'value', '', 'meaning'], rows));
  return ExitCode.OK;
}
