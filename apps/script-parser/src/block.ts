import type { Delivery, IntExt, TimeOfDay, TitleEntry } from '@reelmesh/contracts/script';
import type { Camera } from './camera.ts';
import type { Span } from './lines.ts';

/** What the readers of all formats turn lines into. */
export type BlockKind =
  | 'heading'
  | 'episode'
  | 'action'
  | 'dialogue'
  | 'parenthetical'
  | 'transition'
  | 'caption'
  | 'sound'
  | 'camera'
  | 'note'
  | 'lyric'
  | 'marker'
  | 'cast'
  | 'flashback-begin'
  | 'flashback-end';

export interface Block {
  readonly kind: BlockKind;
  /** As it reads: without marks, notes and boneyards. */
  readonly text: string;
  readonly span: Span;
  readonly speakers?: readonly string[];
  readonly delivery?: Delivery;
  readonly heading?: Heading;
  readonly camera?: Camera;
}

export interface Heading {
  readonly text: string;
  /** Empty when the script numbers nothing. */
  readonly number: string;
  readonly intExt: IntExt;
  readonly location: string;
  readonly timeOfDay: TimeOfDay;
  readonly flashback: boolean;
}

/** A character as the front matter introduces it. */
export interface Biography {
  readonly name: string;
  readonly description: string;
  readonly span: Span;
}

export interface Reading {
  readonly title: string;
  readonly titlePage: readonly TitleEntry[];
  readonly biographies: readonly Biography[];
  readonly blocks: readonly Block[];
}
