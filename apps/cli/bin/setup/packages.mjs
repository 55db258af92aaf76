import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { run, say } from './steps.mjs';

/** Installs what package-lock.json names, unless that has been done for this very lock file. */
export async function ensurePackages(root) {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  const stamp = path.join(root, 'node_modules/.reelmesh-lock-hash');
  if (readText(stamp) === hash) return;

  await withLock(root, async () => {
    if (readText(stamp) === hash) return;
    if (!isInstalled(root, JSON.parse(lock.toString()))) {
      say('npm packages from package-lock.json (npm ci, about a minute)');
      // Without its stamp an install that is cut short is begun again.
      rmSync(stamp, { force: true });
      await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root });
    }
    writeFileSync(stamp, hash);
  });
}

/** Whether somebody has run `npm ci` or `npm install` by hand: npm notes at its end what it has put there. */
export function isInstalled(root, lock) {
  const noted = readText(path.join(root, 'node_modules/.package-lock.json'));
  if (noted === undefined) return false;
  const present = JSON.parse(noted).packages;
  return Object.entries(lock.packages).every(
    ([place, entry]) =>
      place === '' ||
      (present[place] === undefined
        ? entry.optional === true
        : present[place].version === entry.version && present[place].resolved === entry.resolved),
  );
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
