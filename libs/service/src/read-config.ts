import { readFileSync } from 'node:fs';
import { variableOf } from './config.ts';
import type { Field, Section, Values } from './config.ts';
import { nearest } from './nearest.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The values of several sections, by section name. */
export type Config<S extends readonly Section[]> = {
  readonly [One in S[number] as One['name']]: Values<One>;
};

/** Everything that is wrong with the environment, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** One line each, beginning with the variable. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n  ${problems.join('\n  ')}`,
    );
    this.problems = problems;
  }
}

/**
 * Reads and checks every field of the sections. A secret may also come from a file that `<VARIABLE>_FILE` names;
 * a newline at its end is dropped.
 *
 * Variables of `alsoKnown` sections are neither read nor reported: the services of one deployment may share an environment.
 * @throws ConfigError with all problems, unknown `REELMESH_*` variables among them
 */
export function readConfig<const S extends readonly Section[]>(
  env: Environment,
  sections: S,
  alsoKnown: readonly Section[] = [],
): Config<S> {
  const problems: string[] = [];
  const config: Record<string, Record<string, unknown>> = {};
  for (const { name, fields } of sections) {
    const values: Record<string, unknown> = {};
    for (const [key, field] of Object.entries<Field<unknown>>(fields)) {
      const variable = variableOf(name, key, field);
      try {
        values[key] = readField(env, variable, field);
      } catch (error) {
        problems.push(`${variable}: ${(error as Error).message}`);
      }
    }
    config[name] = values;
  }
  problems.push(...unknownVariables(env, [...sections, ...alsoKnown]));
  if (problems.length > 0) throw new ConfigError(problems);
  return config as Config<S>;
}

function readField(env: Environment, variable: string, field: Field<unknown>): unknown {
  const text = readText(env, variable, field);
  if (text === undefined) {
    if ('fallback' in field) return field.fallback;
    throw new Error(`must be set: ${field.doc}`);
  }
  try {
    return field.parse(text);
  } catch (error) {
    const shown = field.secret === true ? '' : `, not ${JSON.stringify(text)}`;
    throw new Error(`${(error as Error).message}${shown}`, { cause: error });
  }
}

function readText(env: Environment, variable: string, field: Field<unknown>): string | undefined {
  const direct = env[variable] || undefined;
  const file = field.secret === true ? env[`${variable}_FILE`] || undefined : undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) throw new Error(`is set, and so is ${variable}_FILE: set one of them`);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(`cannot read the file that ${variable}_FILE names: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function unknownVariables(env: Environment, sections: readonly Section[]): string[] {
  const known = sections.flatMap(({ name, fields }) =>
    Object.entries<Field<unknown>>(fields).flatMap(([key, field]) => {
      const variable = variableOf(name, key, field);
      return field.secret === true ? [variable, `${variable}_FILE`] : [variable];
    }),
  );
  return Object.keys(env)
    .filter((variable) => variable.startsWith('REELMESH_') && !known.includes(variable))
    .map((variable) => {
      const meant = nearest(variable, known);
      return `${variable}: no such setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
}
