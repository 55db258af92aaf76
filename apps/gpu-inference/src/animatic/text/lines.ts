/** Characters that must not start a line in Chinese typesetting. */
const neverFirst = /^[，。、；：？！”’）》」』】…—,.;:?!)\]%]/u;

/** Words of Latin script stay whole; every other character may end a line. */
function pieces(text: string): string[] {
  return text.match(/[\p{Script=Latin}\p{N}'’\-.,;:!?]+\s*|\s+|./gsu) ?? [];
}

/**
 * Breaks a text into lines that `widthOf` finds no wider than `most`, at most `limit` of them; what is cut off shows as an ellipsis.
 */
export function breakLines(
  text: string,
  most: number,
  limit: number,
  widthOf: (line: string) => number,
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(text.trim())) {
    const fits = line === '' || widthOf((line + piece).trimEnd()) <= most || neverFirst.test(piece);
    if (fits) {
      line += piece;
    } else {
      lines.push(line.trim());
      line = piece.trimStart();
    }
  }
  if (line.trim() !== '') lines.push(line.trim());
  if (lines.length <= limit) return lines;
  return [...lines.slice(0, limit - 1), `${lines[limit - 1] ?? ''}…`];
}
