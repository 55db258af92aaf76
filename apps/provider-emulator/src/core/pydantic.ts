import { isObject } from './shape.ts';

/** One problem of a body, as servers built on FastAPI and pydantic tell it. */
export interface Detail {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
  readonly input?: unknown;
}

/** What is wrong with a value, or undefined. */
export type ValueRule = (value: unknown) => Pick<Detail, 'msg' | 'type'> | undefined;

export interface Field {
  readonly rule: ValueRule;
  readonly required?: boolean;
}

/** Fields that a body may have; others are ignored, as pydantic does. */
export type Fields = Readonly<Record<string, Field>>;

export function required(rule: ValueRule): Field {
  return { rule, required: true };
}

export function optional(rule: ValueRule): Field {
  return { rule: (value) => (value === null ? undefined : rule(value)) };
}

export function detailsOf(fields: Fields, body: unknown): readonly Detail[] {
  if (!isObject(body)) {
    return [
      {
        loc: ['body'],
        msg: 'Input should be a valid dictionary',
        type: 'model_attributes_type',
        input: body,
      },
    ];
  }
  return Object.entries(fields).flatMap(([name, field]): readonly Detail[] => {
    const value = body[name];
    const loc = ['body', name];
    if (value === undefined) {
      return field.required === true ? [{ loc, msg: 'Field required', type: 'missing', input: body }] : [];
    }
    const problem = field.rule(value);
    return problem === undefined ? [] : [{ loc, ...problem, input: value }];
  });
}

export function text(min = 0, max = Infinity): ValueRule {
  return (value) => {
    if (typeof value !== 'string') return { msg: 'Input should be a valid string', type: 'string_type' };
    if (value.length < min) {
      return { msg: `String should have at least ${min} character`, type: 'string_too_short' };
    }
    return value.length <= max
      ? undefined
      : { msg: `String should have at most ${max} characters`, type: 'string_too_long' };
  };
}

/** Literals are compared as they are: `5` is not `"5"`. */
export function literal(...values: readonly string[]): ValueRule {
  const quoted = values.map((value) => `'${value}'`);
  const msg = `Input should be ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`;
  return (value) => (values.some((one) => one === value) ? undefined : { msg, type: 'literal_error' });
}

/** Texts of digits pass for numbers, as in forms. */
export function integer(min = -Infinity, max = Infinity): ValueRule {
  return (value) => {
    const found = numberOf(value);
    if (found === undefined || !Number.isInteger(found)) {
      return typeof value === 'string'
        ? {
            msg: 'Input should be a valid integer, unable to parse string as an integer',
            type: 'int_parsing',
          }
        : { msg: 'Input should be a valid integer', type: 'int_type' };
    }
    return outside(found, min, max);
  };
}

export function float(min = -Infinity, max = Infinity): ValueRule {
  return (value) => {
    const found = numberOf(value);
    if (found === undefined) return { msg: 'Input should be a valid number', type: 'float_parsing' };
    return outside(found, min, max);
  };
}

export const flag: ValueRule = (value) =>
  typeof value === 'boolean' || value === 'true' || value === 'false'
    ? undefined
    : { msg: 'Input should be a valid boolean', type: 'bool_parsing' };

export function list(item: ValueRule, min: number, max: number): ValueRule {
  return (value) => {
    if (!Array.isArray(value)) return { msg: 'Input should be a valid list', type: 'list_type' };
    if (value.length < min) return { msg: `List should have at least ${min} items`, type: 'too_short' };
    if (value.length > max) return { msg: `List should have at most ${max} items`, type: 'too_long' };
    return value.map((one) => item(one)).find((problem) => problem !== undefined);
  };
}

/** An object, checked by its fields; the first problem speaks for all. */
export function record(fields: Fields): ValueRule {
  return (value) => {
    const [first] = detailsOf(fields, value);
    return first === undefined ? undefined : { msg: first.msg, type: first.type };
  };
}

export const anything: ValueRule = () => undefined;

/** A finite number, or a text of one. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function outside(value: number, min: number, max: number): Pick<Detail, 'msg' | 'type'> | undefined {
  if (value < min) {
    return { msg: `Input should be greater than or equal to ${min}`, type: 'greater_than_equal' };
  }
  return value > max
    ? { msg: `Input should be less than or equal to ${max}`, type: 'less_than_equal' }
    : undefined;
}
