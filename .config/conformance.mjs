// npm run conformance [-- PROVIDER | FILE.yaml]: what every provider adapter must do, against the emulator. The provider
// of a file is played by the file's own recording.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [subject] = process.argv.slice(2);
const isFile = subject !== undefined && /\.ya?ml$/.test(subject);
const tests = ['apps/provider-gateway/test/recorded.test.ts'];
if (!isFile) tests.push('apps/provider-gateway/test/conformance.test.ts');
const args = ['run', '--config', '.config/vitest.config.ts', '--root', '.', ...tests];
if (subject !== undefined && !isFile) args.push('-t', subject);
// Where npm was called from: there a relative path means what its writer meant.
const from = process.env.INIT_CWD ?? process.cwd();
const env = isFile ? { ...process.env, REELMESH_CONFORMANCE_FILE: resolve(from, subject) } : process.env;
process.exit(spawnSync('node_modules/.bin/vitest', args, { cwd: root, stdio: 'inherit', env }).status ?? 1);
