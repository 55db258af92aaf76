import { describe, expect, test } from 'vitest';
import { codesOf, parse, shotsOf } from './documents.ts';

const HEAD = '1-1 日 内 客厅\n人物：林夏、顾言\n';

function speeches(text: string): string[] {
  return shotsOf(parse(HEAD + text)).flatMap((shot) =>
    shot.speeches.map(({ speaker, delivery, text: words }) => `${speaker} ${delivery.slice(9)} ${words}`),
  );
}

describe('scene headings', () => {
  test.each([
    ['1-1 日 内 客厅', '1-1', 'INT', '客厅', 'DAY'],
    ['1-1日 内 客厅', '1-1', 'INT', '客厅', 'DAY'],
    ['1—2场景：夜，外，老街', '1-2', 'EXT', '老街', 'NIGHT'],
    ['场 1–3 日 外 学校 - 操场', '1-3', 'EXT', '学校 操场', 'DAY'],
    ['1－4、码头 深夜 外', '1-4', 'EXT', '码头', 'NIGHT'],
    ['11.1 医院 内 黄昏', '11-1', 'INT', '医院', 'DUSK'],
    ['第3场 外景 码头 日', '3', 'EXT', '码头', 'DAY'],
    ['20、办公室 日 内', '20', 'INT', '办公室', 'DAY'],
    ['1-5 ⽇ 内 客厅', '1-5', 'INT', '客厅', 'DAY'],
    ['１－６　夜　外　天台', '1-6', 'EXT', '天台', 'NIGHT'],
    ['1-7 夜外 天台\u200b', '1-7', 'EXT', '天台', 'NIGHT'],
    ['内景.客厅 - 日', '', 'INT', '客厅', 'DAY'],
    ['INT. 客厅 - 日', '', 'INT', '客厅', 'DAY'],
    ['### 1-8 日 内 客厅', '1-8', 'INT', '客厅', 'DAY'],
    ['1-8 次日清晨 内 卧室', '1-8', 'INT', '卧室', 'DAWN'],
    ['1-8 夜 外 门口 大雨', '1-8', 'EXT', '门口', 'NIGHT'],
    ['1-9\n夜 外 老街', '1-9', 'EXT', '老街', 'NIGHT'],
    ['场次：1\n地点：老街\n时间：夜\n内外景：外', '1', 'EXT', '老街', 'NIGHT'],
    ['场次（1）地点：老街，夜，外；出场人物：林夏', '1', 'EXT', '老街', 'NIGHT'],
  ])('%s', (line, number, side, location, time) => {
    const [scene] = parse(`${line}\n△林夏慢慢走进来，看着窗外。\n`).scenes;

    expect(scene).toMatchObject({
      number,
      intExt: `INT_EXT_${side}`,
      location,
      timeOfDay: `TIME_OF_DAY_${time}`,
    });
  });

  test.each(['1-1打平，林夏笑了。', '场面一度十分混乱。', '外面下着雨，他没有伞。', '3年以前，他来过这里。'])(
    '%s opens no scene',
    (line) => {
      expect(parse(`${HEAD}△林夏走来。\n${line}\n`).scenes).toHaveLength(1);
    },
  );

  test('a scene that states neither time nor side says so', () => {
    expect(codesOf(parse('第1场 客厅\n△林夏走来。\n'))).toEqual([
      'SCENE_MISSING_TIME',
      'SCENE_MISSING_INT_EXT',
    ]);
  });

  test('scenes carry the episode above them', () => {
    const document = parse(`第一集\n${HEAD}△走。\n【第二集】\n2-1 夜 外 街\n△跑。\n`);

    expect(document.scenes.map(({ episode }) => episode)).toEqual(['第一集', '第二集']);
  });
});

describe('speech', () => {
  test.each([
    ['林夏：（低声）走吧。', '林夏 ON_SCREEN 走吧。'],
    ['林夏（低声）：走吧。', '林夏 ON_SCREEN 走吧。'],
    ['林夏(低声)：走吧。', '林夏 ON_SCREEN 走吧。'],
    ['林夏OS：走吧。', '林夏 INNER 走吧。'],
    ['林夏 OS：走吧。', '林夏 INNER 走吧。'],
    ['林夏【VO】：走吧。', '林夏 VOICE_OVER 走吧。'],
    ['VO（林夏）：走吧。', '林夏 VOICE_OVER 走吧。'],
    ['林夏（画外音，急切）：走吧。', '林夏 OFF_SCREEN 走吧。'],
    ['旁白：三年过去了。', '旁白 NARRATION 三年过去了。'],
    ['林夏（电话）：走吧。', '林夏 PHONE 走吧。'],
    ['林夏/顾言：走吧。', '林夏/顾言 ON_SCREEN 走吧。'],
    ['字幕组长：走吧。', '字幕组长 ON_SCREEN 走吧。'],
    ['林夏大骂顾言：走吧！', '林夏 ON_SCREEN 走吧！'],
    ['△林夏推开门，大喊：走吧！', ''],
  ])('%s', (line, speech) => {
    expect(speeches(`${line}\n`).join()).toBe(speech);
  });

  test('a stranger to the cast line, a pronoun and told speech are each reported', () => {
    expect(codesOf(parse(`${HEAD}路人：让开！\n他：谁？\n林夏冷冷地说：我。\n`))).toEqual([
      'SPEAKER_NOT_IN_CAST',
      'SPEAKER_AMBIGUOUS',
      'SPEAKER_NARRATED',
    ]);
  });
});

describe('action', () => {
  test('all four triangles mark it, and none is needed', () => {
    const text = '△林夏走。\n▲林夏跑。\n∆林夏跳。\nΔ林夏笑。\n林夏哭了起来。\n';

    expect(shotsOf(parse(HEAD + text))).toHaveLength(5);
  });

  test('its characters are those of the scene, in order of appearance', () => {
    expect(shotsOf(parse(`${HEAD}△顾言看着林夏，顾言笑了。\n`))[0]!.cast).toEqual(['顾言', '林夏']);
  });

  test('captions, sounds and paywall cards are no action', () => {
    const document = parse(`${HEAD}△林夏走。\n字幕：三年后\n【音效：雷声】\n（一卡）\n未完待续\n`);

    expect(shotsOf(document)).toMatchObject([{ onScreenText: '三年后' }]);
  });

  test('a compatibility character is read as what it looks like and reported', () => {
    expect(parse('1-1 ⽇ 内 客厅\n△林夏走。\n').diagnostics).toMatchObject([
      { code: 'CHAR_COMPAT_FOLDED', severity: 'SEVERITY_INFO', range: { start: { line: 1, column: 1 } } },
    ]);
  });
});

test('what stands in brackets is directed, shown or heard, never said', () => {
  const document = parse(
    `${HEAD}【特写：林夏攥紧的拳头】\n【音效：雷声】\n△【音效：雨声】顾言停下。\n△手机亮起：【您的账户到账一百万元】\n`,
  );

  expect(shotsOf(document)).toMatchObject([
    { size: 'SHOT_SIZE_CU', cast: ['林夏'] },
    { cast: ['顾言'] },
    { onScreenText: '您的账户到账一百万元' },
  ]);
  expect(shotsOf(document).flatMap(({ speeches }) => speeches)).toEqual([]);
});

test('a voice without a body is heard by who was last seen', () => {
  const [, shot] = shotsOf(parse(`${HEAD}△林夏走来。\n林夏：谁？\n顾言VO：是我。\n`));

  expect(shot).toMatchObject({ cast: ['林夏'], speeches: [{ speaker: '顾言' }] });
  expect(shot!.description).toMatch(/^林夏静静听着。/);
});

test('a flashback within a scene is a scene of its own in the same place', () => {
  const document = parse(`${HEAD}△林夏走。\n【闪回】\n△林夏跑。\n【闪回结束】\n△林夏停下。\n`);

  expect(document.scenes.map(({ number, flashback }) => [number, flashback])).toEqual([
    ['1-1', false],
    ['1-1', true],
    ['1-1', false],
  ]);
});

test('blank lines mean nothing', () => {
  const lines = ['1-1 日 内 客厅', '人物：林夏', '△林夏走来。', '林夏：走吧。'];

  expect(shotsOf(parse(lines.join('\n\n'))).map(({ id }) => id)).toEqual(
    shotsOf(parse(lines.join('\n'))).map(({ id }) => id),
  );
});
