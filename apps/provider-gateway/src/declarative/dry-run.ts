import type { FailureClass } from '@reelmesh/contracts/shot';
import { AppError, billedSeconds, formatUsd, priceOf, quoteOf } from '@reelmesh/domain';
import { isAllowedHost } from '../download.ts';
import type { ModelRow } from '../knobs.ts';
import { promptOf } from '../prompt.ts';
import type { PollResult, SubmitResult } from '../provider.ts';
import { Declarative, takeSeedOf } from './declarative.ts';
import type { AskedTake } from './declarative.ts';
import { differencesOf } from './differences.ts';
import { textAt, withValues } from './places.ts';
import type { Player } from './player.ts';
import type { ProviderFile } from './provider-file.ts';
import { REFUSALS } from './recording.ts';
import type { RecordedAnswer, Refusal } from './recording.ts';
import { sampleShot } from './sample-shot.ts';
import { fillIn } from './template.ts';

/** One step of a dry run: what was tried and what the adapter made of it. */
export interface CheckStep {
  readonly step: string;
  readonly seen: string;
  /** What it should have made of it; empty when it did. */
  readonly problem: string;
}

const SECRET = 'reelmesh-check-key';
const TAKE_ID = 'reelmesh-check-1';
const TIMEOUT_MS = 10_000;

/** The real adapter, asked about the sample shot and answered from the recording. */
export class DryRun {
  readonly #file: ProviderFile;
  readonly #player: Player;
  readonly #provider: Declarative;
  readonly #intent: AskedTake['intent'] & { readonly warnings: readonly string[] };
  readonly #signal = AbortSignal.timeout(60_000);
  /** What the create sent. */
  request: { readonly path: string; readonly body: unknown } = { path: '', body: undefined };

  constructor(file: ProviderFile, row: ModelRow, player: Player) {
    this.#file = file;
    this.#player = player;
    this.#provider = new Declarative(file, {
      baseUrl: player.url,
      secret: SECRET,
      previousSecret: undefined,
      submitTimeoutMs: TIMEOUT_MS,
      callTimeoutMs: TIMEOUT_MS,
    });
    this.#intent = intentOf(this.#provider, row);
  }

  async steps(): Promise<readonly CheckStep[]> {
    const { recording, lookup } = this.#file;
    const { create, polls, failures, refusals, found, cancelled } = recording;
    const steps = [await this.#create(create.answer), ...this.#request(), this.#warnings()];
    for (const [index, poll] of polls.entries()) {
      const isLast = index === polls.length - 1;
      steps.push(await this.#poll(`poll ${index + 1}`, poll, isLast ? 'succeeded' : 'running'));
    }
    for (const [index, failure] of failures.entries()) {
      steps.push(await this.#poll(`failure ${index + 1}`, failure, 'failed'));
    }
    if (cancelled !== undefined) steps.push(await this.#poll('cancelled', cancelled, 'cancelled'));
    steps.push(await this.#poll('a task it does not know', recording.gone, 'expired'));
    for (const [reason, answer] of Object.entries(refusals)) {
      steps.push(await this.#refusal(reason as Refusal, answer));
    }
    steps.push(await this.#lost());
    if (lookup !== undefined) steps.push(await this.#lookup(found));
    return steps;
  }

  async #create(answer: RecordedAnswer): Promise<CheckStep> {
    const result = await this.#submit(answer);
    const taskId = textAt(answer.body, this.#file.submit.taskId) ?? '';
    const isRight = result.kind === 'accepted' && result.taskId === taskId;
    return step('create', words(result), isRight ? '' : `should be accepted as task ${taskId || '?'}`);
  }

  /** What the create before it sent, beside what was recorded. */
  #request(): readonly CheckStep[] {
    const { create } = this.#file.recording;
    const [call] = this.#player.calls();
    this.request = { path: call?.path ?? '', body: call?.body };
    const picture = sampleShot.picture;
    const prompt = picture === undefined ? '' : promptOf(picture);
    const own = [prompt, TAKE_ID, takeSeedOf(this.#file, TAKE_ID)];
    const path = call?.path === create.path ? [] : [`path: sent ${call?.path}, recorded ${create.path}`];
    const different = [...path, ...differencesOf(create.body, call?.body, own)];
    const header = this.#file.auth.header.toLowerCase();
    const value = String(call?.headers[header] ?? '');
    return [
      step('request', `POST ${call?.path ?? ''}`, different.join('; ')),
      step(
        'key',
        `${header}: ${value.replace(SECRET, '***')}`,
        value.includes(SECRET) ? '' : 'should hold the key',
      ),
    ];
  }

  #warnings(): CheckStep {
    return step('warnings', this.#intent.warnings.join('; ') || 'none', '');
  }

  async #poll(name: string, answer: RecordedAnswer, wanted: PollResult['kind']): Promise<CheckStep> {
    this.#player.next(answer);
    // Success without a file is read twice.
    this.#player.next(answer);
    const seen = await this.#outcome(() => this.#provider.poll(this.#take('k-1'), this.#signal));
    if (typeof seen === 'string') return step(name, seen, `should be ${wanted}`);
    const text = wordsOfPoll(seen, this.#file.currency);
    if (seen.kind === 'running' && seen.waitingFor.startsWith('provider: ')) {
      return step(name, text, `is a word that poll.states does not list; should be ${wanted}`);
    }
    if (seen.kind !== wanted) return step(name, text, `should be ${wanted}`);
    return step(name, text, seen.kind === 'succeeded' ? this.#problemOf(seen) : '');
  }

  #problemOf({ costMicros, output }: Extract<PollResult, { kind: 'succeeded' }>): string {
    const { chargedMicros } = this.#file.recording;
    if (costMicros !== chargedMicros)
      return `should cost what was charged: ${amount(chargedMicros, this.#file.currency)}`;
    const url = 'url' in output ? URL.parse(output.url) : null;
    if (url === null) return 'names no address';
    if (this.#file.poll.content !== undefined) return '';
    return isAllowedHost(url.host, this.#file.outputHosts) ? '' : `${url.host} is not in outputHosts`;
  }

  async #refusal(reason: Refusal, answer: RecordedAnswer): Promise<CheckStep> {
    const result = await this.#submit(answer);
    const wanted = REFUSALS[reason];
    const isRight = result.kind === 'rejected' && result.failure === wanted;
    return step(
      `refused: ${reason}`,
      words(result),
      isRight ? '' : `should be rejected as ${shortOf(wanted)}`,
    );
  }

  async #lost(): Promise<CheckStep> {
    this.#player.calls();
    const result = await this.#submit('dropped');
    const posts = this.#player.calls().length;
    const isRight = result.kind === 'unknown' && posts === 1;
    return step(
      'answer lost',
      `${words(result)}; sent ${posts} time`,
      isRight ? '' : 'should be in doubt, after one POST',
    );
  }

  async #lookup(answer: RecordedAnswer | undefined): Promise<CheckStep> {
    if (answer === undefined) return step('lookup', 'not tried', 'recording.found is missing');
    // A recording has another take's marks: ours stand in for them.
    this.#player.next({ ...answer, body: withValues(answer.body, this.#marks()) });
    const seen = await this.#outcome(() => this.#provider.lookup(this.#take(''), this.#signal));
    if (typeof seen === 'string') return step('lookup', seen, 'should find the task');
    const text = seen.kind === 'found' ? `found task ${seen.taskId}` : seen.kind;
    return step('lookup', text, seen.kind === 'found' ? '' : 'should find the task');
  }

  #marks(): Readonly<Record<string, unknown>> {
    const { lookup } = this.#file;
    if (lookup === undefined) return {};
    if (!('match' in lookup)) return { [lookup.echo[0] ?? '']: TAKE_ID };
    const marks = { takeId: TAKE_ID, takeSeed: takeSeedOf(this.#file, TAKE_ID) };
    const mine = Object.entries(lookup.match).map(([place, text]) => [place, fillIn(text, marks)] as const);
    return Object.fromEntries(
      mine.flatMap(([place, value]) => (value === undefined ? [] : [[`${lookup.items}/0${place}`, value]])),
    );
  }

  #submit(answer: RecordedAnswer | 'dropped'): Promise<SubmitResult> {
    this.#player.next(answer);
    return this.#provider.submit(this.#intent, TAKE_ID, this.#signal);
  }

  async #outcome<T>(act: () => Promise<T>): Promise<T | string> {
    try {
      return await act();
    } catch (error) {
      return `no verdict: ${AppError.from(error).message}`;
    } finally {
      this.#player.forget();
    }
  }

  #take(taskId: string): AskedTake {
    return { id: TAKE_ID, taskId, intent: this.#intent, cancelRequested: false };
  }
}

const step = (name: string, seen: string, problem: string): CheckStep => ({ step: name, seen, problem });

function intentOf(
  provider: Declarative,
  row: ModelRow,
): AskedTake['intent'] & { readonly warnings: readonly string[] } {
  const seconds = billedSeconds(row, sampleShot.seconds) ?? 0;
  return {
    ...provider.prepare(row, sampleShot),
    quoteMicros: priceOf(row, seconds),
    price: quoteOf(row, seconds),
  };
}

function words(result: SubmitResult): string {
  switch (result.kind) {
    case 'accepted':
      return `accepted as task ${result.taskId}`;
    case 'rejected':
      return `rejected as ${shortOf(result.failure)}: ${result.message}`;
    case 'not-sent':
    case 'unknown':
      return `${result.kind}: ${result.message}`;
  }
}

function wordsOfPoll(result: PollResult, currency: string): string {
  switch (result.kind) {
    case 'running':
      return `running, ${Math.round(result.progress * 100)} %, waits for ${result.waitingFor}`;
    case 'succeeded':
      return `succeeded, ${amount(result.costMicros, currency)}, ${'url' in result.output ? result.output.url : ''}`;
    case 'failed':
      return `failed as ${shortOf(result.failure)}, ${amount(result.costMicros, currency)}: ${result.message}`;
    case 'cancelled':
      return `cancelled, ${amount(result.costMicros, currency)}`;
    case 'expired':
      return `expired, ${amount(result.costMicros, currency)}: ${result.message}`;
  }
}

/** `EUR 0.54` */
const amount = (micros: number, currency: string): string =>
  `${currency} ${formatUsd(micros).replace('$', '')}`;

const shortOf = (failure: FailureClass): string => failure.replace('FAILURE_CLASS_', '');
