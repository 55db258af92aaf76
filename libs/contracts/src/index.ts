export { commands, eventSubject, events } from './subjects.ts';
export type { Codec, Command, Event, FilmAddress } from './subjects.ts';
