export type { Bus, Delivery, Running, WorkOptions } from './bus.ts';
export type { CallContext, CallOptions, Client, Handlers, MethodDefinition, ServiceDefinition } from './rpc.ts';
