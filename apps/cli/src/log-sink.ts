import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs';

export interface LogSink {
  write(line: string): void;
  close(): void;
}

/** Above this the log of earlier runs is put aside, under the same name with `.1`. */
const MOST_BYTES = 10_000_000;

export function fileSink(path: string): LogSink {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MOST_BYTES) renameSync(path, `${path}.1`);
  const file = openSync(path, 'a');
  return {
    write(line) {
      try {
        writeSync(file, line);
      } catch {
        // A full disk is told by what could not be stored; the log is no second place to fail at.
      }
    },
    close: () => closeSync(file),
  };
}

export function terminalSink(format: 'auto' | 'json' | 'text'): LogSink {
  const asText = format === 'text' || (format === 'auto' && process.stderr.isTTY);
  return {
    write: (line) => void process.stderr.write(asText ? toText(line) : line),
    close: () => undefined,
  };
}

/** Fields that stand in every line, or that the text form shows in a place of its own. */
const framing = new Set(['level', 'time', 'service', 'msg', 'module']);

/** A JSON log line for people: `12:03:55 warn  cache: clip was evicted  bytes=4711`. */
export function toText(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const fields = Object.entries(entry)
    .filter(([name]) => !framing.has(name))
    .map(([name, value]) => ` ${name}=${name === 'err' ? messageOf(value) : JSON.stringify(value)}`);
  const text = (name: string): string => (typeof entry[name] === 'string' ? entry[name] : '');
  const module = text('module') === '' ? '' : `${text('module')}: `;
  const head = `${text('time').slice(11, 19)} ${text('level').padEnd(5)} ${module}${text('msg')}`;
  return `${head} ${fields.join('')}`.trimEnd() + '\n';
}

function messageOf(error: unknown): string {
  return JSON.stringify((error as { message?: unknown } | null)?.message ?? error);
}
