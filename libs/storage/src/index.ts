export { openFileBlobs } from './file-blobs.ts';
export type { FileBlobsOptions } from './file-blobs.ts';
export { openSqliteFacts } from './sqlite-facts.ts';
export type { SqliteFacts, SqliteFactsOptions, SqliteFactsStats } from './sqlite-facts.ts';
