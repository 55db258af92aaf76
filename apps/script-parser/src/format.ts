import { ScriptFormat } from '@reelmesh/contracts/script';
import { readChineseHeading, readEpisode } from './heading-chinese.ts';
import { readEnglishHeading } from './heading-english.ts';
import type { Lines } from './lines.ts';
import { shadowOf } from './shadow.ts';

/** Which reader a script is for: the one that knows most of its headings. */
export function tellFormat(lines: Lines): ScriptFormat {
  let fountain = 0;
  let chinese = 0;
  let cues = 0;
  let triangles = 0;
  let afterBlank = true;
  for (let line = 0; line < lines.count; line++) {
    const { start, end } = lines.trimmed(line);
    if (start === end) {
      afterBlank = true;
      continue;
    }
    const text = lines.text.slice(start, Math.min(end, start + 100));
    if (readEnglishHeading(text) || (afterBlank && /^\.[\p{L}\p{N}]/u.test(text))) fountain++;
    else if (/^@\p{L}/u.test(text)) cues++;
    else if (text.charCodeAt(0) > 0x7f || /^[\d#*(+]/.test(text)) {
      const shadow = shadowOf(text).text;
      if (shadow.startsWith('△')) triangles++;
      else if (end - start < 100 && (readChineseHeading(shadow) || readEpisode(shadow) !== undefined))
        chinese++;
    }
    afterBlank = false;
  }
  if (chinese > fountain || (triangles > 0 && triangles > cues)) return ScriptFormat.SCRIPT_FORMAT_CHINESE;
  return fountain > 0 || cues > 0 ? ScriptFormat.SCRIPT_FORMAT_FOUNTAIN : ScriptFormat.SCRIPT_FORMAT_PROSE;
}

/** BCP 47: `zh` as soon as Chinese characters outnumber Latin words. */
export function tellLanguage(text: string): 'en' | 'zh' {
  let han = 0;
  let words = 0;
  let inWord = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isLatin = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
    if (code >= 0x3400 && code <= 0x9fff) han++;
    if (isLatin && !inWord) words++;
    inWord = isLatin;
  }
  return han > words ? 'zh' : 'en';
}
