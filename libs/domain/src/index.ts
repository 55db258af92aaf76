export { AppError, Code, invalid } from './errors.ts';
export type { AppErrorOptions } from './errors.ts';
export type { AppendResult, BlobStore, Clock, Fact, FactPage, FactScan, FactStore, Ids } from './ports.ts';
