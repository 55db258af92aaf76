import type { TitleEntry } from '@reelmesh/contracts/script';
import type { Biography } from './block.ts';
import type { Lines } from './lines.ts';
import { shadowOf } from './shadow.ts';

const TITLE_KEYS = ['剧名', '片名', '标题', '名称', '书名'];
const CAST_HEADINGS = ['人物小传', '人物介绍', '主要人物', '人物设定', '角色介绍', '人物'];
const LONGEST_KEY = 10;

/** 《剧名》, 简介, 人物小传 (`名（28岁）：身份`): the lines above the first episode or scene. */
export function readFrontMatter(
  lines: Lines,
  end: number,
): { title: string; titlePage: TitleEntry[]; biographies: Biography[] } {
  let title = '';
  let inCast = false;
  const titlePage: TitleEntry[] = [];
  const biographies: Biography[] = [];
  for (let line = 0; line < end; line++) {
    const span = lines.trimmed(line);
    const raw = lines.text.slice(span.start, span.end);
    const folded = shadowOf(raw).text.replaceAll('**', '').replace(/^#+ /, '').trim();
    if (folded === '') continue;
    const quoted = /^《([^》]{1,60})》/.exec(folded)?.[1];
    const { key, note, value } = splitEntry(folded, raw);
    if (quoted !== undefined && title === '') title = quoted;
    else if (TITLE_KEYS.includes(key)) title = value.replace(/^《/, '').replace(/》$/, '');
    else if (CAST_HEADINGS.includes(key.replace(/[【】]/g, '')) && value === '') inCast = true;
    else if (inCast && key !== '' && value !== '')
      biographies.push({ name: key, description: describe(note, value), span });
    else if (key !== '' && value !== '') titlePage.push({ key, value });
    else if (title === '' && line < 5 && folded.length <= 30) title = folded;
  }
  return { title, titlePage, biographies };
}

/** `陈默(32岁):总经理` has a key, a note and a value. A heading without a colon is a key alone. */
function splitEntry(folded: string, raw: string): { key: string; note: string; value: string } {
  const colon = folded.indexOf(':');
  const head = colon < 0 ? folded : folded.slice(0, colon);
  const open = head.indexOf('(');
  const key = (open < 0 ? head : head.slice(0, open)).trim();
  if (key.length > LONGEST_KEY) return { key: '', note: '', value: '' };
  const note =
    open < 0
      ? ''
      : head
          .slice(open + 1)
          .replace(')', '')
          .trim();
  return { key, note, value: colon < 0 ? '' : raw.slice(raw.search(/[：:]/) + 1).trim() };
}

function describe(note: string, value: string): string {
  return note === '' ? value : `${note}，${value}`;
}
