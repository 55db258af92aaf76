import {
  action,
  fitsOperation,
  isDelivery,
  isOutcome,
  type Action,
  type DeliveryAction,
  type OutcomeAction,
  type WireAction,
} from './actions.ts';
import { OPERATIONS, type Operation, type Provider } from './provider.ts';
import {
  choice,
  either,
  integer,
  listOf,
  object,
  optional,
  read,
  ShapeError,
  text,
  type ReadOf,
} from './shape.ts';

const ruleReader = object({
  match: object({
    provider: text(40),
    operation: choice(...OPERATIONS),
    /** Words that the prompt must hold; on get, delete and download the prompt of their task. */
    promptText: optional(text()),
    pathContains: optional(text()),
    /** The first matching call that the rule takes, counted from 1. */
    nth: optional(integer(1)),
  }),
  /** How many calls in a row it takes from there; 1 unless told, null for all. */
  times: optional(either(integer(1), choice(null))),
  action,
});

/** What the script has to know of a provider. */
type Scripted = Pick<Provider, 'name' | 'refusals'>;

export type RuleInput = ReadOf<typeof ruleReader>;

/** A rule with what it has seen so far. */
export interface Rule extends RuleInput {
  readonly id: string;
  /** Calls that matched. */
  seen: number;
  /** Calls that it took. */
  taken: number;
}

export interface Candidate {
  readonly provider: string;
  readonly operation: Operation;
  readonly path: string;
  readonly prompt: string | undefined;
}

/** What the script does to one call. */
export interface Verdict {
  readonly wire?: WireAction;
  readonly outcome?: OutcomeAction;
  readonly delivery?: DeliveryAction;
  readonly rules: readonly string[];
}

/**
 * The scripted faults, in the order in which they were added. A call takes the first wire rule and the first outcome
 * rule that are due for it, a webhook the first rule that is due; every rule that matches counts the call, so `nth` does not depend on other rules.
 */
export class FaultScript {
  #rules: Rule[] = [];
  #added = 0;

  /** @throws ShapeError naming each problem; then no rule of the list is added. */
  add(value: unknown, providers: readonly Scripted[]): readonly string[] {
    const inputs = read(listOf(ruleReader), Array.isArray(value) ? value : [value]);
    const problems = inputs.flatMap((input, index) => contradictions(input, `body[${index}]`, providers));
    if (problems.length > 0) throw new ShapeError(problems);
    const rules = inputs.map((input) => {
      this.#added += 1;
      return { ...input, id: `r${this.#added}`, seen: 0, taken: 0 };
    });
    this.#rules.push(...rules);
    return rules.map((rule) => rule.id);
  }

  /** Asked before the body is read: only rules that drop the connection unread. */
  takeUnread(call: Omit<Candidate, 'prompt'>): Rule | undefined {
    const rules = this.#rules.filter((rule) => rule.action.type === 'reset_before_reading');
    return this.#take(rules, { ...call, prompt: undefined })[0];
  }

  /** Asked once the body is there. */
  take(call: Candidate): Verdict {
    const rules = this.#rules.filter((rule) => rule.action.type !== 'reset_before_reading');
    const due = this.#take(rules, call);
    const verdict: { wire?: WireAction; outcome?: OutcomeAction; delivery?: DeliveryAction } = {};
    for (const { action: chosen } of due) {
      if (isOutcome(chosen)) verdict.outcome = chosen;
      else if (isDelivery(chosen)) verdict.delivery = chosen;
      else verdict.wire = chosen;
    }
    return { ...verdict, rules: due.map((rule) => rule.id) };
  }

  rules(): readonly Rule[] {
    return this.#rules;
  }

  clear(): void {
    this.#rules = [];
  }

  /** At most one rule of each kind. */
  #take(rules: readonly Rule[], call: Candidate): readonly Rule[] {
    const matching = rules.filter((rule) => matches(rule, call));
    for (const rule of matching) rule.seen += 1;
    const due = matching.filter(isDue);
    const chosen = [
      due.find((rule) => !isOutcome(rule.action)),
      due.find((rule) => isOutcome(rule.action)),
    ].filter((rule) => rule !== undefined);
    for (const rule of chosen) rule.taken += 1;
    return chosen;
  }
}

function matches(rule: Rule, call: Candidate): boolean {
  const { provider, operation, promptText, pathContains } = rule.match;
  return (
    provider === call.provider &&
    operation === call.operation &&
    (promptText === undefined || (call.prompt?.includes(promptText) ?? false)) &&
    (pathContains === undefined || call.path.includes(pathContains))
  );
}

function isDue(rule: Rule): boolean {
  const times = rule.times === undefined ? 1 : rule.times;
  return rule.seen >= (rule.match.nth ?? 1) && (times === null || rule.taken < times);
}

function contradictions(input: RuleInput, path: string, providers: readonly Scripted[]): readonly string[] {
  const { provider, operation, promptText } = input.match;
  const { type }: Action = input.action;
  const problems: string[] = [];
  const scripted = providers.find(({ name }) => name === provider);
  if (scripted === undefined) {
    problems.push(`${path}.match.provider: must be one of ${providers.map(({ name }) => name).join(', ')}`);
  } else if (input.action.type === 'refuse' && scripted.refusals[input.action.reason] === undefined) {
    const known = Object.keys(scripted.refusals).join(', ');
    problems.push(`${path}.action.reason: ${provider} has no such refusal; it has ${known}`);
  }
  if (!fitsOperation(type, operation)) {
    problems.push(`${path}.action.type: ${type} does not apply to ${operation}`);
  }
  if (type === 'reset_before_reading' && promptText !== undefined) {
    problems.push(
      `${path}.match.promptText: reset_before_reading never reads the prompt; use reset_before_accepting`,
    );
  }
  return problems;
}
