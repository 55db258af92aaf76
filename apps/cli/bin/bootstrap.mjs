#!/usr/bin/env node
// From a fresh clone to a running command: sets up what is missing, says what it does, then hands over.
//   node bootstrap.mjs <reelmesh command…>      the CLI
//   node bootstrap.mjs --run <script> [args…]   any other script in the same surroundings
// Plain JavaScript for Node 20, without packages: it has to run before there are any.
import { spawn } from 'node:child_process';
import module from 'node:module';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureNode } from './setup/node.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { SetupError, prependToPath } from './setup/steps.mjs';
import { ensureTools, toolsFor } from './setup/tools.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** First argument of the copy of this program that runs on the newer Node. */
const GUARDED = '--guarded';

async function main() {
  const guarded = process.argv[2] === GUARDED;
  const args = process.argv.slice(guarded ? 3 : 2);
  const node = await ensureNode(root);
  if (node !== process.execPath) return runOn(node, args);

  if (guarded) dieWithParent();
  await ensurePackages(root);
  await ensureTools(root, toolsFor(args, process.env));
  prependToPath(path.join(root, 'node_modules/.bin'));
  prependToPath(path.dirname(process.execPath));
  process.env.NODE_COMPILE_CACHE ??= path.join(root, 'node_modules/.cache/node');
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await handOver(args[0] === '--run' ? args.slice(1) : [path.join(root, 'apps/cli/src/main.ts'), ...args]);
}

async function handOver([script, ...args]) {
  if (script === undefined)
    throw new SetupError('--run needs the script to run: bootstrap.mjs --run FILE [args…]');
  const file = path.resolve(script);
  process.argv = [process.execPath, file, ...args];
  await import(pathToFileURL(file).href);
}

/** Goes on as a child on another Node, for a process cannot replace its own program. */
function runOn(node, args) {
  const child = spawn(node, [fileURLToPath(import.meta.url), GUARDED, ...args], {
    // The channel carries nothing: its closing tells the child that this process has died.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(new SetupError(`cannot start ${node}: ${error.message}`)));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** kill -9 of the outer process has to be kill -9 of this one, or the work would go on unseen. */
function dieWithParent() {
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}

function fail(error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`reelmesh: ${error.message}\n`);
  process.exit(3);
}

main().catch(fail);
