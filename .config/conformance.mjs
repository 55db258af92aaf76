// npm run conformance [-- PROVIDER | FILE.yaml]: what every provider adapter must do, against the emulator. The provider
// of a file is played by the file's own recording.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const own = 'apps/provider-gateway/test/conformance.test.ts';
const recorded = 'apps/provider-gateway/test/recorded.test.ts';
const [subject] = process.argv.slice(2);

if (subject === '--help' || subject === '-h') {
  console.log(`npm run conformance                what every adapter must do, over all of them
npm run conformance -- PROVIDER    one of them: ${providers().join(', ')}
npm run conformance -- FILE.yaml   a provider that is a file, played by its recording`);
  process.exit(0);
}
// Where npm was called from: there a relative path means what its writer meant.
const file = /\.ya?ml$/.test(subject ?? '')
  ? resolve(process.env.INIT_CWD ?? process.cwd(), subject)
  : undefined;
if (file !== undefined) {
  // Whatever is wrong with the file is told in its own terms, not as failed tests.
  const checked = run(process.execPath, ['apps/cli/src/main.ts', 'providers', 'check', file]);
  if (checked !== 0) process.exit(checked);
} else if (subject !== undefined && !providers().includes(subject)) {
  console.error(
    `conformance: no provider ${subject}: there are ${providers().join(', ')}, or name a FILE.yaml`,
  );
  process.exit(2);
}
const tests = file === undefined ? [recorded, own] : [recorded];
const only = file !== undefined || subject === undefined ? [] : ['-t', `^${subject}\\b`];
const args = ['run', '--config', '.config/vitest.config.ts', '--root', '.', ...tests, ...only];
process.exit(run('node_modules/.bin/vitest', args, { REELMESH_CONFORMANCE_FILE: file }));

function providers() {
  const files = readdirSync(new URL('../apps/provider-gateway/data/providers', import.meta.url));
  const adapters = ['runway', 'fal', 'zhipu', 'sglang', 'vllm-omni', 'openai-videos'];
  return [...adapters, ...files.map((name) => name.replace(/\.yaml$/, '')).toSorted()];
}

function run(command, args, more = {}) {
  const env = { ...process.env };
  for (const [name, value] of Object.entries(more)) if (value !== undefined) env[name] = value;
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env }).status ?? 1;
}
