import type { ServiceDefinition as GrpcDefinition } from '@grpc/grpc-js';
import type { MethodDefinition, ServiceDefinition } from './rpc.ts';

/** Where gRPC keeps a google.rpc.Status. */
export const DETAILS_KEY = 'grpc-status-details-bin';
export const MAX_MESSAGE_BYTES = 12 * 1024 * 1024;

export function pathOf(definition: ServiceDefinition, method: MethodDefinition): string {
  return `/${definition.fullName}/${method.name}`;
}

export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** As grpc-js wants it, with bytes as messages: encoding is done where its errors can be told as AppErrors. */
export function wireService(definition: ServiceDefinition): GrpcDefinition {
  const methods = Object.entries(definition.methods).map(([key, method]) => [
    key,
    {
      path: pathOf(definition, method),
      requestStream: method.requestStream,
      responseStream: method.responseStream,
      requestSerialize: toBuffer,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: toBuffer,
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  ]);
  return Object.fromEntries(methods) as GrpcDefinition;
}
