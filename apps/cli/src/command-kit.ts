import { Option } from 'commander';
import { commandName } from './config.ts';
import type { ExitCode } from './exit-codes.ts';

/** What every command's declaration is made with. */

/** Hands the exit code of a command on to the program. */
export type Done = (code: Promise<ExitCode>) => Promise<void>;

export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${commandName()} ${line}`).join('\n')}`;

/** The id of no film, in the form of one. */
export const FILM = 'f6e3f22947f1242161a7e5430';
export const TAKE = `${FILM}-960b1e34ef481f7f-1`;

export const dataOption = (): Option =>
  new Option('--data <dir>', 'data directory (default: REELMESH_DATA__DIR, else .reelmesh)');
export const serverOption = (): Option =>
  new Option('--server <address>', 'host:port of a running server, instead of starting one');
export const jsonOption = (): Option =>
  new Option('--json', 'print one JSON object; everything else goes to stderr');
