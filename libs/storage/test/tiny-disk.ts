import { spawnSync } from 'node:child_process';

const MOUNT = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"';

/** Runs a command with a real file system of 1 MiB on a directory, in a mount namespace of its own: nothing to clean up. */
export const onTinyDisk = (directory: string): string[] => ['unshare', '-rm', 'sh', '-c', MOUNT, directory];

/** Runs a command whose files cannot grow beyond 64 KiB. */
export const withSmallFiles = (): string[] => ['bash', '-c', 'ulimit -f 64 && exec "$0" "$@"'];

/** Linux where this user may make namespaces. */
export const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
