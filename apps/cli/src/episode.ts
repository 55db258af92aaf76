import { randomFrom } from './random.ts';
import type { Random } from './random.ts';

const SHOTS_PER_SCENE = 8;
/** A reaction that was seen before in the scene: episodes cut back to the same picture again and again. */
const REPEATED = 0.1;
const TALKING = 0.4;

/** A Fountain script of so many shots, for estimates and benches: the same numbers give the same script. */
export function episodeScript(shots: number, seed: number): string {
  const random = randomFrom(seed);
  const scenes = Array.from({ length: Math.ceil(shots / SHOTS_PER_SCENE) }, (_, index) =>
    scene(index, Math.min(SHOTS_PER_SCENE, shots - index * SHOTS_PER_SCENE), random),
  );
  return ['Title: The Ferry Clerk', 'Credit: a generated episode', '', ...scenes].join('\n');
}

function scene(index: number, shots: number, random: Random): string {
  const [intExt, place] = random.pick(places);
  const heading = `${intExt}. ${place} ${index + 1} - ${random.pick(times)}`;
  const paragraphs: string[] = [];
  for (let shot = 0; shot < shots; shot += 1) {
    const before = paragraphs.at(-2);
    paragraphs.push(
      before !== undefined && random.chance(REPEATED) ? (before.split('\n\n')[0] ?? '') : paragraph(random),
    );
  }
  return [heading, '', paragraphs.join('\n\n'), ''].join('\n');
}

/** One picture, and often a line that is spoken in it. */
function paragraph(random: Random): string {
  const who = random.pick(cast);
  const action = `${who} ${random.pick(actions)} ${random.pick(manners)}.`;
  return random.chance(TALKING) ? `${action}\n\n${who}\n${random.pick(lines)}` : action;
}

const cast = ['MEI', 'JONAS', 'OLD PETRA', 'THE CLERK'] as const;
const times = ['DAY', 'NIGHT', 'DAWN', 'DUSK'] as const;
const places = [
  ['INT', 'TICKET OFFICE'],
  ['EXT', 'FERRY PIER'],
  ['INT', 'ENGINE ROOM'],
  ['EXT', 'SALT MARKET'],
  ['INT', 'HOTEL LOBBY'],
  ['EXT', 'LIGHTHOUSE STAIRS'],
] as const;
const actions = [
  'counts the coins in a tin box',
  'holds a wet letter against the lamp',
  'watches the last ferry leave the pier',
  'locks the shutter with both hands',
  'draws a map on the back of a ticket',
  'lifts a sleeping child from the bench',
  'reads the same line of the ledger again',
  'throws a rope into the fog',
  'pours two cups of black tea',
  'opens the door to the rain',
  'turns the brass key in the old clock',
  'hides the photograph under the blotter',
] as const;
const manners = [
  'without looking up',
  'as the window rattles',
  'while the bell rings outside',
  'with shaking fingers',
  'in the light of the stove',
  'before anyone can speak',
  'and then stands very still',
  'as if for the first time',
] as const;
const lines = [
  'Nobody crosses tonight.',
  'You said you would wait.',
  'Then count them again.',
  'I know whose hand this is.',
  'Let the fog have it.',
  'One ticket. There and back.',
] as const;
