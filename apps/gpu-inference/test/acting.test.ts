import { describe, expect, test } from 'vitest';
import { actingOf, peopleOf } from '../src/animatic/people/acting.ts';
import { celAt, celsOf } from '../src/animatic/people/cels.ts';
import { frame } from '../src/animatic/people/framing.ts';
import { picture } from './specs.ts';

const act = (description: string, name = 'MARA', cast = [name]) =>
  actingOf({ ...picture, description, cast, location: '' }, name, false, 0);

describe('somebody does what the description says', () => {
  test.each([
    ['MARA sprints down the platform', '阿杰一路小跑', 'run'],
    ['MARA walks along the shore', '陈默走进来', 'walk'],
    ['MARA sits by the window', '她坐在窗边', 'sit'],
    ['MARA drops into the nearest seat', '他坐下', 'sit'],
    ['MARA kneels beside him', '周岚蹲下身', 'crouch'],
    ['MARA waits under the clock', '陈默等着', 'stand'],
  ] as const)('"%s" and "%s" are a %s', (english, chinese, stance) => {
    expect(act(english).stance).toBe(stance);
    expect(act(chinese).stance).toBe(stance);
  });

  test.each([
    ['MARA hugs the case', '她抱着箱子', 'hug', 'case'],
    ['MARA plays the violin', '她拉小提琴', 'bow-strings', 'violin'],
    ['MARA opens the case and lifts the violin to her chin', '她拉起提琴', 'bow-strings', 'violin'],
    ['MARA waits with an umbrella', '陈默撑着黑伞', 'shelter', 'umbrella'],
    ['MARA eats', '他夹起第一口', 'eat', 'bowl'],
    ['MARA raises the lantern', '她举起灯笼', 'raise', 'lantern'],
    ['MARA holds a bowl', '周岚端着一碗面', 'hold', 'bowl'],
    ['MARA rips the letter', '陈默把通知书撕成两半', 'tear', 'paper'],
    ['MARA offers the pen', '把签字笔递过来', 'reach', 'pen'],
  ] as const)('"%s" and "%s" are to %s with a %s', (english, chinese, gesture, thing) => {
    expect(act(english)).toMatchObject({ gesture, thing });
    expect(act(chinese)).toMatchObject({ gesture, thing });
  });

  test.each([
    ['Mara speaks, smiling.', '周岚（笑）正在说话', 'glad'],
    ['MARA, her eyes wet, waits', '她眼里有泪', 'sad'],
    ['MARA is furious', '他怒了', 'angry'],
    ['MARA freezes', '他忽然愣住', 'startled'],
  ] as const)('"%s" and "%s" look %s', (english, chinese, mood) => {
    expect(act(english).mood).toBe(mood);
    expect(act(chinese).mood).toBe(mood);
  });

  test('and does not do what another one does', () => {
    const description = 'MARA kneels while LEO runs. MARA and LEO are soaked.';

    expect(act(description, 'MARA', ['MARA', 'LEO']).stance).toBe('crouch');
    expect(act(description, 'LEO', ['MARA', 'LEO']).stance).toBe('run');
  });

  test('together with another one where both are named for it', () => {
    const description = 'Mara and Leo speak.';

    expect(act(description, 'MARA', ['MARA', 'LEO']).speaks).toBe(true);
    expect(act(description, 'LEO', ['MARA', 'LEO']).speaks).toBe(true);
  });

  test('a case on the back leaves the hands free', () => {
    expect(act('MARA runs with a violin case on her back')).toMatchObject({ thing: 'case', thingAt: 'back' });
  });
});

describe('people of a picture', () => {
  const people = (description: string, cast: string[] = []) => peopleOf({ ...picture, description, cast });

  test('are the cast, and without one whom the description shows', () => {
    expect(people('A small girl sits.', ['MARA'])).toEqual(['MARA']);
    expect(people('A small girl sits on the case.')).toEqual(['small girl']);
    expect(people('一个小女孩坐在箱子上。')).toEqual(['小女孩']);
  });

  test('are nobody where only a thing of theirs is shown, or nobody is', () => {
    expect(people("The conductor's lantern swings.")).toEqual([]);
    expect(people('空镜头，画面里没有人物。')).toEqual([]);
    expect(people('Rain on the roof.')).toEqual([]);
  });

  test('look to the side where the picture leaves room, the same in every shot', () => {
    const gazes = (['SHOT_SIZE_LS', 'SHOT_SIZE_MS', 'SHOT_SIZE_CU'] as const).map((size) => {
      const [only] = frame({ ...picture, size }, ['MARA'], 9 / 16, 0.1).people;
      expect(Math.sign(only?.x ?? 0)).toBe(-Math.sign(only?.gaze ?? 0));
      return Math.sign(only?.gaze ?? 0);
    });

    expect(new Set(gazes).size).toBe(1);
  });
});

describe('drawings shown in turn', () => {
  const shown = (description: string, profile: boolean) => {
    const acting = act(description);
    const cels = celsOf(acting, profile, true).length;
    return new Set(Array.from({ length: 96 }, (_, frameIndex) => celAt(acting, cels, frameIndex / 24, 0.3)));
  };

  test('a run shows each of its steps, a speaker opens the mouth, anybody blinks', () => {
    expect([...shown('MARA runs', true)].toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...shown('Mara speaks', false)].toSorted()).toEqual([0, 1, 2]);
    expect([...shown('Mara waits', false)].toSorted()).toEqual([0, 1]);
  });
});
