import { parseArgs } from 'node:util';
import { PROVIDERS, type EmulatorOptions } from './emulator.ts';
import { nameOf } from './recorded/recorded.ts';
import { readRecordedFile } from './recorded/recorded-file.ts';

export const HELP = `provider-emulator: local stand-ins for paid video providers, with scripted faults and their own ledger

usage: node apps/provider-emulator/src/main.ts [options]

  --port N             port to listen on, 0 for a free one (default 8470)
  --host HOST          address to listen on (default 127.0.0.1)
  --latency-ms N       from create to done, at every provider: a fifth waiting, the rest running (default 5000)
  --concurrency N      Runway: generations per model at once; more are THROTTLED (default 2)
  --daily-quota N      Runway: generations per model in 24 h; more get 429 (default 200)
  --credits N          Runway: credit balance at start, $0.01 each (default 100000)
  --recorded FILE      also play the provider of this file, by its recording (as often as there are files)
  --help               this text

Prints one JSON line with its addresses on stdout when it is ready. SIGTERM or Ctrl-C ends it.

examples:
  node apps/provider-emulator/src/main.ts --port 8470 --latency-ms 800
  RUNWAYML_BASE_URL=http://127.0.0.1:8470/runway npm run make -- script.fountain --strategy final
`;

/** @returns undefined when help is asked for. @throws Error that names the option and the rule */
export function readOptions(args: readonly string[]): EmulatorOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8470' },
      host: { type: 'string', default: '127.0.0.1' },
      'latency-ms': { type: 'string' },
      concurrency: { type: 'string' },
      'daily-quota': { type: 'string' },
      credits: { type: 'string' },
      recorded: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const latencyMs = optionalInteger('latency-ms', values['latency-ms']);
  const pace = latencyMs === undefined ? {} : paceOf(latencyMs);
  const recorded = values.recorded.map(readRecordedFile);
  const names = [...PROVIDERS, ...recorded.map(nameOf)];
  const runway = {
    ...pace,
    concurrency: optionalInteger('concurrency', values.concurrency),
    dailyQuota: optionalInteger('daily-quota', values['daily-quota']),
    credits: optionalInteger('credits', values.credits),
  };
  return {
    port: toInteger('port', values.port, 65_535),
    host: values.host,
    config: { ...Object.fromEntries(names.map((name) => [name, pace])), runway },
    recorded,
  };
}

function paceOf(latencyMs: number) {
  const queueMs = Math.round(latencyMs / 5);
  return { queueMs, renderMs: latencyMs - queueMs };
}

function optionalInteger(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : toInteger(name, text, Number.MAX_SAFE_INTEGER);
}

function toInteger(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new Error(`--${name} ${text}: must be a whole number from 0 to ${max}`);
}
