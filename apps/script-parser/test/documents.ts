import { readFileSync } from 'node:fs';
import type { Document, Scene, Shot } from '@reelmesh/contracts/script';
import { parseScript } from '../src/parse.ts';

const examples = new URL('../../cli/examples/', import.meta.url);

export function exampleText(name: string): string {
  return readFileSync(new URL(name, examples), 'utf8');
}

export function parse(text: string): Document {
  return parseScript(new TextEncoder().encode(text));
}

export function shotsOf(document: Document): Shot[] {
  return document.scenes.flatMap((scene) => scene.shots);
}

export function totalMs(document: Document): number {
  return shotsOf(document).reduce((sum, shot) => sum + shot.durationMs, 0);
}

export function codesOf(document: Document): string[] {
  return document.diagnostics.map(({ code }) => code);
}

/** What a camera sees of a shot: everything but its id, its ranges, its words and its time. */
export function pictureOf(shot: Shot): object {
  const { size, angle, move, description, cast, onScreenText } = shot;
  return { size, angle, move, description, cast, onScreenText };
}

/** All of a shot but its id and its ranges. */
export function contentOf(shot: Shot): object {
  const { id: _id, sources: _sources, speeches, ...content } = shot;
  return { ...content, speeches: speeches.map(({ source: _source, ...speech }) => speech) };
}

/** A scene's own content: all but ids and ranges. */
export function sceneContentOf(scene: Scene): object {
  const { id: _id, source: _source, elements, shots, ...content } = scene;
  return {
    ...content,
    elements: elements.map(({ source: _elementSource, ...element }) => element),
    shots: shots.map(contentOf),
  };
}

/** Shots of the second list whose content is not in the first. */
export function changedShots(
  before: Document,
  after: Document,
  view: (shot: Shot) => object = contentOf,
): Shot[] {
  const known = new Set(shotsOf(before).map((shot) => JSON.stringify(view(shot))));
  return shotsOf(after).filter((shot) => !known.has(JSON.stringify(view(shot))));
}
