import { TransitionKind } from '@reelmesh/contracts/script';

const K = TransitionKind;
/** Longest first where one holds another. */
const WORDS: readonly (readonly [string, TransitionKind])[] = [
  ['SMASH', K.TRANSITION_KIND_SMASH_CUT],
  ['MATCH', K.TRANSITION_KIND_MATCH_CUT],
  ['DISSOLVE', K.TRANSITION_KIND_DISSOLVE],
  ['叠化', K.TRANSITION_KIND_DISSOLVE],
  ['溶', K.TRANSITION_KIND_DISSOLVE],
  ['FADE IN', K.TRANSITION_KIND_FADE_IN],
  ['淡入', K.TRANSITION_KIND_FADE_IN],
  ['FADE', K.TRANSITION_KIND_FADE_OUT],
  ['CUT TO BLACK', K.TRANSITION_KIND_FADE_OUT],
  ['淡出', K.TRANSITION_KIND_FADE_OUT],
  ['黑屏', K.TRANSITION_KIND_FADE_OUT],
  ['WIPE', K.TRANSITION_KIND_WIPE],
  ['划', K.TRANSITION_KIND_WIPE],
];

/** How a transition line leads into the next shot; a cut when it names nothing else. */
export function transitionKind(text: string): TransitionKind {
  const upper = text.toUpperCase();
  return WORDS.find(([word]) => upper.includes(word))?.[1] ?? K.TRANSITION_KIND_CUT;
}
