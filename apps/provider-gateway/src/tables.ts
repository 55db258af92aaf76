import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, Code } from '@reelmesh/domain';
import { parse } from 'yaml';
import { z } from 'zod';

const shippedDir = fileURLToPath(new URL('../data', import.meta.url));

/**
 * A YAML table as it ships with the gateway, then the operator's own of the same name where there is one: what comes later
 * overrides what has the same name.
 * FAILED_PRECONDITION (CATALOGUE_BROKEN) names file and field.
 */
export async function readTables<T>(
  file: string,
  schema: z.ZodType<T>,
  configDir: string | undefined,
): Promise<readonly T[]> {
  const own = configDir === undefined ? undefined : await readOwn(configDir, file);
  const shipped = await readFile(join(shippedDir, file), 'utf8');
  return [
    readTable(file, shipped, schema),
    ...(own === undefined ? [] : [readTable(join(configDir ?? '', file), own, schema)]),
  ];
}

/** The content of one table. */
function readTable<T>(file: string, text: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(parseYaml(file, text));
  if (result.success) return result.data;
  throw broken(file, z.prettifyError(result.error));
}

export const broken = (file: string, problem: string): AppError =>
  new AppError(Code.FAILED_PRECONDITION, `${file}: ${problem}`, { reason: 'CATALOGUE_BROKEN' });

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw broken(file, AppError.from(error).message);
  }
}

/** A table may be missing, the directory may not: nobody would learn that nothing of theirs is in force. */
async function readOwn(configDir: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(join(configDir, file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (await isDirectory(configDir)) return undefined;
  throw broken(configDir, 'REELMESH_GATEWAY__CONFIG_DIR must be a directory that exists');
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
