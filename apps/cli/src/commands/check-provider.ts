import { checkProviderFile, providerFileSchema } from '@reelmesh/provider-gateway/check';
import type { CheckReport, CheckStep } from '@reelmesh/provider-gateway/check';
import { environment } from '../config.ts';
import { ExitCode } from '../exit-codes.ts';
import { print } from '../output.ts';
import { formatCount, formatTable, truncate } from '../text.ts';

/** Columns of what was seen: the rest of a long answer is in the JSON. */
const SEEN_COLUMNS = 90;

/** Whether a provider can be used by its file alone. */
export async function checkProvider(path: string, flags: { readonly json?: boolean }): Promise<ExitCode> {
  const report = await checkProviderFile(path, environment()['REELMESH_GATEWAY__CONFIG_DIR']);
  const isGood = 'steps' in report && report.steps.every(({ problem }) => problem === '');
  print(
    flags.json === true ? JSON.stringify({ file: path, ok: isGood, ...report }) : describeCheck(path, report),
  );
  return isGood ? ExitCode.OK : ExitCode.BAD_INPUT;
}

export async function showSchema(): Promise<ExitCode> {
  print(JSON.stringify(providerFileSchema(), null, 2));
  return ExitCode.OK;
}

/** The report for people. */
export function describeCheck(path: string, report: CheckReport): string {
  if ('problems' in report) {
    const lines = report.problems.map((problem) => `  ${problem}`);
    return [`${path} has ${formatCount(report.problems.length, 'problem')}:`, ...lines].join('\n');
  }
  const { provider, model, request, steps, notes } = report;
  const wrong = steps.filter(({ problem }) => problem !== '');
  const verdict =
    wrong.length === 0
      ? `${provider} is good: ${formatCount(steps.length, 'step')} went as recorded`
      : `${provider} is not good: ${formatCount(wrong.length, 'step')} of ${steps.length} went wrong`;
  return [
    `${provider}/${model} is asked for the sample shot with POST ${request.path}`,
    JSON.stringify(request.body, null, 2),
    formatTable(['step', '', 'seen'], steps.flatMap(rowsOf)),
    ...(notes.length === 0 ? [] : [notes.map((note) => `note: ${note}`).join('\n')]),
    verdict,
  ].join('\n\n');
}

function rowsOf({ step, seen, problem }: CheckStep): readonly (readonly string[])[] {
  const row = [step, problem === '' ? 'ok' : 'WRONG', truncate(seen, SEEN_COLUMNS)];
  return problem === '' ? [row] : [row, ...problem.split('; ').map((line) => ['', '', line])];
}
