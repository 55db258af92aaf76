import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilmOptions } from '@reelmesh/contracts/film';
import { canonicalJson } from '@reelmesh/domain';

/** All that makes two commands the same one. */
export interface Wish {
  readonly script: Uint8Array;
  readonly fileName: string;
  readonly options: FilmOptions;
  /** Empty for a server of our own. */
  readonly server: string;
}

/** The request id under which a film was asked for, kept until the film has ended: the same command goes on with it. */
export interface RequestNote {
  readonly requestId: string;
  /** Whether an earlier run of the command left it. */
  readonly isResumed: boolean;
  /** The film has ended: the next run of the command makes a new one. */
  forget(): Promise<void>;
}

export async function openRequestNote(directory: string, wish: Wish): Promise<RequestNote> {
  const file = join(directory, `${fingerprint(wish)}.json`);
  const noted = await readNote(file);
  const requestId = noted ?? randomUUID();
  if (noted === undefined) await writeDurably(file, JSON.stringify({ requestId, script: wish.fileName }));
  return { requestId, isResumed: noted !== undefined, forget: () => rm(file, { force: true }) };
}

export function fingerprint({ script, fileName, options, server }: Wish): string {
  return createHash('sha256')
    .update(canonicalJson([fileName, options, server]))
    .update(script)
    .digest('hex');
}

async function readNote(file: string): Promise<string | undefined> {
  try {
    const note = JSON.parse(await readFile(file, 'utf8')) as { requestId?: unknown };
    return typeof note.requestId === 'string' ? note.requestId : undefined;
  } catch {
    return undefined;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const part = `${path}.part`;
  const file = await open(part, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}
