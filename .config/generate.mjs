// Generates libs/contracts/src/gen from proto/.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = ['generate', 'proto', '--template', 'proto/buf.gen.yaml'];
process.exit(spawnSync('node_modules/.bin/buf', args, { cwd: root, stdio: 'inherit' }).status ?? 1);
