import { mediaConfig } from '@reelmesh/media';
import { field, logLevels, readConfig, section, variableOf } from '@reelmesh/service';
import type { Config, Environment, Field, Section } from '@reelmesh/service';

/** What the process as a whole is told; every service has a section of its own. */
export const hostSections = [
  section('data', {
    dir: field.text({ fallback: '.reelmesh', doc: 'directory of facts, blobs, logs and the embedded NATS' }),
  }),
  section('nats', {
    url: {
      ...field.url({
        protocols: ['nats', 'tls', 'ws', 'wss'],
        doc: 'a running NATS server with JetStream; unset: a nats-server of our own, on loopback',
      }),
      fallback: undefined,
    },
  }),
  section('admin', {
    host: field.text({ fallback: '127.0.0.1', doc: 'address of /livez, /readyz and /metrics' }),
    port: field.int({
      min: 0,
      max: 65535,
      fallback: 9464,
      doc: 'port of /livez, /readyz and /metrics; 0: any',
    }),
  }),
  section('log', {
    level: field.choice(logLevels, { fallback: 'info', doc: 'least severity that is logged' }),
    format: field.choice(['auto', 'json', 'text'], {
      fallback: 'auto',
      doc: 'JSON lines or text for people; auto: text in a terminal',
    }),
  }),
  section('host', {
    drainMs: field.int({
      min: 0,
      max: 3_600_000,
      fallback: 25_000,
      doc: 'how long services may finish what is under way when the process is told to stop',
    }),
  }),
  mediaConfig,
] as const;

export type Settings = Config<typeof hostSections> &
  Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Reads the host's sections and those of the services that run here, and lets those of others pass.
 * @throws ConfigError with all problems
 */
export function readSettings(
  env: Environment,
  services: readonly Section[],
  others: readonly Section[],
): Settings {
  return readConfig(env, [...hostSections, ...services], others) as Settings;
}

/** The process's own environment, read here and nowhere else. */
export const environment = (): Environment => process.env;

/** The host's own settings, for commands that start nothing: what is wrong with a service's is not theirs to report. */
export function hostSettings(): Config<typeof hostSections> {
  const own = hostSections.flatMap(({ name, fields }) =>
    Object.entries<Field<unknown>>(fields).map(([key, field]) => variableOf(name, key, field)),
  );
  const known = Object.entries(environment()).filter(([variable]) => own.includes(variable));
  return readConfig(Object.fromEntries(known), hostSections);
}

/** Whether errors show where in the program they arose. */
export const isDebugging = (): boolean => environment()['REELMESH_LOG__LEVEL'] === 'debug';

const scripts = ['make', 'start', 'reelmesh'];

/** How this program is called from where the user stands: in a checkout through npm, else by its name. */
export const commandName = (): string =>
  scripts.includes(environment()['npm_lifecycle_event'] ?? '') ? 'npm run reelmesh --' : 'reelmesh';
