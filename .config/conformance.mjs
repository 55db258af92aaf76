// npm run conformance [-- PROVIDER]: what every provider adapter must do, against the emulator.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [provider] = process.argv.slice(2);
const args = [
  'run',
  '--config',
  '.config/vitest.config.ts',
  '--root',
  '.',
  'apps/provider-gateway/test/conformance.test.ts',
];
if (provider !== undefined) args.push('-t', provider);
process.exit(spawnSync('node_modules/.bin/vitest', args, { cwd: root, stdio: 'inherit' }).status ?? 1);
