export type { Bus, Delivery, Running, Shared, SharedOptions, WorkOptions } from './bus.ts';
export { connectBus } from './connect-bus.ts';
export type { BusOptions } from './connect-bus.ts';
export { grpcClient } from './grpc-client.ts';
export type { GrpcClient, GrpcClientOptions } from './grpc-client.ts';
export { HealthDefinition } from './grpc-health.ts';
export { createGrpcServer, grpcService } from './grpc-server.ts';
export type { GrpcServer, GrpcServerOptions, GrpcService } from './grpc-server.ts';
export type {
  CallContext,
  CallOptions,
  Client,
  Handlers,
  MethodDefinition,
  ServiceDefinition,
} from './rpc.ts';
