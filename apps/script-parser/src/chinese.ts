import { Delivery } from '@reelmesh/contracts/script';
import type { Block, BlockKind, Reading } from './block.ts';
import { SOUND_LABELS, readChineseCamera } from './camera-chinese.ts';
import type { ChineseCue } from './chinese-cue.ts';
import { readChineseCue } from './chinese-cue.ts';
import { readFrontMatter } from './chinese-front-matter.ts';
import {
  joinHeadings,
  readChineseHeading,
  readEpisode,
  readHeadingLabel,
  readPlaceLine,
} from './heading-chinese.ts';
import type { Lines, Span } from './lines.ts';
import type { Report } from './report.ts';
import type { Shadow } from './shadow.ts';
import { original, shadowOf } from './shadow.ts';

const CAST_LABELS = new Set([
  '人物',
  '人',
  '出场人物',
  '登场人物',
  '角色',
  '出场',
  '演员',
  'Characters',
  'CHARACTERS',
]);
const CAPTION_LABELS = ['字幕', '字幕浮现', '字幕显示', '画面字幕', '屏幕字幕'];
const CAMERA_LABELS = new Set(['镜头语言', '镜头', '运镜', '景别', '空镜', '机位']);
/** Platform markers and ends: no content. */
const MARKERS = [
  '未完待续',
  '待续',
  '本集完',
  '全剧终',
  '剧终',
  '完',
  '切镜',
  '蒙太奇开始',
  '蒙太奇结束',
  '定格',
  '画面定格',
];
const TRANSITIONS = ['切至', '切到', '切', '转场', '淡入', '淡出', '黑屏', '叠化', '溶', '划'];
/** Whoever they are, the line does not say. */
const PRONOUNS = ['他', '她', '它', '对方', '某人', '那人'];
/** A longer head of a line is rather a sentence that ends in speech. */
const LONGEST_PLAIN_NAME = 8;
const SHORTEST_MESSAGE = 6;

/** Reads Chinese scripts in the numbered form: △ action, 人物 lines, `名：（状态）词`. Blank lines mean nothing. */
export function readChinese(lines: Lines, report: Report): Reading {
  const body = firstSceneLine(lines);
  const front = readFrontMatter(lines, body);
  const blocks = new ChineseReader(
    lines,
    report,
    front.biographies.map(({ name }) => name),
  ).read(body);
  return { ...front, blocks };
}

/** Everything above the first episode or scene is front matter. */
function firstSceneLine(lines: Lines): number {
  let firstContent = lines.count;
  for (let line = 0; line < lines.count; line++) {
    const shadow = shadowOf(lines.at(line)).text.trim();
    if (readEpisode(shadow) !== undefined || readChineseHeading(shadow)) return line;
    if (/^[【[(]闪回/.test(shadow) || shadow.startsWith('△')) firstContent = Math.min(firstContent, line);
  }
  return firstContent;
}

class ChineseReader {
  readonly #lines: Lines;
  readonly #report: Report;
  readonly #biographies: ReadonlySet<string>;
  readonly #blocks: Block[] = [];
  /** Names of the scene that is being read. */
  #cast = new Set<string>();
  #hasCastList = false;

  constructor(lines: Lines, report: Report, biographies: readonly string[]) {
    this.#lines = lines;
    this.#report = report;
    this.#biographies = new Set(biographies);
  }

  read(from: number): readonly Block[] {
    for (let line = from; line < this.#lines.count; line++) {
      const span = this.#lines.trimmed(line);
      if (span.start === span.end) continue;
      const shadow = shadowOf(this.#lines.text.slice(span.start, span.end));
      if (shadow.text.trim() === '') continue;
      this.#reportFolded(shadow, span);
      line = this.#readHeading(line, shadow, span) ?? this.#readLine(line, shadow, span);
    }
    return this.#blocks;
  }

  #readHeading(line: number, shadow: Shadow, span: Span): number | undefined {
    const episode = readEpisode(shadow.text);
    if (episode !== undefined) {
      this.#put('episode', span, episode);
      return line;
    }
    const first = readChineseHeading(shadow.text);
    if (!first) return undefined;
    let heading = first;
    let last = line;
    for (let next = line + 1; next < this.#lines.count; next++) {
      const below = shadowOf(this.#lines.at(next)).text.trim();
      if (below === '') continue;
      const isBare = heading.location === '' && last === line;
      const more =
        readHeadingLabel(below) ?? (isBare && !readChineseCue(below) ? readPlaceLine(below) : undefined);
      if (!more || readEpisode(below) !== undefined || readChineseHeading(below)?.number) break;
      heading = joinHeadings(heading, more);
      last = next;
    }
    this.#cast = new Set();
    this.#hasCastList = false;
    const whole = { start: span.start, end: this.#lines.trimmed(last).end };
    this.#put('heading', whole, heading.text, { heading });
    return last;
  }

  #readLine(line: number, shadow: Shadow, span: Span): number {
    const raw = this.#lines.text.slice(span.start, span.end);
    const isAction = shadow.text.startsWith('△');
    const start = isAction ? afterTriangles(shadow.text) : 0;
    const folded = shadow.text.slice(start).trim();
    const words = original(raw, shadow, start).trim();
    if (folded === '') return line;
    if (!this.#readStructure(folded, words, span) && !this.#readLabel(folded, words, span)) {
      const cue = readChineseCue(folded);
      if (cue && this.#isSpeech(cue, folded, isAction)) this.#readSpeech(cue, words, span);
      else this.#readAction(words, span);
    }
    return line;
  }

  /** Flashbacks, transitions, markers, bracketed or bare. */
  #readStructure(folded: string, words: string, span: Span): boolean {
    const bare = unbracket(folded);
    if (/^(闪回|回忆)(结束|完)$/.test(bare)) return this.#put('flashback-end', span, words);
    if (['闪回', '回忆', '快切闪回画面', '闪回开始', '回忆开始'].includes(bare))
      return this.#put('flashback-begin', span, words);
    if (MARKERS.includes(bare) || isPaywallCard(bare)) return this.#put('marker', span, words);
    const isTransition = TRANSITIONS.some(
      (word) => bare === word || (bare.startsWith(word) && bare.length <= 8 && bare.includes(':')),
    );
    if (isTransition) return this.#put('transition', span, words);
    return false;
  }

  /** `人物：`, `字幕：`, `音效：`, `镜头：`, also in 【…】. */
  #readLabel(folded: string, words: string, span: Span): boolean {
    const bare = unbracket(folded);
    const colon = bare.indexOf(':');
    if (colon < 0) {
      const { camera, text } = isBracketed(folded)
        ? readChineseCamera(words)
        : { camera: undefined, text: words };
      return camera && text === '' ? this.#put('camera', span, words, { camera }) : false;
    }
    const label = bare.slice(0, colon).trim();
    const said = words
      .slice(words.search(/[：:]/) + 1)
      .replace(/[】\])）]$/, '')
      .trim();
    if (CAST_LABELS.has(label)) return this.#readCastList(said, span);
    if (CAPTION_LABELS.includes(label))
      return this.#put('caption', span, said.replace(/^["“「]/, '').replace(/["”」]$/, ''));
    if (SOUND_LABELS.has(label)) return this.#put('sound', span, said);
    if (!CAMERA_LABELS.has(label) && !isBracketed(folded)) return false;
    this.#readAction(isBracketed(folded) ? words : `【${words}】`, span);
    return true;
  }

  #readCastList(said: string, span: Span): boolean {
    const names = said
      .split(/[、，,;；\s]+/)
      .map(castName)
      .filter((name) => name !== '' && name.length <= 20);
    for (const name of names) this.#cast.add(name);
    this.#hasCastList = true;
    return this.#put('cast', span, said, { speakers: names });
  }

  /** Speech told in a sentence (`甲大骂乙：…`) has a known name at its start; a line of action has a long head. */
  #isSpeech(cue: ChineseCue, folded: string, isAction: boolean): boolean {
    const name = cue.names.join('/');
    if (cue.words >= folded.length) return false;
    if (cue.names.every((each) => this.#cast.has(each) || this.#biographies.has(each))) return true;
    if (this.#narrator(name) !== undefined) return true;
    return !isAction && (name.length <= LONGEST_PLAIN_NAME || cue.delivery !== Delivery.DELIVERY_ON_SCREEN);
  }

  #narrator(head: string): string | undefined {
    for (let length = Math.min(head.length - 1, 20); length > 1; length--) {
      const start = head.slice(0, length);
      if (this.#cast.has(start)) return start;
    }
    return undefined;
  }

  #readSpeech(cue: ChineseCue, words: string, span: Span): void {
    const known = cue.names.every((name) => this.#cast.has(name));
    const narrator = known ? undefined : this.#narrator(cue.names.join('/'));
    const speakers = narrator === undefined ? cue.names : [narrator];
    const speech = { speakers, delivery: cue.delivery };
    const shadow = shadowOf(words);
    const lead = shadow.text.length - shadow.text.trimStart().length;
    const said = original(words, shadow, lead + cue.words).trim();
    if (narrator !== undefined) {
      this.#report.info(
        'SPEAKER_NARRATED',
        span,
        `the line tells who speaks; it is given to ${narrator} (write ${narrator}：（…）… to make it sure)`,
      );
    } else if (!known) {
      this.#reportStranger(speakers, cue, span);
    }
    const told = narrator === undefined ? cue.manner : cue.names.join('').slice(narrator.length);
    const { camera, text: manner } = readChineseCamera(told);
    if (camera) this.#put('camera', span, told, { camera });
    if (manner !== '') this.#put('parenthetical', span, manner, speech);
    this.#put('dialogue', span, unquote(said), speech);
    for (const name of speakers) this.#cast.add(name);
  }

  #reportStranger(speakers: readonly string[], cue: ChineseCue, span: Span): void {
    const name = speakers.join('/');
    if (PRONOUNS.includes(name)) {
      this.#report.warn('SPEAKER_AMBIGUOUS', span, `${name} may be anybody; write the speaker's name`);
    } else if (
      this.#hasCastList &&
      cue.delivery === Delivery.DELIVERY_ON_SCREEN &&
      !speakers.every((each) => this.#biographies.has(each))
    ) {
      this.#report.warn(
        'SPEAKER_NOT_IN_CAST',
        span,
        `${name} speaks and is not in the scene's 人物 line; add the name there or mend its spelling`,
      );
    }
  }

  /** A message in brackets (`【您的账户到账…】`) is text in the picture. */
  #readAction(words: string, span: Span): void {
    const { camera, text } = readChineseCamera(words);
    const message = messageIn(words);
    if (text !== '') this.#put('action', span, text, camera ? { camera } : {});
    else if (camera) this.#put('camera', span, words, { camera });
    if (message !== '') this.#put('caption', span, message);
  }

  #reportFolded(shadow: Shadow, span: Span): void {
    if (shadow.folded === undefined) return;
    this.#report.info(
      'CHAR_COMPAT_FOLDED',
      span,
      `${shadow.folded} only looks like ${shadow.folded.normalize('NFKC')} and is read as it; retype it`,
    );
  }

  #put(kind: BlockKind, span: Span, text: string, extra: Partial<Block> = {}): true {
    this.#blocks.push({ kind, text, span, ...extra });
    return true;
  }
}

/** All of it in 【…】. */
function isBracketed(folded: string): boolean {
  return folded.startsWith('【') && folded.indexOf('】') === folded.length - 1;
}

/** The first brackets that hold a sentence and no word of the camera. */
function messageIn(words: string): string {
  const open = words.indexOf('【');
  const close = words.indexOf('】', open);
  const inside = open < 0 || close < 0 ? '' : words.slice(open + 1, close).trim();
  const isMessage =
    inside.length >= SHORTEST_MESSAGE && !/[：:]/.test(inside) && !readChineseCamera(`【${inside}】`).camera;
  return isMessage ? inside : '';
}

function afterTriangles(shadow: string): number {
  let index = 0;
  while (shadow.charAt(index) === '△' || shadow.charAt(index) === ' ') index++;
  return index;
}

function unbracket(text: string): string {
  const pairs = ['【】', '()', '[]', '《》'];
  const pair = pairs.find(
    (each) => text.startsWith(each.charAt(0)) && text.indexOf(each.charAt(1)) === text.length - 1,
  );
  return (pair ? text.slice(1, -1) : text).replace(/[。.：:]$/, '').trim();
}

/** `一卡`, `第一集完`. */
function isPaywallCard(text: string): boolean {
  return text.length <= 8 && (/^第.*[集章]完$/.test(text) || /^[一二三四五六七八九十\d]+卡$/.test(text));
}

/** Without a count or a note: `群演*4`, `陈默（少年）`. */
function castName(text: string): string {
  return text
    .replace(/[*×x]\d+$/, '')
    .replace(/[（(].*$/, '')
    .trim();
}

function unquote(text: string): string {
  const isQuoted = /^[“"「]/.test(text) && /[”"」]$/.test(text) && text.length > 2;
  return isQuoted ? text.slice(1, -1) : text;
}
