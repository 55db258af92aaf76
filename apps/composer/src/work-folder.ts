import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface WorkFolder extends AsyncDisposable {
  readonly path: string;
}

export interface WorkFolders {
  /** A private, empty folder that goes with all it holds. */
  open(): Promise<WorkFolder>;
  removeAll(): Promise<void>;
}

/** The working folders of this instance. What an earlier life of it left behind is removed first. */
export async function openWorkFolders(tempDir: string, instanceId: string): Promise<WorkFolders> {
  const root = join(tempDir, `composer-${instanceId.replaceAll(/[^A-Za-z0-9-]/g, '_')}`);
  const removeAll = (): Promise<void> => rm(root, { recursive: true, force: true });
  await removeAll();
  return {
    async open() {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const path = await mkdtemp(join(root, 'job-'));
      return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
    },
    removeAll,
  };
}
