import { once } from 'node:events';
import {
  logVerbosity,
  Metadata,
  Server,
  ServerCredentials,
  setLogVerbosity,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerErrorResponse,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { AppError, Code } from '@reelmesh/domain';
import type { Logger } from '@reelmesh/service';
import { createHealth } from './grpc-health.ts';
import { DETAILS_KEY, MAX_MESSAGE_BYTES, pathOf, wireService } from './grpc-wire.ts';
import { decodeRequest } from './request.ts';
import type { CallContext, Handlers, MethodDefinition, ServiceDefinition } from './rpc.ts';
import { checkSize, codeNumber, encodeStatus, publicError } from './status.ts';

/** What aborted calls have to end by themselves, before their connections are cut. */
const ABORTED_GRACE_MS = 500;

export interface GrpcService {
  readonly definition: ServiceDefinition;
  readonly handlers: object;
}

/** Ties a definition to its handlers, so that the compiler checks one against the other. */
export function grpcService<D extends ServiceDefinition>(definition: D, handlers: Handlers<D>): GrpcService {
  return { definition, handlers };
}

export interface GrpcServerOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly services: readonly GrpcService[];
  /** Of a request or a response; 12 MiB unless said otherwise. */
  readonly maxMessageBytes?: number;
  readonly log: Logger;
}

export interface GrpcServer {
  readonly port: number;
  /** What `grpc.health.v1.Health` answers; true from the start. */
  setServing(serving: boolean): void;
  /** Takes no new calls and waits for those under way; after the grace time they are aborted. */
  stop(graceMs: number): Promise<void>;
}

/** FAILED_PRECONDITION (PORT_IN_USE) when another program listens there. Includes the standard health service. */
export async function createGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  // what it would print on stderr comes to us as errors too
  setLogVerbosity(logVerbosity.NONE);
  const limitBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  const server = new Server({
    'grpc.max_receive_message_length': limitBytes,
    'grpc.max_send_message_length': limitBytes,
  });
  const stopping = new AbortController();
  const health = createHealth(options.services.map(({ definition }) => definition.fullName));
  for (const { definition, handlers } of [...options.services, health.service]) {
    const env: CallEnvironment = { log: options.log, limitBytes, stopping: stopping.signal, definition };
    server.addService(wireService(definition), implementation(env, handlers as Record<string, Handler>));
  }
  const port = await bind(server, options.host, options.port);

  return {
    port,
    setServing: (serving) => health.setServing(serving),
    async stop(graceMs) {
      health.end();
      const ended = new Promise<void>((resolve) => {
        server.tryShutdown(() => resolve());
      });
      const timers = [
        setTimeout(() => stopping.abort(shuttingDown()), graceMs),
        // for those that do not listen
        setTimeout(() => server.forceShutdown(), graceMs + ABORTED_GRACE_MS),
      ];
      await ended;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

interface CallEnvironment {
  readonly definition: ServiceDefinition;
  readonly log: Logger;
  readonly limitBytes: number;
  readonly stopping: AbortSignal;
}

type Handler = (request: unknown, context: CallContext) => unknown;

interface IncomingCall {
  readonly metadata: Metadata;
  on(event: 'cancelled', listener: () => void): unknown;
}

function implementation(
  env: CallEnvironment,
  handlers: Record<string, Handler>,
): UntypedServiceImplementation {
  const entries = Object.entries(env.definition.methods).flatMap(([key, method]) => {
    const handler = handlers[key];
    if (handler === undefined || method.requestStream) return [];
    return [
      [
        key,
        method.responseStream ? answerStream(env, method, handler) : answerUnary(env, method, handler),
      ] as const,
    ];
  });
  return Object.fromEntries(entries);
}

function answerUnary(
  env: CallEnvironment,
  method: MethodDefinition,
  handler: Handler,
): handleUnaryCall<Uint8Array, Uint8Array> {
  const path = pathOf(env.definition, method);
  const answer = async (bytes: Uint8Array, context: CallContext) => {
    const response = await handler(decodeRequest(method, bytes), context);
    return encode(env, method, response);
  };
  return (call, callback) => {
    answer(call.request, contextOf(env, call)).then(
      (reply) => callback(null, reply),
      (reason: unknown) => callback(errorResponse(publicError(reason, env.log, path))),
    );
  };
}

function answerStream(
  env: CallEnvironment,
  method: MethodDefinition,
  handler: Handler,
): handleServerStreamingCall<Uint8Array, Uint8Array> {
  const path = pathOf(env.definition, method);
  const answer = async (call: ServerWritableStream<Uint8Array, Uint8Array>) => {
    const context = contextOf(env, call);
    const responses = handler(decodeRequest(method, call.request), context) as AsyncIterable<unknown>;
    for await (const response of untilAborted(responses, context.signal)) {
      if (!call.write(encode(env, method, response))) {
        await once(call, 'drain', { signal: context.signal });
      }
    }
  };
  return (call) => {
    answer(call).then(
      () => call.end(),
      (reason: unknown) => {
        // nobody is there any more: no error of ours
        if (call.cancelled) call.end();
        // not destroy(): grpc-js sends the status from its listener, after what was written
        else call.emit('error', errorResponse(publicError(reason, env.log, path)));
      },
    );
  };
}

/** Ends, and lets the source clean up, as soon as the caller has gone, even while the source waits for its next item. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const abort = () => aborted.reject(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // not awaited: a generator finishes only when its own wait is over
    iterator.return?.().catch(() => undefined);
  }
}

function contextOf(env: CallEnvironment, call: IncomingCall): CallContext {
  const gone = new AbortController();
  call.on('cancelled', () =>
    gone.abort(new AppError(Code.CANCELLED, 'the caller has gone or its deadline has passed')),
  );
  const headers = Object.entries(call.metadata.getMap()).filter(([, value]) => typeof value === 'string');
  return {
    signal: AbortSignal.any([gone.signal, env.stopping]),
    headers: Object.fromEntries(headers) as Record<string, string>,
  };
}

function encode(env: CallEnvironment, method: MethodDefinition, response: unknown): Uint8Array {
  const bytes = method.responseType.encode(response).finish();
  checkSize(pathOf(env.definition, method), bytes, env.limitBytes);
  return bytes;
}

function errorResponse(error: AppError): Partial<ServerErrorResponse> & { code: number } {
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(encodeStatus(error)));
  return { code: codeNumber(error.code), details: error.message, metadata };
}

async function bind(server: Server, host: string, port: number): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (cause, bound) => {
      if (cause === null) resolve(bound);
      else if (cause.message.includes('EADDRINUSE')) reject(portInUse(address, cause));
      else reject(cannotListen(address, cause));
    });
  });
}

function shuttingDown(): AppError {
  return new AppError(Code.UNAVAILABLE, 'the server is stopping', { reason: 'SHUTTING_DOWN' });
}

function portInUse(address: string, cause: Error): AppError {
  return new AppError(
    Code.FAILED_PRECONDITION,
    `port ${address} is taken by another program: stop it or choose another port`,
    {
      reason: 'PORT_IN_USE',
      details: { address },
      cause,
    },
  );
}

function cannotListen(address: string, cause: Error): AppError {
  return new AppError(Code.FAILED_PRECONDITION, `cannot listen on ${address}: ${cause.message}`, {
    reason: 'CANNOT_LISTEN',
    details: { address },
    cause,
  });
}
