import type { AnswerFields, JsonReply, Provider, Refusals, RequestBody } from './provider.ts';
import { findRoute, type Service } from './services.ts';
import type { Settings } from './settings.ts';
import type { TaskBook } from './task-book.ts';

export interface ProviderParts<S extends object, D> {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly services: readonly Service[];
  readonly settings: Settings<S>;
  readonly book: TaskBook<D>;
  readonly fields: AnswerFields;
  readonly refusals: Refusals;
  /** A plain refusal in the provider's shape. */
  readonly refuse: (status: number, message: string) => JsonReply;
  readonly promptIn: (body: RequestBody) => string | undefined;
  /** Forgets what is neither a task nor a setting. */
  readonly reset?: () => void;
  /** What a crash of the service loses; a hosted one loses nothing. */
  readonly restart?: () => void;
}

/** A provider put together from its services, its settings and its book of tasks. */
export function defineProvider<S extends object, D>(parts: ProviderParts<S, D>): Provider {
  const { name, prefixes, services, settings, book, fields, refusals, refuse, promptIn } = parts;
  const rules = { services, refuse, promptIn, promptOf: (id: string) => book.promptOf(id) };
  return {
    name,
    prefixes,
    fields,
    refusals,
    route: (method, url) => findRoute(rules, method, url),
    refuseLargeBody: (limitBytes) => refuse(413, `Request body is larger than ${limitBytes} bytes`),
    tasks: () => book.views(),
    config: () => settings.current,
    configure: (values) => {
      const change = settings.prepare(values);
      return () => {
        // what is due by the old settings stays as it was
        book.views();
        change();
      };
    },
    reset() {
      book.clear();
      settings.reset();
      parts.reset?.();
    },
    restart: () => parts.restart?.(),
  };
}
