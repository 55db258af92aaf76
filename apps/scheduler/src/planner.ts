import type { BlobRef } from '@reelmesh/contracts/common';
import type { FilmOptions, FilmScene } from '@reelmesh/contracts/film';
import { ScriptParserServiceDefinition, Document } from '@reelmesh/contracts/script';
import type { Delivery, Diagnostic } from '@reelmesh/contracts/script';
import { ProviderGatewayServiceDefinition } from '@reelmesh/contracts/shot';
import type { RoutingDecision, ShotQuote } from '@reelmesh/contracts/shot';
import {
  AppError,
  Code,
  durationOf,
  invalid,
  isApproved,
  pictureOf,
  renderSpecOf,
  shotKey,
} from '@reelmesh/domain';
import type { BlobStore, Plan, PlannedShot } from '@reelmesh/domain';
import type { Bus, Client } from '@reelmesh/messaging';

export interface PlannedFilm {
  readonly plan: Plan;
  /** What routing would do with each shot of the plan, in order. */
  readonly decisions: readonly (RoutingDecision | undefined)[];
}

const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
const MAX_DIAGNOSTICS = 200;
const PARSE_TIMEOUT_MS = 30_000;
/** Shots in one quote call: keeps the message well under NATS's 1 MiB. */
const QUOTE_BATCH = 100;

/** From a script to a plan: parse, describe what each shot needs, price it, address it. Changes nothing. */
export class Planner {
  readonly #blobs: BlobStore;
  readonly #parser: Client<typeof ScriptParserServiceDefinition>;
  readonly #gateway: Client<typeof ProviderGatewayServiceDefinition>;
  readonly #maxShots: number;

  constructor(bus: Bus, blobs: BlobStore, maxShots: number) {
    this.#blobs = blobs;
    this.#parser = bus.client(ScriptParserServiceDefinition);
    this.#gateway = bus.client(ProviderGatewayServiceDefinition);
    this.#maxShots = maxShots;
  }

  /** @param hypothetical priced as if every provider were set up and well */
  async plan(
    tenant: string,
    script: BlobRef,
    fileName: string,
    options: FilmOptions,
    hypothetical = false,
  ): Promise<PlannedFilm> {
    const document = await this.#parse(script, fileName);
    const shots = document.scenes.flatMap((scene, index) =>
      scene.shots.map((shot) => ({ scene, index, shot })),
    );
    if (shots.length > this.#maxShots) {
      throw invalid(
        'TOO_MANY_SHOTS',
        `the script makes ${shots.length} shots, more than the ${this.#maxShots} allowed`,
      );
    }
    checkImages(options, shots.length);
    assertShotsExist(options.approvedShots, shots.length);
    const specs = shots.map(({ scene, shot }, at) =>
      renderSpecOf(pictureOf(scene, shot, document.language), durationOf(shot, options), options, at + 1),
    );
    const quotes = await this.#quote(tenant, options, specs, hypothetical);
    const planned = shots.map(({ index, shot }, at): PlannedShot => {
      const spec = specs[at];
      const quote = quotes[at];
      if (spec === undefined || quote === undefined) {
        throw new AppError(Code.INTERNAL, `shot ${shot.id} got no quote`);
      }
      return {
        shotId: shot.id,
        key: shotKey(spec, quote.strategyDigest),
        scene: index,
        durationMs: durationOf(shot, options),
        spec,
        speeches: shot.speeches.map(({ speaker, text, delivery, startMs, durationMs }) => ({
          speaker,
          text,
          delivery: delivery satisfies Delivery,
          startMs,
          durationMs,
        })),
        strategy: quote.strategy,
        quoteMicros: quote.expectedMicros,
        limitMicros: quote.limitMicros,
        reservedMicros: quote.limitMicros,
      };
    });
    const plan: Plan = {
      title: document.title,
      language: document.language,
      scenes: document.scenes.map(({ heading, number }): FilmScene => ({ heading, number })),
      shots: planned,
      diagnostics: document.diagnostics.slice(0, MAX_DIAGNOSTICS) satisfies readonly Diagnostic[],
    };
    return { plan, decisions: quotes.map((quote) => quote.decision) };
  }

  async #parse(script: BlobRef, fileName: string): Promise<Document> {
    const { document } = await this.#parser.parseScript(
      { script, fileName },
      { timeoutMs: PARSE_TIMEOUT_MS },
    );
    if (document === undefined) throw new AppError(Code.INTERNAL, 'the parser gave no document');
    return Document.decode(await this.#blobs.readAll(document.sha256, MAX_DOCUMENT_BYTES));
  }

  async #quote(
    tenant: string,
    options: FilmOptions,
    specs: readonly PlannedShot['spec'][],
    hypothetical: boolean,
  ): Promise<readonly ShotQuote[]> {
    const { strategy, quality } = options;
    const approved = specs.map((_, index) => isApproved(options, index + 1));
    const quotes: ShotQuote[] = [];
    for (let from = 0; from < specs.length || from === 0; from += QUOTE_BATCH) {
      const until = from + QUOTE_BATCH;
      const batch = { specs: specs.slice(from, until), approved: approved.slice(from, until) };
      const answer = await this.#gateway.quoteShots({ tenant, strategy, quality, hypothetical, ...batch });
      quotes.push(...answer.quotes);
    }
    return quotes;
  }
}

/** INVALID_ARGUMENT (OUT_OF_BOUNDS) for an image of a shot that the film does not have. */
function checkImages({ images }: FilmOptions, shots: number): void {
  for (const [index, image] of images.entries()) {
    const beyond = image.shots.find((number) => number > shots);
    if (beyond === undefined) continue;
    const field = `options.images[${index}].shots`;
    throw invalid('OUT_OF_BOUNDS', `${field} ${beyond}: the film has ${shots} shots`, { field });
  }
}

/** INVALID_ARGUMENT (SHOT_UNKNOWN) for approvals of shots that the film does not have. */
export function assertShotsExist(approved: readonly number[], shots: number): void {
  const unknown = approved.find((number) => number < 1 || number > shots);
  if (unknown === undefined) return;
  throw invalid('SHOT_UNKNOWN', `no shot ${unknown} to approve: the film has ${shots}`, {
    field: 'options.approved_shots',
  });
}

/** Reasons that neither time nor a retry ends. */
const lasting = new Set(['not_configured', 'not_in_catalogue', 'no_adapter', 'revision_mismatch']);

/** FAILED_PRECONDITION (NO_CANDIDATE) when no model of the strategy will ever render the shot as things are set up. */
export function assertRenderable(number: number, decision: RoutingDecision | undefined): void {
  const candidates = decision?.candidates ?? [];
  const hopeless = candidates.every(
    ({ eligible, reason }) => !eligible && (lasting.has(reason) || reason.startsWith('capability_')),
  );
  if (candidates.length === 0 || !hopeless) return;
  const why = candidates.map(({ provider, model, reason }) => `${provider}/${model}: ${reason}`).join(', ');
  throw new AppError(
    Code.FAILED_PRECONDITION,
    `no model of strategy ${decision?.strategy ?? ''} can render shot ${number} (${why}): set the provider up or choose another strategy`,
    { reason: 'NO_CANDIDATE' },
  );
}
