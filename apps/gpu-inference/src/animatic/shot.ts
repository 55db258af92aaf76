import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { RenderSpec } from '@reelmesh/contracts/shot';
import { cast, tallest, type Actor } from './cast.ts';
import { viewOf, type View } from './camera/angle.ts';
import { grainTile, memoryFilter, paintGrade } from './grade.ts';
import { peopleOf } from './people/acting.ts';
import { frame } from './people/framing.ts';
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
import { airOf, passingLights, type Air } from './weather.ts';

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
  /** What passes the windows of a place that drives. */
  readonly passing: Air | undefined;
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
  const scenery = `${spec.seed} ${picture.location} ${picture.intExt}`;
  const keySide = seededRandom(scenery).next() < 0.5 ? -1 : 1;
  const place = placeOf(picture);
  const palette = paletteFor(picture, place.interior, keySide);
  const view = viewOf(picture.angle);
  const plates = view.plan
    ? paintPlanPlates(spec, place, palette, scenery)
    : paintPlates(spec, place, palette, view, seed, scenery);
  return {
    spec,
    palette,
    interior: place.interior && !view.plan,
    ...plates,
    air: airOf(picture.weather, palette, seed),
    passing: drives.has(place.kind) && !view.plan ? passingLights(palette, seed) : undefined,
    grade: paintGrade(picture, palette, spec.width, spec.height),
    grain: grainTile(seed),
    caption: captionCard(picture.onScreenText, spec.width, spec.height),
    slate: slate(picture, spec.width, spec.height),
    phase: (hashText(seed) % 1000) / 1000,
  };
}

const drives: ReadonlySet<string> = new Set(['train-car', 'vehicle']);

type Layers = Pick<Shot, 'back' | 'backBlurred' | 'set' | 'setBlurred' | 'front' | 'actors'>;

function paintPlates(
  spec: RenderSpec,
  place: Place,
  palette: Palette,
  view: View,
  seed: string,
  scenery: string,
): Layers {
  const { picture, width, height } = spec;
  if (picture === undefined) throw new Error('spec has no picture');
  const size = { width, height };
  const people = peopleOf(picture);
  const framing = frame(picture, people, width / height, view.horizon);
  const painter: PlacePainter = place.interior
    ? interiorPainters[place.kind as InteriorKind]
    : exteriorPainters[place.kind as ExteriorKind];
  // Two shots of a place are not taken from the same spot.
  const aside = seededRandom(`viewpoint ${seed}`).between(-1, 1) * viewpoint;
  const filter = memoryFilter(picture, palette);
  const racking = picture.move === 'CAMERA_MOVE_RACK_FOCUS';
  const paint = (layer: 'back' | 'set' | 'front', depth: number, grow: number, blur: number) =>
    paintPlate(size, { depth, scale: grow, roll: view.roll, blur, filter, pivotY: view.horizon }, (g) => {
      g.translate(layer === 'set' ? aside : aside * 0.4, 0);
      painter[layer]?.(stage(spec, place, palette, view, `${scenery} ${layer}`, g, { signReach }));
    });
  const grow = framing.setScale * (view.roll === 0 ? 1 : 1.12);
  const far = 1 + (grow - 1) * 0.5;
  // In a closer shot somebody or the picture's edge would cut the sign's name: then no sign is better.
  const signReach = framing.setScale > 1.15 ? 0 : ((width / height) * 0.47) / grow - Math.abs(aside);
  const blur = framing.setBlur;
  const backBlur = Math.max(blur * 1.25, place.interior ? 0.0012 : 0);
  const backDepth = place.interior ? 12 : 14;
  const setDepth = 3;
  const rackBlur = Math.max(blur, 0.006);
  const close = blur >= 0.0045 && people.length === 0;
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
        const s = stage(spec, place, palette, view, `${seed} insert`, g, { spread: 2 });
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
    actors: framing.people.map((person) =>
      cast(spec, palette, view, place, person, { filter, racking, tallest: tallest(framing.people) }),
    ),
  };
}

/** Picture heights that the camera may stand beside the middle of a place. */
const viewpoint = 0.07;

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
      paint(stage(spec, place, palette, view, `${seed} plan`, g, { spread: 1 / Math.min(1, scale) })),
    );
  const names = peopleOf(picture).slice(0, 6);
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
  place: Place,
  palette: Palette,
  view: View,
  seed: string,
  g: SKRSContext2D,
  form: { readonly spread?: number; readonly signReach?: number } = {},
): Stage {
  const { spread = 1, signReach = 0 } = form;
  const aspect = spec.width / spec.height;
  const margin = (overscan + (view.roll === 0 ? 0 : 0.5)) * spread;
  return {
    g,
    random: seededRandom(seed),
    palette,
    half: aspect / 2,
    reach: (aspect / 2) * margin + 0.06 + viewpoint,
    reachY: 0.5 * margin + 0.12,
    horizon: view.horizon,
    sign: signReach > 0 ? printable(signText(spec.picture?.location ?? '')) : '',
    signReach,
    font: `"${fontFamily}"`,
    place,
  };
}

/** What a sign says: the first part of the location. */
function signText(location: string): string {
  return (location.split(/[-–—,，·/]/u)[0] ?? '').trim();
}

/** A canvas of the shot's size, for frames. */
export function frameCanvas(spec: RenderSpec): Canvas {
  return createCanvas(spec.width, spec.height);
}
