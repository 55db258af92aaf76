export type { Field, Fields, Section, Values } from './config.ts';
export type { Logger } from './log.ts';
export type { Metrics } from './metrics.ts';
export type { Kit, Readiness, RunningService, ServiceModule } from './module.ts';
