import type { RenderSpec } from '@reelmesh/contracts/shot';
import type { View } from './camera/angle.ts';
import { actingOf, type Acting } from './people/acting.ts';
import { celsOf } from './people/cels.ts';
import type { Placement } from './people/framing.ts';
import { lookOf } from './people/look.ts';
import { heightOf, paintSprite, type Sprite } from './people/sprite.ts';
import { overscan } from './plate.ts';
import type { Palette } from './scene/palette.ts';
import type { Place } from './scene/place-kind.ts';
import { hashText, seededRandom } from './scene/random.ts';

/** One person in the picture, ready to move. */
export interface Actor {
  readonly acting: Acting;
  /** The drawings shown in turn; see `celAt`. */
  readonly cels: readonly Sprite[];
  readonly blurred: Sprite | undefined;
  /** Where the feet stand in the picture at rest, pixels. */
  readonly x: number;
  readonly feet: number;
  readonly depth: number;
  /** Pixels from the first frame to the last, of somebody who walks through the picture; to the right is positive. */
  readonly travel: number;
  readonly phase: number;
  readonly role: Placement['role'];
}

/** The tallest of them, where 1 is a grown-up of average height. */
export function tallest(people: readonly Placement[]): number {
  return Math.max(...people.map(({ name }) => lookOf(name).height), 0.6);
}

/** Somebody in the light and from the angle of the shot, doing what the description says. */
export function cast(
  spec: RenderSpec,
  palette: Palette,
  view: View,
  place: Place,
  person: Placement,
  how: { readonly filter: string; readonly racking: boolean; readonly tallest: number },
): Actor {
  const { width, height, picture } = spec;
  if (picture === undefined) throw new Error('spec has no picture');
  const shoulder = person.role === 'shoulder';
  const phase = (hashText(person.name) % 997) / 997;
  const chance = seededRandom(`acting ${person.name} ${picture.description}`).next();
  const acting = shoulder ? bystander : actingOf(picture, person.name, place.kind === 'vehicle', chance);
  const walks = acting.stance === 'walk' || acting.stance === 'run';
  const follows = picture.move === 'CAMERA_MOVE_FOLLOW';
  const turn: -1 | 1 = follows && walks ? 1 : (Math.sign(person.gaze) || 1) > 0 ? 1 : -1;
  const facing = shoulder || acting.away ? 'back' : walks && view.facing === 'front' ? 'side' : view.facing;
  const head = person.head * height;
  const posture = { facing, turn, gaze: person.gaze, bend: view.bend, acting, seat: seatOf(acting, place) } as const;
  const own = heightOf(person.name, posture) * head;
  // In a wide shot feet stand on the ground; in a closer one the tallest head keeps its place, sitting or standing.
  const average = (6.52 * view.bend.body + 0.98 * view.bend.head) * head;
  const shorter = (how.tallest - lookOf(person.name).height) * 6.52 * view.bend.body * head;
  const top = (person.top + 0.5) * height + (person.grounded ? average - own : Math.min(shorter, head * 2));
  const paint = (blur: number) =>
    celsOf(acting, facing === 'side', person.head > 0.09 && facing !== 'back').map((cel) =>
      paintSprite({
        name: person.name,
        head,
        visible: Math.max(head, (height * overscan + height) / 2 - top + head),
        aside: width * (overscan / 2) + Math.abs(person.x) * height,
        posture: { ...posture, ...cel },
        palette,
        shade: shoulder ? 0.55 : 0,
        blur,
        filter: how.filter,
      }),
    );
  return {
    acting,
    cels: paint(shoulder ? height * 0.006 : person.z > 1.15 ? height * 0.0012 : 0),
    blurred: how.racking ? paint(height * 0.007)[0] : undefined,
    x: width / 2 + person.x * height,
    feet: top + own,
    depth: person.z,
    travel: walks && !follows ? turn * width * (acting.stance === 'run' ? 0.5 : 0.24) * Math.min(1, spec.seconds / 4) : 0,
    phase,
    role: person.role,
  };
} // prettier-ignore

/** Whoever is seen over the shoulder only listens. */
const bystander: Acting = {
  stance: 'stand',
  gesture: 'hang',
  thing: undefined,
  thingAt: 'hands',
  mood: 'calm',
  head: 0,
  speaks: false,
  away: false,
  leans: false,
};

function seatOf(acting: Acting, { kind }: Place): 'bench' | 'chair' | 'case' {
  if (acting.thingAt === 'seat') return 'case';
  return kind === 'train-car' || kind === 'vehicle' ? 'bench' : 'chair';
}
