import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { ComposeCommand, NormaliseCommand } from './gen/reelmesh/compose/v1/compose.ts';
import { CutEvent, ShotOutcomeEvent, TakeEvent } from './gen/reelmesh/event/v1/event.ts';
import { FilmEvent } from './gen/reelmesh/film/v1/film.ts';
import { RenderCommand } from './gen/reelmesh/shot/v1/shot.ts';

/** What ts-proto generates for a message, as far as transports need it. */
export interface Codec<T> {
  encode(message: T, writer?: BinaryWriter): BinaryWriter;
  decode(input: BinaryReader | Uint8Array, length?: number): T;
}

/** Work to do, on a queue of its own: delivered at least once to one worker. */
export interface Command<T> {
  /** `work.<name>` */
  readonly subject: string;
  readonly codec: Codec<T>;
}

/** News of a film: `event.<tenant>.<film>.<name>`. */
export interface Event<T> {
  readonly name: string;
  readonly codec: Codec<T>;
}

/** Tenant and film ids are made by us and hold only `a-z 0-9 - _`, so they are safe as subject tokens. */
export interface FilmAddress {
  readonly tenant: string;
  readonly filmId: string;
}

export const commands = {
  render: command('render', RenderCommand),
  normalise: command('normalise', NormaliseCommand),
  compose: command('compose', ComposeCommand),
};

export const events = {
  film: event('film', FilmEvent),
  take: event('take', TakeEvent),
  outcome: event('outcome', ShotOutcomeEvent),
  cut: event('cut', CutEvent),
};

export function eventSubject(name: string, film: FilmAddress): string {
  return `event.${film.tenant}.${film.filmId}.${name}`;
}

function command<T>(name: string, codec: Codec<T>): Command<T> {
  return { subject: `work.${name}`, codec };
}

function event<T>(name: string, codec: Codec<T>): Event<T> {
  return { name, codec };
}
