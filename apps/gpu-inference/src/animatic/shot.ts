import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { RenderSpec } from '@reelmesh/contracts/shot';
import { viewOf, type View } from './camera/angle.ts';
import { grainTile, memoryFilter, paintGrade } from './grade.ts';
import { frame, type Placement } from './people/framing.ts';
import { paintSprite, type Sprite } from './people/sprite.ts';
import { exteriorPainters } from './places/exteriors.ts';
import { interiorPainters } from './places/interiors.ts';
import { insertOf, paintTable } from './places/insert.ts';
import type { PlacePainter } from './places/painter.ts';
import { paintFromAbove, paintPlan } from './places/plan.ts';
import { overscan, paintPlate, trimmed, type Plate } from './plate.ts';
import { placeOf, type ExteriorKind, type InteriorKind, type Place } from './scene/place-kind.ts';
import { paletteFor, type Palette } from './scene/palette.ts';
import { hashText, seededRandom } from './scene/random.ts';
import type { Stage } from './scene/stage.ts';
import { fontFamily, loadFont, printable } from './text/glyphs.ts';
import { captionCard, slate, type Overlay } from './text/overlay.ts';
import { airOf, type Air } from './weather.ts';

/** One person in the picture, ready to move. */
export interface Actor {
  readonly sprite: Sprite;
  readonly blurred: Sprite | undefined;
  /** Where the feet stand in the picture at rest, pixels. */
  readonly x: number;
  readonly feet: number;
  readonly depth: number;
  readonly phase: number;
  readonly role: Placement['role'];
}

/** Everything of a shot that is painted once. */
export interface Shot {
  readonly spec: RenderSpec;
  readonly palette: Palette;
  readonly interior: boolean;
  readonly back: Plate;
  readonly backBlurred: Plate | undefined;
  readonly set: Plate | undefined;
  readonly setBlurred: Plate | undefined;
  readonly front: Plate | undefined;
  readonly actors: readonly Actor[];
  readonly air: Air | undefined;
  readonly grade: Canvas;
  readonly grain: Canvas;
  readonly caption: Overlay | undefined;
  readonly slate: Overlay | undefined;
  /** 0 to 1: sets trembling, breathing and lightning of two shots apart. */
  readonly phase: number;
}

/** Paints the layers of a shot. The same spec gives the same pixels. */
export function prepareShot(spec: RenderSpec): Shot {
  loadFont();
  const picture = spec.picture;
  if (picture === undefined) throw new Error('spec has no picture');
  const seed = `${spec.seed} ${picture.description} ${picture.location}`;
  const random = seededRandom(seed);
  const keySide = random.next() < 0.5 ? -1 : 1;
  const place = placeOf(picture);
  const palette = paletteFor(picture, place.interior, keySide);
  const view = viewOf(picture.angle);
  const plates = view.plan
    ? paintPlanPlates(spec, place, palette, seed)
    : paintPlates(spec, place, palette, view, seed);
  return {
    spec,
    palette,
    interior: place.interior && !view.plan,
    ...plates,
    air: airOf(picture.weather, palette, seed),
    grade: paintGrade(picture, palette, spec.width, spec.height),
    grain: grainTile(seed),
    caption: captionCard(picture.onScreenText, spec.width, spec.height),
    slate: slate(picture, spec.width, spec.height),
    phase: (hashText(seed) % 1000) / 1000,
  };
}

type Layers = Pick<Shot, 'back' | 'backBlurred' | 'set' | 'setBlurred' | 'front' | 'actors'>;

function paintPlates(spec: RenderSpec, place: Place, palette: Palette, view: View, seed: string): Layers {
  const { picture, width, height } = spec;
  if (picture === undefined) throw new Error('spec has no picture');
  const size = { width, height };
  const framing = frame(picture, width / height, view.horizon);
  const painter: PlacePainter = place.interior
    ? interiorPainters[place.kind as InteriorKind]
    : exteriorPainters[place.kind as ExteriorKind];
  const filter = memoryFilter(picture, palette);
  const racking = picture.move === 'CAMERA_MOVE_RACK_FOCUS';
  const paint = (layer: 'back' | 'set' | 'front', depth: number, grow: number, blur: number) =>
    paintPlate(size, { depth, scale: grow, roll: view.roll, blur, filter, pivotY: view.horizon }, (g) =>
      painter[layer]?.(stage(spec, palette, view, `${seed} ${layer}`, g)),
    );
  const grow = framing.setScale * (view.roll === 0 ? 1 : 1.12);
  const far = 1 + (grow - 1) * 0.5;
  const blur = framing.setBlur;
  const backBlur = Math.max(blur * 1.25, place.interior ? 0.0012 : 0);
  const backDepth = place.interior ? 12 : 14;
  const setDepth = 3;
  const rackBlur = Math.max(blur, 0.006);
  const close = blur >= 0.0045 && picture.cast.length === 0;
  const thing = close ? insertOf(picture.description) : undefined;
  const insert =
    thing &&
    paintPlate(
      size,
      {
        depth: 1,
        scale: Math.min(1.1, (width / height) * 1.6),
        roll: view.roll,
        blur: 0,
        filter,
        pivotY: 0.1,
      },
      (g) => {
        const s = stage(spec, palette, view, `${seed} insert`, g, 2);
        paintTable(s);
        thing(s);
      },
    );
  return {
    back: paint('back', backDepth, far, racking ? 0 : backBlur),
    backBlurred: racking ? paint('back', backDepth, far, rackBlur) : undefined,
    set: trimmed(paint('set', setDepth, grow, racking ? 0 : blur)),
    setBlurred: racking ? trimmed(paint('set', setDepth, grow, rackBlur)) : undefined,
    front:
      insert === undefined
        ? painter.front === undefined
          ? undefined
          : trimmed(paint('front', 0.8, 1, 0.0035))
        : trimmed(insert),
    actors: framing.people.map((person) => cast(spec, palette, view, person, filter, racking)),
  };
}

function cast(
  spec: RenderSpec,
  palette: Palette,
  view: View,
  person: Placement,
  filter: string,
  racking: boolean,
): Actor {
  const { width, height } = spec;
  const shoulder = person.role === 'shoulder';
  const head = person.head * height;
  const top = (person.top + 0.5) * height;
  // The crown of an average head is 7.5 heads above the feet at eye level, less or more where the view bends the body.
  const tall = (6.52 * view.bend.body + 0.98 * view.bend.head) * head;
  const visible = Math.max(head, (height * overscan + height) / 2 - top + head);
  const paint = (blurPx: number) =>
    paintSprite({
      name: person.name,
      head,
      visible,
      aside: width * (overscan / 2) + Math.abs(person.x) * height,
      facing: shoulder ? 'back' : view.facing,
      turn: person.x <= 0 ? 1 : -1,
      gaze: person.gaze,
      bend: view.bend,
      palette,
      shade: shoulder ? 0.55 : 0,
      filter: `${blurPx >= 0.5 ? `blur(${blurPx.toFixed(2)}px) ` : ''}${filter}`.trim(),
    });
  return {
    sprite: paint(shoulder ? height * 0.006 : person.z > 1.15 ? height * 0.0012 : 0),
    blurred: racking ? paint(height * 0.007) : undefined,
    x: width / 2 + person.x * height,
    feet: top + tall,
    depth: person.z,
    phase: (hashText(person.name) % 997) / 997,
    role: person.role,
  };
}

/** People stand on the ground that is seen, so both pass alike; far enough that no move reaches the painting's edge. */
const planDepth = 2.4;

/** From straight above everything lies on one plate, people included. */
function paintPlanPlates(spec: RenderSpec, place: Place, palette: Palette, seed: string): Layers {
  const { picture } = spec;
  if (picture === undefined) throw new Error('spec has no picture');
  const view = viewOf(picture.angle);
  const close: Readonly<Record<string, number>> = { SHOT_SIZE_ELS: 0.6, SHOT_SIZE_LS: 0.85, SHOT_SIZE_MCU: 1.5, SHOT_SIZE_CU: 1.9, SHOT_SIZE_ECU: 2.4 }; // prettier-ignore
  const scale = close[picture.size] ?? 1.15;
  const filter = memoryFilter(picture, palette);
  const plate = (depth: number, paint: (s: Stage) => void) =>
    paintPlate(spec, { depth, scale, roll: 0.06, blur: 0, filter, pivotY: 0 }, (g) =>
      paint(stage(spec, palette, view, `${seed} plan`, g, 1 / Math.min(1, scale))),
    );
  const names = picture.cast.slice(0, 6);
  return {
    back: plate(planDepth, (s) => paintPlan(s, place.kind, place.interior)),
    backBlurred: undefined,
    set: trimmed(
      plate(planDepth, (s) =>
        names.forEach((name, index) => {
          const a = (index / Math.max(1, names.length)) * Math.PI * 2 + 0.6;
          const ring = names.length === 1 ? 0 : 0.055 + 0.018 * names.length;
          paintFromAbove(s, name, Math.cos(a) * ring * 1.1, 0.02 + Math.sin(a) * ring, 0.045);
        }),
      ),
    ),
    setBlurred: undefined,
    front: undefined,
    actors: [],
  };
}

function stage(
  spec: RenderSpec,
  palette: Palette,
  view: View,
  seed: string,
  g: SKRSContext2D,
  spread = 1,
): Stage {
  const aspect = spec.width / spec.height;
  const margin = (overscan + (view.roll === 0 ? 0 : 0.5)) * spread;
  return {
    g,
    random: seededRandom(seed),
    palette,
    half: aspect / 2,
    reach: (aspect / 2) * margin + 0.06,
    reachY: 0.5 * margin + 0.12,
    horizon: view.horizon,
    sign: printable(signText(spec.picture?.location ?? '')),
    font: `"${fontFamily}"`,
  };
}

/** A name short enough for a sign: the first part of the location, up to 18 characters, words kept whole. */
function signText(location: string): string {
  const name = (location.split(/[-–—,，·/]/u)[0] ?? '').trim();
  const short = Array.from(name).slice(0, 18).join('');
  return short.length < name.length && short.includes(' ') ? short.slice(0, short.lastIndexOf(' ')) : short;
}

/** A canvas of the shot's size, for frames. */
export function frameCanvas(spec: RenderSpec): Canvas {
  return createCanvas(spec.width, spec.height);
}
