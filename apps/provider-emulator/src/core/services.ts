import type { Call, JsonReply, NoRoute, Operation, Reply, RequestBody, Route } from './provider.ts';

/** Named groups of a service's path. */
export type PathParameters = Readonly<Record<string, string>>;

export interface Service {
  readonly method: string;
  /** A group named `id` is a task's. */
  readonly path: RegExp;
  readonly operation: Operation;
  readonly maxBodyBytes: number;
  readonly handle: (call: Call, parameters: PathParameters) => Reply | Promise<Reply>;
}

/** Room for a few pictures inlined as data URIs. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

type Handler = Service['handle'];

/** @param path of the whole address, as the inside of a regular expression */
export function service(method: string, path: string, operation: Operation, handle: Handler): Service {
  return { method, path: new RegExp(`^${path}$`), operation, maxBodyBytes: MAX_BODY_BYTES, handle };
}

/** Asks for a well-formed key first. */
export function withKey(key: RegExp, refusal: JsonReply, handle: Handler): Handler {
  return (call, parameters) =>
    key.test(call.headers.authorization ?? '') ? handle(call, parameters) : refusal;
}

export const BEARER = /^Bearer \S+$/;

export interface RoutingRules {
  readonly services: readonly Service[];
  /** 404 and 405 in the provider's shape. */
  readonly refuse: (status: number, message: string) => JsonReply;
  readonly promptIn: (body: RequestBody) => string | undefined;
  readonly promptOf: (taskId: string) => string | undefined;
}

/** The first service that fits method and path. */
export function findRoute(rules: RoutingRules, method: string, { pathname }: URL): Route | NoRoute {
  const here = rules.services.filter(({ path }) => path.test(pathname));
  const service = here.find((candidate) => candidate.method === method);
  if (service === undefined) {
    if (here.length === 0) return { reply: rules.refuse(404, 'Not found') };
    const allow = here.map((candidate) => candidate.method).join(', ');
    return { reply: { ...rules.refuse(405, 'Method not allowed'), headers: { allow } } };
  }
  const parameters = { ...service.path.exec(pathname)?.groups };
  return {
    operation: service.operation,
    maxBodyBytes: service.maxBodyBytes,
    promptOf: (body) => rules.promptIn(body) ?? rules.promptOf(parameters['id'] ?? ''),
    handle: (call) => service.handle(call, parameters),
  };
}
