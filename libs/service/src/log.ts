import { destination as fileDestination, pino, stdTimeFunctions } from 'pino';

/** JSON lines: one event, one line, past tense. An error goes in the field `err`. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  /** In every line. */
  readonly service: string;
  readonly level: LogLevel;
  /** Gets whole lines; stderr unless given. */
  readonly destination?: { write(line: string): unknown };
}

const secretNames = [
  'authorization',
  'Authorization',
  'cookie',
  'apiKey',
  'api_key',
  'apiSecret',
  'accessKey',
  'secretKey',
  'privateKey',
  'credential',
  'secret',
  'password',
  'token',
];

/** Lines are written at once, so that none is lost when the process is killed. Secrets up to two levels down are `***`. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
    },
    options.destination === undefined ? fileDestination({ fd: 2, sync: true }) : lines(options.destination),
  );
}

function lines(destination: { write(line: string): unknown }): { write(line: string): void } {
  return { write: (line) => void destination.write(line) };
}
