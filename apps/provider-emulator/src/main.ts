import { addressesOf } from './addresses.ts';
import { startEmulator } from './emulator.ts';
import { HELP, readOptions } from './options.ts';
import { nameOf } from './recorded/recorded.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(HELP);
  else await serve(options);
} catch (error) {
  process.stderr.write(`provider-emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function serve(options: NonNullable<ReturnType<typeof readOptions>>): Promise<void> {
  const emulator = await startEmulator(options);
  // before the line: whoever reads it may send a signal at once
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void emulator.stop());
  }
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const url = `http://${host}:${emulator.port}`;
  process.stdout.write(`${JSON.stringify(addressesOf(url, options.recorded?.map(nameOf)))}\n`);
}
