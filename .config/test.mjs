// Everything that must hold before a change lands, fastest first. With arguments: only the tests that they name.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const filters = process.argv.slice(2);

const vitest = [
  'tests',
  () => run(bin('vitest'), ['run', '--config', '.config/vitest.config.ts', '--root', '.', ...filters]),
];
const steps =
  filters.length > 0
    ? [vitest]
    : [
        ['format', () => run(bin('prettier'), ['--check', '--log-level', 'warn', '.'])],
        ['protocol', () => run(bin('buf'), ['lint', 'proto'])],
        ['generated code is fresh', generatedIsFresh],
        [
          'types',
          () =>
            run(process.execPath, [
              join(root, 'node_modules/@typescript/native/bin/tsc'),
              '-p',
              'tsconfig.base.json',
            ]),
        ],
        // The boundary rule reads nx's cached graph: build it first.
        ['project graph', () => run(bin('nx'), ['show', 'projects'], 'ignore')],
        [
          'lint and boundaries',
          () => run(bin('eslint'), ['-c', '.config/eslint.config.js', '--max-warnings', '0', '.']),
        ],
        vitest,
      ];

const failed = [];
for (const [name, step] of steps) {
  const start = performance.now();
  const ok = step();
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  if (!ok) failed.push(name);
}
console.log(failed.length === 0 ? 'everything holds' : `failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);

function run(command, args, stdout = 'inherit') {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', stdout, 'inherit'], env });
  if (result.error !== undefined) console.error(String(result.error));
  return result.status === 0;
}

function generatedIsFresh() {
  const fresh = mkdtempSync(join(tmpdir(), 'reelmesh-gen-'));
  try {
    if (!run(bin('buf'), ['generate', 'proto', '--template', 'proto/buf.gen.yaml', '-o', fresh]))
      return false;
    const made = filesUnder(join(fresh, 'libs/contracts/src/gen'));
    const kept = filesUnder(join(root, 'libs/contracts/src/gen'));
    const stale = [...new Set([...made.keys(), ...kept.keys()])].filter(
      (name) => made.get(name) !== kept.get(name),
    );
    if (stale.length > 0) console.error(`stale: ${stale.join(', ')}; run "npm run generate"`);
    return stale.length === 0;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function filesUnder(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), readFileSync(path, 'utf8')];
    }),
  );
}
