import type { Character, Scene } from '@reelmesh/contracts/script';
import type { Biography } from './block.ts';
import type { Locator } from './lines.ts';
import { rangeOf } from './report.ts';

/** Everybody who is introduced, seen or heard, in order of appearance, with what the front matter says of them. */
export function listCharacters(
  scenes: readonly Scene[],
  biographies: readonly Biography[],
  locate: Locator,
): Character[] {
  const characters = new Map<string, { -readonly [K in keyof Character]: Character[K] }>();
  const entry = (name: string) => {
    const known = characters.get(name) ?? {
      name,
      speeches: 0,
      shots: 0,
      description: '',
      firstSeen: undefined,
    };
    characters.set(name, known);
    return known;
  };
  for (const { name, description, span } of biographies) {
    Object.assign(entry(name), { description, firstSeen: rangeOf(span, locate) });
  }
  for (const shot of scenes.flatMap((scene) => scene.shots)) {
    for (const name of shot.cast) {
      const character = entry(name);
      character.shots++;
      character.firstSeen ??= shot.sources[0];
    }
    for (const speech of shot.speeches) {
      if (speech.speaker === '') continue;
      const character = entry(speech.speaker);
      character.speeches++;
      character.firstSeen ??= speech.source;
    }
  }
  return [...characters.values()];
}
