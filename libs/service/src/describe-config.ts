import { variableOf } from './config.ts';
import type { Field, Section } from './config.ts';

/** One setting as it is in force, fit to be shown. */
export interface ConfigRow {
  readonly variable: string;
  /** Secrets are `***`, passwords in URLs too; empty when unset. */
  readonly value: string;
  readonly isFallback: boolean;
  readonly doc: string;
}

/** The effective configuration, in the order of sections and fields. Values as `readConfig` gave them. */
export function describeConfig(
  sections: readonly Section[],
  values: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): readonly ConfigRow[] {
  return sections.flatMap(({ name, fields }) =>
    Object.entries<Field<unknown>>(fields).map(([key, field]) => {
      const value = values[name]?.[key];
      return {
        variable: variableOf(name, key, field),
        value: show(value, field),
        isFallback: 'fallback' in field && value === field.fallback,
        doc: field.doc,
      };
    }),
  );
}

function show(value: unknown, field: Field<unknown>): string {
  if (value === undefined) return '';
  if (field.secret === true) return '***';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const url = URL.parse(text);
  if (url === null || url.password === '') return text;
  url.password = '***';
  return url.href;
}
