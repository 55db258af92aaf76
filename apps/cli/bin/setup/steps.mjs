import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** Ends the set-up with exit code 3. The message says what is missing and how to get it. */
export class SetupError extends Error {}

export function say(text) {
  process.stderr.write(`setting up: ${text}\n`);
}

/**
 * Runs a program quietly. Rejects with a SetupError that shows the command and the last lines it printed.
 */
export function run(command, args, { cwd, env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let tail = '';
    const keep = (chunk) => (tail = (tail + chunk).slice(-4000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const shown = [command, ...args].join(' ');
    child.on('error', (error) => reject(new SetupError(`\`${shown}\` cannot run: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      const lines = tail
        .split('\n')
        .filter((line) => !/^(npm error)?\s*$/.test(line))
        .slice(-8);
      reject(new SetupError([`\`${shown}\` failed (${signal ?? `exit ${code}`}):`, ...lines].join('\n  ')));
    });
  });
}

/** The program's full path, or undefined. */
export function findProgram(name, searchPath = process.env.PATH ?? '') {
  return searchPath
    .split(path.delimiter)
    .map((directory) => path.join(directory, name))
    .find(isProgram);
}

export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export function prependToPath(directory) {
  const parts = (process.env.PATH ?? '').split(path.delimiter);
  if (!parts.includes(directory)) process.env.PATH = [directory, ...parts].join(path.delimiter);
}
