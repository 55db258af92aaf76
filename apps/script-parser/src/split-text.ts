const STOPS = '.!?。！？…\n';
const COMMAS = ',;，；、:：—';
/** What may follow a stop and still belongs to its sentence. */
const CLOSERS = '"”’』」）)\'';

/**
 * Cuts a text into pieces that cost at most `max`: between sentences where that is enough, else between clauses, else
 * between words. The pieces put together are the text, but for white space around them.
 */
export function splitToFit(text: string, cost: (piece: string) => number, max: number): string[] {
  return splitAfterHead(text, cost, max, max).filter((piece) => piece !== '');
}

/** The same where the first piece may cost `first` only; it is empty when nothing fits. */
export function splitAfterHead(
  text: string,
  cost: (piece: string) => number,
  max: number,
  first: number,
): string[] {
  if (cost(text) <= first) return [text];
  return pack(atoms(text, cost, max, [STOPS, COMMAS]), cost, max, first);
}

function atoms(
  text: string,
  cost: (piece: string) => number,
  max: number,
  marks: readonly string[],
): string[] {
  if (cost(text) <= max) return [text];
  const [mark, ...finer] = marks;
  if (mark === undefined) return halve(text, cost, max);
  return cutAfter(text, mark).flatMap((piece) => atoms(piece, cost, max, finer));
}

/** Greedy; costs are summed, not measured again, so that it stays linear. */
function pack(
  pieces: readonly string[],
  cost: (piece: string) => number,
  max: number,
  first: number,
): string[] {
  const packed: string[][] = [[]];
  let room = first;
  for (const piece of pieces) {
    const price = cost(piece);
    if (price <= room) packed.at(-1)?.push(piece);
    else packed.push([piece]);
    room = price <= room ? room - price : max - price;
  }
  return packed.map((group) => group.join('').trim());
}

function cutAfter(text: string, marks: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (!marks.includes(text.charAt(index)) || isInsideNumber(text, index)) continue;
    while (index + 1 < text.length && (marks + CLOSERS).includes(text.charAt(index + 1))) index++;
    pieces.push(text.slice(start, index + 1));
    start = index + 1;
  }
  if (start < text.length) pieces.push(text.slice(start));
  return pieces;
}

/** `3.5`, `1,000`. */
function isInsideNumber(text: string, index: number): boolean {
  return /\d/.test(text.charAt(index - 1)) && /\d/.test(text.charAt(index + 1));
}

/** In two at the space nearest to the middle, again and again. */
function halve(text: string, cost: (piece: string) => number, max: number): string[] {
  if (cost(text) <= max || text.length < 2) return [text];
  const middle = text.length >> 1;
  const before = text.lastIndexOf(' ', middle);
  let cut = before > middle / 2 ? before + 1 : middle;
  if (isLowSurrogate(text.charCodeAt(cut))) cut--;
  return [text.slice(0, cut), text.slice(cut)].flatMap((half) => (half === '' ? [] : halve(half, cost, max)));
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
