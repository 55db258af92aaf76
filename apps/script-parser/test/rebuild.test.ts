import type { Document } from '@reelmesh/contracts/script';
import { expect, test } from 'vitest';
import {
  changedShots,
  contentOf,
  exampleText,
  parse,
  pictureOf,
  sceneContentOf,
  shotsOf,
} from './documents.ts';

const english = exampleText('last-train.fountain');
const chinese = exampleText('last-bowl.txt');

function edit(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`${from} has to occur once`);
  return text.replace(from, to);
}

test.each([
  ['English', english, "It was my father's.", 'It belonged to my father, long ago.'],
  ['English over an action', english, 'Nobody has bought one of these in years.', 'Nobody buys these.'],
  ['Chinese', chinese, '我没点蛋。', '老板娘，我没有点这个蛋。'],
])(
  'a changed line of dialogue (%s) changes the words and the time of one shot and no picture',
  (_, text, from, to) => {
    const before = parse(text);
    const after = parse(edit(text, from, to));

    expect(changedShots(before, after)).toHaveLength(1);
    expect(changedShots(before, after, pictureOf)).toEqual([]);
    expect(shotsOf(after)).toHaveLength(shotsOf(before).length);
  },
);

test('a line that grows past its shot leaves the picture it began over as it was', () => {
  const long =
    'Where did you get that? I have been on this line for forty years. I have seen every case that ever came aboard. Tell me now, please. I have to know.';
  const before = parse(english);
  const after = parse(edit(english, 'Where did you get that?', long));

  const known = new Set(shotsOf(after).map((shot) => JSON.stringify(pictureOf(shot))));
  expect(shotsOf(before).filter((shot) => !known.has(JSON.stringify(pictureOf(shot))))).toEqual([]);
  expect(shotsOf(after).length).toBeGreaterThan(shotsOf(before).length);
});

test.each([
  ['English', english, 'It swings once, and the doors hold.', 'It swings twice, and the doors hold.'],
  ['English, last words', english, 'on her back.', 'in her arms.'],
  ['Chinese', chinese, '停在褪色的招牌下', '停在崭新的招牌下'],
])('a changed line of action (%s) changes the picture of one shot', (_, text, from, to) => {
  const before = parse(text);
  const after = parse(edit(text, from, to));

  expect(changedShots(before, after)).toHaveLength(1);
  expect(changedShots(before, after, pictureOf)).toHaveLength(1);
});

test('every action line of the examples reaches a picture: a word added at its end changes one', () => {
  const lines = chinese.split('\n');
  const actions = lines.flatMap((line, index) => (line.startsWith('△') ? [index] : []));
  const before = parse(chinese);
  const changed = actions.map((index) => {
    const edited = lines.with(index, `${lines[index]!.replace(/。$/, '')}而已。`);
    return changedShots(before, parse(edited.join('\n')), pictureOf).length;
  });

  expect(changed).toEqual(actions.map(() => 1));
});

test.each([
  [
    'English',
    english,
    'INT. TRAIN CARRIAGE - NIGHT\n\nPUSH',
    'EXT. TUNNEL - NIGHT\n\nMARA, running, and TOMAS vanish in fog.\n\nMARA\nRun!\n\nINT. TRAIN CARRIAGE - NIGHT\n\nPUSH',
  ],
  [
    'Chinese',
    chinese,
    '1-4 清晨',
    '1-9 夜 外 码头\n人物：陈默、阿杰、新人\n△【特写】新人大雪里站着。\n新人：走！\n\n1-4 清晨',
  ],
])('an inserted scene (%s) leaves ids and content of all others', (_, text, from, to) => {
  const before = parse(text);
  const after = parse(edit(text, from, to));

  const ids = new Set(after.scenes.map(({ id }) => id));
  const contents = after.scenes.map((scene) => JSON.stringify(sceneContentOf(scene)));
  expect(before.scenes.filter(({ id }) => !ids.has(id))).toEqual([]);
  expect(before.scenes.filter((scene) => !contents.includes(JSON.stringify(sceneContentOf(scene))))).toEqual(
    [],
  );
  const shotIds = new Set(shotsOf(after).map(({ id }) => id));
  expect(shotsOf(before).filter(({ id }) => !shotIds.has(id))).toEqual([]);
  expect(after.scenes).toHaveLength(before.scenes.length + 1);
});

test('a character renamed in one scene changes only the shots of that scene that show or name them', () => {
  const start = english.indexOf('INT. TRAIN CARRIAGE');
  const end = english.indexOf('EXT. HARBOUR STATION - DAY');
  const scene = english.slice(start, end).replaceAll('MARA', 'NORA');
  const before = parse(english);
  const after = parse(english.slice(0, start) + scene + english.slice(end));

  const changed = changedShots(before, after);
  expect(changed).toHaveLength(3);
  expect(changed.every((shot) => JSON.stringify(contentOf(shot)).toUpperCase().includes('NORA'))).toBe(true);
  const others = (document: Document) => document.scenes.toSpliced(1, 1).map(sceneContentOf);
  expect(others(after)).toEqual(others(before));
});

test('a name known from another scene is nobody here', () => {
  const alone = 'INT. B - DAY\n\nThe door opens and Bo enters.\n';
  const after = parse(`INT. A - DAY\n\nA man waits.\n\nBO\nHello.\n\n${alone}`);

  expect(after.scenes[1]!.shots.map(contentOf)).toEqual(parse(alone).scenes[0]!.shots.map(contentOf));
});

test('equal scenes and shots have ids of their own', () => {
  const scene = 'INT. LIFT - DAY\n\nThe doors close.\n\nThe doors close.\n\n';
  const document = parse(scene + scene);

  const ids = [...document.scenes.map(({ id }) => id), ...shotsOf(document).map(({ id }) => id)];
  expect(new Set(ids).size).toBe(ids.length);
});
