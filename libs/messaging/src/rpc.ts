import type { Codec } from '@reelmesh/contracts';

export interface MethodDefinition {
  readonly name: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- message types differ by method; Handlers and Client infer them
  readonly requestType: Codec<any>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  readonly responseType: Codec<any>;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly options: { readonly idempotencyLevel?: 'IDEMPOTENT' | 'NO_SIDE_EFFECTS' };
}

/** What ts-proto's generic definitions look like. */
export interface ServiceDefinition {
  readonly name: string;
  readonly fullName: string;
  readonly methods: Readonly<Record<string, MethodDefinition>>;
}

type Message<C> = C extends Codec<infer T> ? T : never;

export interface CallContext {
  /** Aborted when the caller has gone or the deadline has passed. */
  readonly signal: AbortSignal;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds; 10 s for a unary call unless said otherwise, none for a stream. */
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

type Method<M extends MethodDefinition, Extra extends readonly unknown[]> = M['responseStream'] extends true
  ? (request: Message<M['requestType']>, ...extra: Extra) => AsyncIterable<Message<M['responseType']>>
  : (request: Message<M['requestType']>, ...extra: Extra) => Promise<Message<M['responseType']>>;

/** What a service implements: once, for every transport. */
export type Handlers<D extends ServiceDefinition> = {
  readonly [K in keyof D['methods']]: Method<D['methods'][K], [context: CallContext]>;
};

/** The same from the caller's side. Errors are AppErrors with the server's code, reason and details. */
export type Client<D extends ServiceDefinition> = {
  readonly [K in keyof D['methods']]: Method<D['methods'][K], [options?: CallOptions]>;
};
