import type { Element, Scene, Shot, Weather } from '@reelmesh/contracts/script';
import {
  CameraAngle,
  CameraMove,
  Delivery,
  ElementKind,
  IntExt,
  ShotSize,
  TimeOfDay,
  TransitionKind,
} from '@reelmesh/contracts/script';
import type { Block, BlockKind } from './block.ts';
import type { Camera } from './camera.ts';
import { SceneCast } from './cast.ts';
import { describe } from './describe.ts';
import { roundShotMs } from './duration.ts';
import type { ContentIds } from './ids.ts';
import { timeInText, weatherOf } from './light.ts';
import type { Locator, Span } from './lines.ts';
import type { Report } from './report.ts';
import { rangeOf } from './report.ts';
import type { SceneText } from './scenes.ts';
import type { ShotText } from './shots.ts';
import { contentMs, splitIntoShots } from './shots.ts';

export interface Assembly {
  readonly language: 'en' | 'zh';
  readonly locate: Locator;
  readonly report: Report;
  readonly sceneIds: ContentIds;
  readonly shotIds: ContentIds;
}

/** What a picture of a place takes where the script says nothing more. */
const ESTABLISHING_MS = 3000;

const ELEMENT_KINDS: Readonly<Record<BlockKind, ElementKind>> = {
  heading: ElementKind.ELEMENT_KIND_MARKER,
  episode: ElementKind.ELEMENT_KIND_MARKER,
  action: ElementKind.ELEMENT_KIND_ACTION,
  dialogue: ElementKind.ELEMENT_KIND_DIALOGUE,
  parenthetical: ElementKind.ELEMENT_KIND_PARENTHETICAL,
  transition: ElementKind.ELEMENT_KIND_TRANSITION,
  caption: ElementKind.ELEMENT_KIND_ON_SCREEN_TEXT,
  sound: ElementKind.ELEMENT_KIND_SOUND,
  camera: ElementKind.ELEMENT_KIND_CAMERA,
  note: ElementKind.ELEMENT_KIND_NOTE,
  lyric: ElementKind.ELEMENT_KIND_LYRIC,
  marker: ElementKind.ELEMENT_KIND_MARKER,
  cast: ElementKind.ELEMENT_KIND_CAST_LIST,
  'flashback-begin': ElementKind.ELEMENT_KIND_MARKER,
  'flashback-end': ElementKind.ELEMENT_KIND_MARKER,
};

/** What all shots of a scene share. */
interface Setting {
  readonly intExt: IntExt;
  readonly location: string;
  readonly timeOfDay: TimeOfDay;
  readonly weather: Weather;
  readonly flashback: boolean;
}

/** A scene with its shots, from its own text alone: no other scene can change it. */
export function assembleScene(scene: SceneText, assembly: Assembly): Scene {
  const { heading, blocks } = scene;
  const told = blocks
    .filter(({ kind }) => kind === 'action')
    .map(({ text }) => text)
    .join('\n');
  const inferred: string[] = [];
  let { timeOfDay } = heading;
  if (timeOfDay === TimeOfDay.TIME_OF_DAY_UNSPECIFIED) {
    inferred.push('time_of_day');
    timeOfDay = timeInText(told);
  }
  if (heading.intExt === IntExt.INT_EXT_UNSPECIFIED) inferred.push('int_ext');
  const weather = weatherOf(`${heading.text}\n${told}`);
  const setting = {
    intExt: heading.intExt,
    location: heading.location,
    timeOfDay,
    weather,
    flashback: scene.flashback,
  };
  reportHeading(scene, assembly.report);
  const texts = splitIntoShots(blocks, new SceneCast(blocks), assembly.report);
  const shots = (texts.length > 0 ? texts : [emptyShot(scene.span)]).map((text, index) =>
    assembleShot(text, index === 0, setting, assembly),
  );
  const elements = blocks
    .filter(({ kind }) => kind !== 'heading')
    .map((block) => elementOf(block, assembly.locate));
  const content = [
    heading,
    scene.episode,
    scene.flashback,
    blocks.map(({ kind, text, speakers }) => [kind, text, speakers]),
  ];
  return {
    id: assembly.sceneIds.of(content),
    number: heading.number,
    heading: heading.text,
    ...setting,
    elements,
    shots,
    source: rangeOf(scene.span, assembly.locate),
    inferred,
    episode: scene.episode,
  };
}

function assembleShot(text: ShotText, isFirst: boolean, setting: Setting, assembly: Assembly): Shot {
  const { camera } = text;
  const size = camera?.size ?? defaultSize(text, isFirst, setting.intExt);
  const angle = camera?.angle ?? CameraAngle.CAMERA_ANGLE_EYE_LEVEL;
  const move = camera?.move ?? CameraMove.CAMERA_MOVE_STATIC;
  reportMoves(text, assembly.report);
  const { language, locate } = assembly;
  const picture = {
    size,
    angle,
    move,
    description: describe({
      ...setting,
      language,
      action: text.action,
      cast: text.cast,
      listening: text.listening,
      manner: text.manner,
      size,
      angle,
    }),
    cast: text.cast,
    onScreenText: text.caption,
    transitionIn: text.transition ?? TransitionKind.TRANSITION_KIND_CUT,
    durationMs: durationOf(text),
    inferred: inferredOf(camera),
  };
  const speeches = text.speeches.map(({ span, ...speech }) => ({ ...speech, source: rangeOf(span, locate) }));
  const said = text.speeches.map(({ speaker, text: words, delivery }) => [speaker, words, delivery]);
  const id = assembly.shotIds.of([setting, text.action, picture, said]);
  return { id, ...picture, speeches, sources: text.spans.map((span) => rangeOf(span, locate)) };
}

/** The first shot of a scene is its widest; words are seen on a face; everything else from the waist. */
function defaultSize(text: ShotText, isFirst: boolean, intExt: IntExt): ShotSize {
  if (isFirst) return intExt === IntExt.INT_EXT_EXT ? ShotSize.SHOT_SIZE_ELS : ShotSize.SHOT_SIZE_LS;
  if (text.action !== '') return text.cast.length === 0 ? ShotSize.SHOT_SIZE_MLS : ShotSize.SHOT_SIZE_MS;
  if (text.speeches.length === 0 || text.cast.length === 0) return ShotSize.SHOT_SIZE_LS;
  return text.continues % 2 === 1 ? ShotSize.SHOT_SIZE_CU : ShotSize.SHOT_SIZE_MCU;
}

function durationOf(text: ShotText): number {
  const wanted = (text.camera?.seconds ?? 0) * 1000;
  return roundShotMs(Math.max(wanted, contentMs(text)) || ESTABLISHING_MS);
}

function inferredOf(camera: Camera | undefined): string[] {
  const fields = ['size', 'angle', 'move'] as const;
  return fields.filter((field) => camera?.[field] === undefined);
}

function emptyShot(span: Span): ShotText {
  return {
    action: '',
    caption: '',
    camera: undefined,
    cast: [],
    speeches: [],
    listening: false,
    manner: '',
    continues: 0,
    transition: undefined,
    spans: [span],
  };
}

function elementOf(block: Block, locate: Locator): Element {
  return {
    kind: ELEMENT_KINDS[block.kind],
    text: block.text,
    speakers: [...(block.speakers ?? [])],
    delivery: block.delivery ?? Delivery.DELIVERY_UNSPECIFIED,
    source: rangeOf(block.span, locate),
  };
}

function reportHeading({ heading, blocks }: SceneText, report: Report): void {
  const block = blocks.find(({ kind }) => kind === 'heading');
  if (!block || heading.text === '') return;
  if (heading.timeOfDay === TimeOfDay.TIME_OF_DAY_UNSPECIFIED) {
    report.warn(
      'SCENE_MISSING_TIME',
      block.span,
      `scene ${JSON.stringify(heading.text)} states no time of day; add DAY or NIGHT, 日 or 夜`,
    );
  }
  if (heading.intExt === IntExt.INT_EXT_UNSPECIFIED) {
    report.warn(
      'SCENE_MISSING_INT_EXT',
      block.span,
      `scene ${JSON.stringify(heading.text)} states no side; add INT. or EXT., 内 or 外`,
    );
  }
}

function reportMoves({ camera, spans }: ShotText, report: Report): void {
  const span = spans[0];
  if (!camera || camera.moves.length < 2 || !span) return;
  const names = camera.moves.map((move) => move.replace('CAMERA_MOVE_', ''));
  report.warn(
    'CAMERA_MULTI_MOVE',
    span,
    `a shot has one move: ${names[0]} is kept, ${names.slice(1).join(' and ')} left out; make two shots of it`,
  );
}
