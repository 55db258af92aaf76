import {
  Client as Channel,
  credentials,
  Metadata,
  type CallOptions as GrpcCallOptions,
  type ServiceError,
} from '@grpc/grpc-js';
import { AppError, Code } from '@reelmesh/domain';
import { DETAILS_KEY, MAX_MESSAGE_BYTES, pathOf, toBuffer } from './grpc-wire.ts';
import type { CallOptions, Client, MethodDefinition, ServiceDefinition } from './rpc.ts';
import { bareError, checkSize, decodeStatus, DEFAULT_TIMEOUT_MS } from './status.ts';

export interface GrpcClientOptions {
  /** Of a request or a response; 12 MiB unless said otherwise. */
  readonly maxMessageBytes?: number;
}

export type GrpcClient<D extends ServiceDefinition> = Client<D> & { close(): void };

/** Calls a service at `host:port`, without TLS. Connects at the first call and again whenever needed. */
export function grpcClient<D extends ServiceDefinition>(
  definition: D,
  address: string,
  options: GrpcClientOptions = {},
): GrpcClient<D> {
  const limitBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  const channel = new Channel(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': limitBytes,
    'grpc.max_send_message_length': limitBytes,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 5_000,
    // a name with several addresses (a headless Kubernetes service) is spread over
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  });
  const methods = Object.entries(definition.methods).map(([key, method]) => {
    const path = pathOf(definition, method);
    const encode = (request: unknown) => {
      const bytes = method.requestType.encode(request).finish();
      checkSize(path, bytes, limitBytes);
      return bytes;
    };
    return [
      key,
      method.responseStream
        ? callStream(channel, path, method, encode)
        : callUnary(channel, path, method, encode),
    ];
  });
  return { ...(Object.fromEntries(methods) as Client<D>), close: () => channel.close() };
}

type Encode = (request: unknown) => Uint8Array;

function callUnary(channel: Channel, path: string, method: MethodDefinition, encode: Encode) {
  return async (request: unknown, options: CallOptions = {}): Promise<unknown> => {
    const bytes = encode(request);
    const { signal } = options;
    refuseAborted(path, signal);
    return new Promise((resolve, reject) => {
      const call = channel.makeUnaryRequest(
        path,
        toBuffer,
        (reply: Buffer): unknown => method.responseType.decode(reply),
        bytes,
        metadataOf(options),
        callOptions(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          if (error === null) resolve(response);
          else reject(fromServiceError(path, error));
        },
      );
      const cancel = () => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  };
}

function callStream(channel: Channel, path: string, method: MethodDefinition, encode: Encode) {
  return async function* (request: unknown, options: CallOptions = {}): AsyncGenerator<unknown> {
    const bytes = encode(request);
    const { signal } = options;
    refuseAborted(path, signal);
    const call = channel.makeServerStreamRequest(
      path,
      toBuffer,
      (reply: Buffer): unknown => method.responseType.decode(reply),
      bytes,
      metadataOf(options),
      callOptions(options.timeoutMs),
    );
    const cancel = () => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    // the cancel of an abandoned stream comes back as an error that nobody waits for
    call.on('error', () => undefined);
    try {
      for await (const response of call) yield response;
    } catch (error) {
      throw fromServiceError(path, error as ServiceError);
    } finally {
      signal?.removeEventListener('abort', cancel);
      call.cancel();
    }
  };
}

function refuseAborted(path: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AppError(Code.CANCELLED, `${path}: cancelled by the caller`);
}

function metadataOf(options: CallOptions): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(options.headers ?? {})) metadata.set(name, value);
  return metadata;
}

function callOptions(timeoutMs: number | undefined): GrpcCallOptions {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

function fromServiceError(path: string, error: ServiceError | AppError): AppError {
  if (error instanceof AppError) return error;
  if (typeof error.code !== 'number') return AppError.from(error);
  const [details] = error.metadata?.get(DETAILS_KEY) ?? [];
  const known = details instanceof Uint8Array ? decodeStatus(details) : undefined;
  return known ?? bareError(error.code, `${path}: ${error.details}`);
}
