import { readFileSync } from 'node:fs';
import { FilmState } from '@reelmesh/contracts/film';
import { AppError, Code } from '@reelmesh/domain';
import { ConfigError, PortInUseError } from '@reelmesh/service';
import { expect, test } from 'vitest';
import { cliError } from '../src/cli-error.ts';
import { ExitCode, exitCodeOf, exitCodeOfFilm } from '../src/exit-codes.ts';

const noRoom = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

test.each([
  [
    'a script without a scene',
    new AppError(Code.INVALID_ARGUMENT, 'x', { reason: 'SCRIPT_WITHOUT_SCENE' }),
    2,
  ],
  ['an unknown film', new AppError(Code.NOT_FOUND, 'x'), 2],
  ['bad configuration', new ConfigError(['REELMESH_X: no such setting']), 2],
  ['a missing tool', new AppError(Code.FAILED_PRECONDITION, 'x', { reason: 'TOOL_MISSING' }), 3],
  ['a server that is away', new AppError(Code.UNAVAILABLE, 'x'), 5],
  ['a taken port', new PortInUseError('127.0.0.1', 9464), 5],
  ['a data directory in use', new AppError(Code.UNAVAILABLE, 'x', { reason: 'DATA_DIR_IN_USE' }), 5],
  ['a full disk', noRoom, 6],
  ['a full disk behind the start of a service', new AggregateError([noRoom]), 6],
  ['an error nobody foresaw', new Error('x'), 70],
  ['Ctrl-C', new AppError(Code.CANCELLED, 'x', { reason: 'INTERRUPTED' }), 130],
  ['SIGTERM', new AppError(Code.CANCELLED, 'x', { reason: 'TERMINATED' }), 143],
])('%s ends the command with its own code', (_, error, code) => {
  expect(exitCodeOf(cliError(error))).toBe(code);
});

test('every exit code stands in the table of the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

  const inTable = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));

  expect(inTable).toEqual([...new Set(Object.values(ExitCode))]);
});

test.each([
  [FilmState.FILM_STATE_RENDERING, '', undefined],
  [FilmState.FILM_STATE_COMPLETED, '', 0],
  [FilmState.FILM_STATE_FAILED, 'SHOT_FAILED', 1],
  [FilmState.FILM_STATE_FAILED, 'DISK_FULL', 6],
  [FilmState.FILM_STATE_CANCELLED, '', 1],
  [FilmState.FILM_STATE_IN_DOUBT, '', 4],
])('a film in %s for reason "%s" ends the command with %s', (state, reason, code) => {
  expect(exitCodeOfFilm({ state, reason })).toBe(code);
});
