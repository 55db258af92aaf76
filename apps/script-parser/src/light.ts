import { TimeOfDay, Weather } from '@reelmesh/contracts/script';

const T = TimeOfDay;
const W = Weather;

/** Whole words of a heading. The twelve classical hours (子 to 亥) count by the clock. */
const TIMES: ReadonlyMap<string, TimeOfDay> = new Map(
  (
    [
      [T.TIME_OF_DAY_DAWN, 'DAWN SUNRISE DAYBREAK 晨 黎明 拂晓 凌晨 破晓 清晨 卯时 寅时'],
      [T.TIME_OF_DAY_MORNING, 'MORNING 早 早晨 早上 上午 辰时 巳时'],
      [
        T.TIME_OF_DAY_DAY,
        'DAY NOON MIDDAY AFTERNOON DAYTIME 日 天 昼 白天 午 中午 正午 午后 下午 午时 未时 申时',
      ],
      [T.TIME_OF_DAY_DUSK, 'DUSK SUNSET TWILIGHT 昏 黄昏 傍晚 日落 夕阳 酉时'],
      [T.TIME_OF_DAY_EVENING, 'EVENING 晚 晚上 戌时'],
      [
        T.TIME_OF_DAY_NIGHT,
        'NIGHT MIDNIGHT NIGHTTIME 夜 暗 夜晚 深夜 午夜 半夜 夜里 雨夜 雪夜 子时 丑时 亥时',
      ],
    ] as const
  ).flatMap(([time, words]) => words.split(' ').map((word) => [word, time] as const)),
);

/** Times in which no word is a time. */
const TIME_PHRASES: readonly (readonly [string, TimeOfDay])[] = [
  ['MAGIC HOUR', T.TIME_OF_DAY_DUSK],
  ['GOLDEN HOUR', T.TIME_OF_DAY_DUSK],
];

/** Say when the scene is by another scene, and nothing about the light. */
const RELATIVE_TIMES = new Set(
  'CONTINUOUS|LATER|MOMENTS LATER|SAME|SAME TIME|稍后|同时|同一时刻|接上场|片刻后'.split('|'),
);

const LATER_DAYS = ['次日', '第二天', '翌日', '当天', '当日', '同日', '当晚'];

const TIME_MODIFIERS = new Set('EARLY LATE THE NEXT FOLLOWING SAME MID THAT PRE'.split(' '));

/** Undefined for what is no time; UNSPECIFIED for CONTINUOUS, LATER, 稍后. */
export function timeOfHeadingWord(text: string): TimeOfDay | undefined {
  const word = text.trim().toUpperCase();
  if (RELATIVE_TIMES.has(word)) return T.TIME_OF_DAY_UNSPECIFIED;
  const exact = TIMES.get(word) ?? TIME_PHRASES.find(([phrase]) => phrase === word)?.[1];
  if (exact) return exact;
  const later = LATER_DAYS.find((day) => word.startsWith(day));
  if (later !== undefined) return TIMES.get(word.slice(later.length).trim());
  const words = word.split(/[ -]/).filter((part) => part !== '');
  const last = TIMES.get(words.at(-1) ?? '');
  return last && words.length <= 4 && words.slice(0, -1).every((part) => TIME_MODIFIERS.has(part))
    ? last
    : undefined;
}

/** Said in passing, by action that no heading dates; UNSPECIFIED when the text does not say. */
export function timeInText(text: string): TimeOfDay {
  const lower = text.toLowerCase();
  const found = TIMES_IN_TEXT.map(([word, time]) => ({ time, at: findWord(lower, word) })).filter(
    ({ at }) => at >= 0,
  );
  return found.toSorted((a, b) => a.at - b.at)[0]?.time ?? T.TIME_OF_DAY_UNSPECIFIED;
}

const TIMES_IN_TEXT: readonly (readonly [string, TimeOfDay])[] = [
  ['at dawn', T.TIME_OF_DAY_DAWN],
  ['sunrise', T.TIME_OF_DAY_DAWN],
  ['morning', T.TIME_OF_DAY_MORNING],
  ['noon', T.TIME_OF_DAY_DAY],
  ['afternoon', T.TIME_OF_DAY_DAY],
  ['sunset', T.TIME_OF_DAY_DUSK],
  ['dusk', T.TIME_OF_DAY_DUSK],
  ['evening', T.TIME_OF_DAY_EVENING],
  ['midnight', T.TIME_OF_DAY_NIGHT],
  ['night', T.TIME_OF_DAY_NIGHT],
  ['清晨', T.TIME_OF_DAY_DAWN],
  ['黎明', T.TIME_OF_DAY_DAWN],
  ['早上', T.TIME_OF_DAY_MORNING],
  ['上午', T.TIME_OF_DAY_MORNING],
  ['中午', T.TIME_OF_DAY_DAY],
  ['下午', T.TIME_OF_DAY_DAY],
  ['黄昏', T.TIME_OF_DAY_DUSK],
  ['傍晚', T.TIME_OF_DAY_DUSK],
  ['夜晚', T.TIME_OF_DAY_NIGHT],
  ['深夜', T.TIME_OF_DAY_NIGHT],
  ['夜里', T.TIME_OF_DAY_NIGHT],
];

function findWord(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (word.charCodeAt(0) > 0x7f) return at;
    if (!isLetter(text.charCodeAt(at - 1)) && !isLetter(text.charCodeAt(at + word.length))) return at;
  }
  return -1;
}

/** Longest phrase wins where two begin at the same place; earliest place wins otherwise. */
const WEATHER_WORDS: readonly (readonly [Weather, readonly string[]])[] = [
  [
    W.WEATHER_CLEAR,
    '雨过天晴 雨停 雪停 雨后初晴 风停 雾散 晴天 放晴 天晴 晴空 晴朗 阳光 烈日 晨光'
      .split(' ')
      .concat([
        'clear sky',
        'sky is clear',
        'sunny',
        'sunlight',
        'sunshine',
        'rain has stopped',
        'storm has passed',
        'after the rain',
        'after the storm',
      ]),
  ],
  [
    W.WEATHER_STORM,
    '暴风雨 雷雨 雷暴 雷电 电闪雷鸣 闪电 台风 storm thunder thunderstorm lightning hurricane'.split(' '),
  ],
  [
    W.WEATHER_RAIN,
    '暴雨 大雨 下雨 细雨 小雨 雨水 雨中 雨点 雨声 雨幕 雨丝 雨夜 淋雨 冒雨 阵雨 雨滴 rain raining rainy drizzle downpour'.split(
      ' ',
    ),
  ],
  [
    W.WEATHER_SNOW,
    '大雪 下雪 雪花 飘雪 落雪 雪地 风雪 暴雪 雨雪 雪夜 积雪 snow snowing snowy snowfall snowflakes blizzard'.split(
      ' ',
    ),
  ],
  [W.WEATHER_FOG, '大雾 浓雾 薄雾 雾气 起雾 晨雾 fog foggy mist misty'.split(' ')],
  [
    W.WEATHER_WIND,
    '大风 狂风 寒风 冷风 风沙 刮风'
      .split(' ')
      .concat(['windy', 'the wind', 'cold wind', 'strong wind', 'howling wind', 'gale']),
  ],
];

const WEATHER_BY_START: ReadonlyMap<string, readonly (readonly [string, Weather])[]> = index();

/** What the sky does, by the first word that says so; UNSPECIFIED when none does. Linear in the text. */
export function weatherOf(text: string): Weather {
  const lower = text.toLowerCase();
  for (let at = 0; at < lower.length; at++) {
    const candidates = WEATHER_BY_START.get(lower.charAt(at));
    const match = candidates?.find(
      ([phrase]) => lower.startsWith(phrase, at) && isWholeWord(lower, at, phrase),
    );
    if (match) return match[1];
  }
  return W.WEATHER_UNSPECIFIED;
}

function isWholeWord(text: string, at: number, phrase: string): boolean {
  if (phrase.charCodeAt(0) > 0x7f) return true;
  return (
    !isLetter(text.charCodeAt(at - 1)) &&
    !isLetter(text.charCodeAt(at + phrase.length)) &&
    !isFigure(text, at + phrase.length)
  );
}

/** `snow globe`, `rain check`: things named after weather. */
function isFigure(text: string, end: number): boolean {
  return [' globe', ' check', ' coat', ' machine'].some((thing) => text.startsWith(thing, end));
}

function isLetter(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

function index(): ReadonlyMap<string, readonly (readonly [string, Weather])[]> {
  const byStart = new Map<string, (readonly [string, Weather])[]>();
  for (const [weather, phrases] of WEATHER_WORDS) {
    for (const phrase of phrases) {
      const list = byStart.get(phrase.charAt(0)) ?? [];
      list.push([phrase, weather]);
      byStart.set(phrase.charAt(0), list);
    }
  }
  for (const list of byStart.values()) list.sort(([a], [b]) => b.length - a.length);
  return byStart;
}
