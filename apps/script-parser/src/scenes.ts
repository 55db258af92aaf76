import { IntExt, TimeOfDay } from '@reelmesh/contracts/script';
import type { Block, Heading } from './block.ts';
import type { Span } from './lines.ts';
import type { Report } from './report.ts';

/** A heading and what stands below it, up to the next. */
export interface SceneText {
  readonly heading: Heading;
  readonly episode: string;
  readonly flashback: boolean;
  /** What a shot may come from, and transitions that lead into the scene first. */
  readonly blocks: readonly Block[];
  readonly span: Span;
}

const NOWHERE: Heading = {
  text: '',
  number: '',
  intExt: IntExt.INT_EXT_UNSPECIFIED,
  location: '',
  timeOfDay: TimeOfDay.TIME_OF_DAY_UNSPECIFIED,
  flashback: false,
};

interface Draft {
  readonly heading: Heading;
  readonly episode: string;
  /** Between two flashback marks. */
  marked: boolean;
  /** Whether anything is to be seen or heard yet. */
  shows: boolean;
  readonly blocks: Block[];
}

/**
 * Groups blocks into scenes. A flashback that begins or ends within a scene begins a scene of its own in the same
 * place: its pictures look different. A transition directly above a heading belongs to the scene it leads into.
 */
export function buildScenes(blocks: readonly Block[], report: Report): SceneText[] {
  const marked = markFlashbacks(blocks, report);
  const scenes: Draft[] = [];
  let episode = '';
  let leading: Block[] = [];
  const open = (heading: Heading, block: Block, isMarked: boolean) => {
    scenes.push({ heading, episode, marked: isMarked, shows: isShown(block), blocks: [...leading, block] });
    leading = [];
  };
  blocks.forEach((block, index) => {
    const scene = scenes.at(-1);
    const isMarked = marked[index] ?? false;
    if (block.kind === 'episode') {
      episode = block.text;
    } else if (block.kind === 'heading' && block.heading) {
      open(block.heading, block, isMarked);
    } else if (
      block.kind === 'flashback-begin' ||
      (block.kind === 'transition' && leadsIntoNext(blocks, index))
    ) {
      leading.push(block);
    } else if (!isShown(block)) {
      (leading.length === 0 && scene ? scene.blocks : leading).push(block);
    } else if (!scene || (scene.shows && scene.marked !== isMarked)) {
      if (!scene) reportMissingHeading(block, report);
      open(scene?.heading ?? NOWHERE, block, isMarked);
    } else {
      for (const held of leading) scene.blocks.push(held);
      leading = [];
      scene.blocks.push(block);
      scene.marked = isMarked;
      scene.shows = true;
    }
  });
  for (const block of leading) scenes.at(-1)?.blocks.push(block);
  return scenes.map(finish);
}

/** Something to see or hear, for which there has to be a scene. */
function isShown(block: Block): boolean {
  return ['action', 'dialogue', 'parenthetical', 'caption', 'lyric', 'camera', 'sound', 'cast'].includes(
    block.kind,
  );
}

function finish({ heading, episode, marked, blocks }: Draft): SceneText {
  const start = blocks[0]?.span.start ?? 0;
  const end = blocks.at(-1)?.span.end ?? start;
  return { heading, episode, flashback: marked || heading.flashback, blocks, span: { start, end } };
}

/** Whether nothing but notes and other transitions stands between the block and the next heading. */
function leadsIntoNext(blocks: readonly Block[], from: number): boolean {
  for (let index = from + 1; index < Math.min(blocks.length, from + 10); index++) {
    const kind = blocks[index]?.kind;
    if (kind === 'heading') return true;
    if (kind !== 'note' && kind !== 'marker' && kind !== 'transition' && kind !== 'flashback-begin')
      return false;
  }
  return false;
}

/**
 * For each block, whether it lies in a flashback. One that is never closed ends with the scene it shows: left open, it
 * would colour the rest of the film.
 */
function markFlashbacks(blocks: readonly Block[], report: Report): readonly boolean[] {
  const marked = new Array<boolean>(blocks.length).fill(false);
  let open: { readonly at: number; showed: boolean; sceneEnd: number } | undefined;
  const close = (end: number) => {
    if (open) marked.fill(true, open.at, end);
    open = undefined;
  };
  const giveUp = (end: number) => {
    const span = open && blocks[open.at]?.span;
    if (!open || !span) return;
    report.warn(
      'FLASHBACK_UNCLOSED',
      span,
      'the flashback is never closed and ends with its scene; write 【闪回结束】 or END FLASHBACK where the present returns',
    );
    close(open.sceneEnd < 0 ? end : open.sceneEnd);
  };
  blocks.forEach((block, index) => {
    if (block.kind === 'flashback-begin') {
      giveUp(index);
      open = { at: index, showed: false, sceneEnd: -1 };
    } else if (block.kind === 'flashback-end') {
      close(index);
    } else if (open) {
      if (block.kind === 'heading' && open.showed && open.sceneEnd < 0) open.sceneEnd = index;
      open.showed ||= isShown(block);
    }
  });
  giveUp(blocks.length);
  return marked;
}

function reportMissingHeading(block: Block, report: Report): void {
  report.warn(
    'SCENE_MISSING_HEADING',
    block.span,
    'no scene heading stands above this line; it is read as a scene without a place (write INT. PLACE - DAY or 1-1 日 内 地点 above it)',
  );
}
