import type { TransitionKind } from '@reelmesh/contracts/script';
import { Delivery, ShotSize } from '@reelmesh/contracts/script';
import type { Block } from './block.ts';
import type { Camera } from './camera.ts';
import { mergeCameras } from './camera.ts';
import type { SceneCast } from './cast.ts';
import { MAX_ACTION } from './describe.ts';
import {
  MAX_SHOT_MS,
  MAX_SPEECH_MS,
  SPEECH_LEAD_MS,
  SPEECH_TAIL_MS,
  actionLengthMs,
  actionMs,
  captionMs,
  speechMs,
} from './duration.ts';
import type { Span } from './lines.ts';
import type { Report } from './report.ts';
import { splitAfterHead, splitToFit } from './split-text.ts';
import { transitionKind } from './transition.ts';

/** A shot before anything is supplied that the script does not state. */
export interface ShotText {
  readonly action: string;
  caption: string;
  readonly camera: Camera | undefined;
  /** In the picture, in order of appearance. */
  readonly cast: string[];
  readonly speeches: SpeechText[];
  /** Those in the picture only hear who speaks. */
  readonly listening: boolean;
  /** How it is said. */
  readonly manner: string;
  /** Goes on with the speech of the shot before, so many shots long. */
  readonly continues: number;
  readonly transition: TransitionKind | undefined;
  readonly spans: Span[];
}

export interface SpeechText {
  readonly speaker: string;
  readonly text: string;
  readonly delivery: Delivery;
  readonly startMs: number;
  readonly durationMs: number;
  readonly span: Span;
}

/**
 * Splits the blocks of one scene into shots. A shot begins at every paragraph of action, camera directive, caption that
 * the running shot has no room for, and change of speaker; speech that follows an action plays over it. What is too
 * long for a shot goes on in another.
 */
export function splitIntoShots(blocks: readonly Block[], cast: SceneCast, report: Report): ShotText[] {
  const splitter = new Splitter(cast, report);
  for (const block of blocks) splitter.take(block);
  return splitter.finish();
}

/** Where the last word of a shot ends, or its picture where nothing is said. */
export function contentMs(shot: ShotText): number {
  const seen = Math.max(
    shot.action === '' ? 0 : actionMs(shot.action),
    shot.caption === '' ? 0 : captionMs(shot.caption),
  );
  const last = shot.speeches.at(-1);
  return last ? Math.max(seen, last.startMs + last.durationMs + SPEECH_TAIL_MS) : seen;
}

/** What a new shot may start with. */
interface Picture {
  readonly action?: string;
  readonly camera?: Camera | undefined;
  readonly cast?: string[];
  readonly listening?: boolean;
  readonly manner?: string;
  readonly continues?: number;
}

class Splitter {
  readonly #cast: SceneCast;
  readonly #report: Report;
  readonly #shots: ShotText[] = [];
  #running: ShotText | undefined;
  #camera: Camera | undefined;
  #cameraSpans: Span[] = [];
  #transition: TransitionKind | undefined;
  #manner: { text: string; span: Span } | undefined;
  /** Who was last seen: the one who listens to a voice without a body. */
  #lastSeen: string | undefined;

  constructor(cast: SceneCast, report: Report) {
    this.#cast = cast;
    this.#report = report;
  }

  take(block: Block): void {
    switch (block.kind) {
      case 'action':
        return this.#takeAction(block);
      case 'dialogue':
      case 'lyric':
        return this.#takeSpeech(block);
      case 'parenthetical':
        // `(CONT'D)` on a line of its own says nothing of how.
        if (!/^cont['’]?d$/i.test(block.text)) this.#manner = { text: block.text, span: block.span };
        return;
      case 'caption':
        return this.#takeCaption(block);
      case 'camera':
        this.#camera = mergeCameras(this.#camera, block.camera);
        this.#cameraSpans.push(block.span);
        this.#running = undefined;
        return;
      case 'transition':
        this.#transition = transitionKind(block.text);
        this.#running = undefined;
        return;
      case 'marker':
        this.#running = undefined;
        return;
      default:
        return;
    }
  }

  finish(): ShotText[] {
    // A directive that nothing follows is a picture of the place.
    if (this.#camera) this.#open({});
    return this.#shots;
  }

  #takeAction(block: Block): void {
    const pieces = splitToFit(block.text, actionCost, 1);
    for (const [index, action] of pieces.entries()) {
      const camera = index === 0 ? block.camera : undefined;
      const shot = this.#open({ action, camera, cast: this.#cast.namesIn(action) });
      shot.spans.push(block.span);
    }
  }

  #takeCaption(block: Block): void {
    const joins = this.#running && this.#running.caption === '' && this.#running.speeches.length === 0;
    const shot = joins && this.#running ? this.#running : this.#open({});
    shot.caption = block.text;
    shot.spans.push(block.span);
  }

  #takeSpeech(block: Block): void {
    const speakers = block.speakers ?? [];
    const delivery = block.delivery ?? Delivery.DELIVERY_ON_SCREEN;
    const manner = this.#manner;
    this.#manner = undefined;
    let shot = this.#shotFor(speakers, delivery, manner?.text ?? '');
    if (manner) shot.spans.push(manner.span);
    const cost = (text: string) => speechMs(text, delivery);
    const portions = splitAfterHead(
      block.text,
      cost,
      MAX_SPEECH_MS,
      MAX_SHOT_MS - SPEECH_TAIL_MS - nextStart(shot),
    );
    for (const [index, text] of portions.entries()) {
      if (index > 0) {
        shot = this.#open({ ...this.#portrait(speakers, delivery, manner?.text ?? ''), continues: index });
      }
      shot.spans.push(block.span);
      if (text === '') continue;
      const speaker = speakers.join('/');
      shot.speeches.push({
        speaker,
        text,
        delivery,
        startMs: nextStart(shot),
        durationMs: cost(text),
        span: block.span,
      });
    }
    if (cost(block.text) > MAX_SPEECH_MS) this.#reportLong(block, cost(block.text));
  }

  /** The running shot while nobody else has spoken in it; its picture holds the speaker whether or not the words fit. */
  #shotFor(speakers: readonly string[], delivery: Delivery, manner: string): ShotText {
    const running = this.#running;
    if (running && running.speeches.every((speech) => speech.speaker === speakers.join('/'))) {
      const joined = isSeen(delivery) && !isInsert(running) ? speakers : [];
      for (const name of joined) if (!running.cast.includes(name)) running.cast.push(name);
      this.#lastSeen = joined.at(-1) ?? this.#lastSeen;
      return running;
    }
    return this.#open(this.#portrait(speakers, delivery, manner));
  }

  /** The picture of a speech alone: the speaker, or the one who hears a voice without a body. */
  #portrait(speakers: readonly string[], delivery: Delivery, manner: string): Picture {
    if (isSeen(delivery)) return { cast: [...speakers], manner };
    return this.#lastSeen === undefined ? {} : { cast: [this.#lastSeen], listening: true };
  }

  #open(content: Picture): ShotText {
    const shot: ShotText = {
      action: content.action ?? '',
      caption: '',
      camera: mergeCameras(content.camera, this.#camera),
      cast: content.cast ?? [],
      speeches: [],
      listening: content.listening ?? false,
      manner: content.manner ?? '',
      continues: content.continues ?? 0,
      transition: this.#transition,
      spans: this.#cameraSpans,
    };
    this.#camera = undefined;
    this.#cameraSpans = [];
    this.#transition = undefined;
    this.#lastSeen = shot.cast.at(-1) ?? this.#lastSeen;
    this.#running = shot;
    this.#shots.push(shot);
    return shot;
  }

  #reportLong(block: Block, ms: number): void {
    this.#report.info(
      'SPEECH_TOO_LONG',
      block.span,
      `the speech takes about ${(ms / 1000).toFixed(0)} s, and a shot holds ${MAX_SPEECH_MS / 1000} s of speech; it goes on in further shots (break it with action to choose their pictures)`,
    );
  }
}

/** A close view of a thing: whoever speaks, speaks over it. */
function isInsert({ camera, cast, action }: ShotText): boolean {
  const isClose = camera?.size === ShotSize.SHOT_SIZE_CU || camera?.size === ShotSize.SHOT_SIZE_ECU;
  return isClose && action !== '' && cast.length === 0;
}

/** As part of what one shot can hold, of its time and of its description. */
function actionCost(text: string): number {
  return Math.max(actionLengthMs(text) / MAX_SHOT_MS, text.length / MAX_ACTION);
}

function nextStart(shot: ShotText): number {
  const last = shot.speeches.at(-1);
  if (last) return last.startMs + last.durationMs + SPEECH_LEAD_MS;
  return SPEECH_LEAD_MS + (shot.action === '' && shot.caption === '' ? 0 : contentMs(shot));
}

function isSeen(delivery: Delivery): boolean {
  return delivery === Delivery.DELIVERY_ON_SCREEN || delivery === Delivery.DELIVERY_INNER;
}
