import { CommanderError } from 'commander';
import { cliError } from './cli-error.ts';
import { commandName, isDebugging } from './config.ts';
import { ExitCode, exitCodeOf } from './exit-codes.ts';
import { say } from './output.ts';
import { buildProgram } from './program.ts';

async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = ExitCode.OK;
  try {
    await buildProgram((given) => (code = given)).parseAsync(argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.BAD_INPUT;
    return report(error);
  }
}

/** What services cannot know: the command that lists what there is. */
const wayOut: Readonly<Record<string, () => string>> = {
  FILM_NOT_FOUND: () => `: \`${commandName()} films\` lists those there are`,
  TAKE_NOT_FOUND: () => `: \`${commandName()} takes\` lists those in doubt`,
};

function report(error: unknown): ExitCode {
  const known = cliError(error);
  const code = exitCodeOf(known);
  if (code !== ExitCode.INTERRUPTED && code !== ExitCode.TERMINATED) {
    say(`reelmesh: ${known.message}${wayOut[known.reason]?.() ?? ''}`);
  }
  if (code === ExitCode.INTERNAL)
    say('this is an error of reelmesh; REELMESH_LOG__LEVEL=debug shows where it arose');
  if (isDebugging()) say(String(error instanceof Error ? error.stack : error));
  return code;
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(ExitCode.OK);
  throw error;
});
process.on('uncaughtException', (error) => process.exit(report(error)));
// Nothing that was started may hold the process: all has been stopped, or is cut off by the limit it was given.
process.exit(await run(process.argv));
