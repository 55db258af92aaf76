import type { SKRSContext2D } from '@napi-rs/canvas';
import { css, scale, type Rgb } from '../scene/colour.ts';
import type { Acting } from './acting.ts';
import { line, oval, shape, slab, type Spot } from './brush.ts';
import { paintHairBehind, paintHead, type Expression } from './head.ts';
import { armOf, dropOf, paintLegs, paintProfileLegs, swingingArm, type Arm } from './limbs.ts';
import type { Look } from './look.ts';
import { paintSeat, paintThing } from './things.ts';

/** Which way somebody faces, as the camera sees it. */
export type Facing = 'front' | 'side' | 'back';

/** Height of a grown-up in heads, the unit of every measure here; feet at 0, up is negative. */
export const headsTall = 7.5;

/** How the camera's height bends a body: both 1 at eye level. */
export interface Foreshortening {
  /** Size of the head against the body. */
  readonly head: number;
  /** Length of the body against its width. */
  readonly body: number;
}

/** A body at one moment. */
export interface Posture {
  readonly facing: Facing;
  /** The side that a profile looks to and that an arm acts on: left -1, right 1. */
  readonly turn: -1 | 1;
  /** Where a face that looks to the camera turns, left -1 to right 1. */
  readonly gaze: number;
  readonly bend: Foreshortening;
  readonly acting: Acting;
  readonly seat: 'bench' | 'chair' | 'case';
  /** Part of a double step, 0 to 1. */
  readonly step: number;
  readonly expression: Expression;
}

/** Paints a body with its feet at the origin, one unit a head high. */
export function paintFigure(g: SKRSContext2D, look: Look, posture: Posture): void {
  const { facing, turn, bend, acting } = posture;
  const drop = dropOf(acting.stance);
  const tall = look.height * bend.body;
  const profile = facing === 'side';
  const w = look.build * (profile ? 0.66 : 1);
  const tilt = profile ? turn * { run: 0.2, walk: 0.05, stand: 0, sit: 0, crouch: 0.2 }[acting.stance] : acting.leans ? turn * 0.13 : 0; // prettier-ignore
  const body = (paint: () => void) => {
    g.save();
    g.scale(1, tall);
    paint();
    g.restore();
  };
  const upper = (paint: () => void) => {
    g.save();
    g.translate(0, (-4 + drop) * tall);
    g.rotate(tilt);
    g.translate(0, 4 * tall);
    paint();
    g.restore();
  };
  const atHead = (paint: () => void) =>
    upper(() => {
      g.translate(profile ? turn * 0.1 : posture.gaze * 0.06, -6.52 * tall);
      g.scale(bend.head, bend.head);
      g.rotate(acting.head * (profile ? -turn : -posture.gaze * 0.6) * 0.2);
      g.translate(0, acting.head < 0 ? 0.07 : 0);
      paint();
    });
  if (acting.stance === 'sit') body(() => paintSeat(g, posture.seat, -4 + drop + 0.25));
  if (acting.thingAt === 'back' && facing !== 'back') upper(() => body(() => paintLoad(g, turn, profile)));
  atHead(() => paintHairBehind(g, look, facing, turn));
  body(() => {
    if (!profile) return paintLegs(g, look, w, acting.stance);
    g.scale(turn, 1);
    paintProfileLegs(g, look, acting.stance, posture.step);
  });
  if (profile) upper(() => body(() => paintSwingingArm(g, look, posture, false)));
  upper(() => body(() => paintTorso(g, look, w, posture)));
  if (acting.thingAt === 'back' && facing === 'back') upper(() => body(() => paintLoad(g, turn, false)));
  const high =
    !profile && facing === 'front' && ['blow', 'call', 'eat', 'bow-strings'].includes(acting.gesture);
  const arms = () => upper(() => body(() => profile ? paintSwingingArm(g, look, posture, true) : paintArms(g, look, w, posture))); // prettier-ignore
  if (!high) arms();
  atHead(() => paintHead(g, look, facing, turn, posture.gaze, posture.expression));
  if (high) arms();
}

function paintTorso(g: SKRSContext2D, look: Look, w: number, { facing, gaze, acting }: Posture): void {
  slab(g, -0.19, -6.75, 0.38, 0.6, 0, scale(look.skin, 0.62));
  const coat = look.garment === 'coat';
  const folded = acting.stance !== 'stand';
  const hem = coat ? (folded ? -3.5 : -2.5) : look.garment === 'dress' ? -4.05 : -3.75;
  const flare = coat && !folded ? 0.86 : 0.68;
  // A body that turns shows less of the shoulder that goes away from the camera.
  const twist = facing === 'front' ? gaze : 0;
  const left = 0.98 * w * (1 - Math.max(0, -twist) * 0.16);
  const right = 0.98 * w * (1 - Math.max(0, twist) * 0.16);
  const gradient = g.createLinearGradient(0, -6.3, 0, hem);
  gradient.addColorStop(0, css(scale(look.top, 1.08)));
  gradient.addColorStop(1, css(scale(look.top, 0.8)));
  g.fillStyle = gradient;
  g.beginPath();
  g.moveTo(-0.2, -6.36);
  g.bezierCurveTo(-0.5, -6.2, -left * 0.92, -6.16, -left, -5.72);
  g.bezierCurveTo(-left * 0.86, -5.2, -0.66 * w, -4.8, -0.64 * w, -4.5);
  g.quadraticCurveTo(-0.7 * w, -3.9, -flare * w, hem);
  g.lineTo(flare * w, hem);
  g.quadraticCurveTo(0.7 * w, -3.9, 0.64 * w, -4.5);
  g.bezierCurveTo(0.66 * w, -4.8, right * 0.86, -5.2, right, -5.72);
  g.bezierCurveTo(right * 0.92, -6.16, 0.5, -6.2, 0.2, -6.36);
  g.closePath();
  g.fill();
  if (facing === 'front') {
    g.save();
    g.translate(twist * 0.2, 0);
    paintFront(g, look, w, hem);
    g.restore();
  }
  if (facing === 'back') line(g, [[0, -6.2], [0, hem]], 0.025, scale(look.top, 0.62)); // prettier-ignore
  if (look.scarf === undefined) return;
  slab(g, -0.42, -6.52, 0.84, 0.36, 0.16, look.scarf);
  if (facing === 'front') slab(g, 0.08 + twist * 0.2, -6.3, 0.26, 1.25, 0, look.scarf);
  line(g, [[-0.36, -6.33], [0.36, -6.3]], 0.03, scale(look.scarf, 0.7)); // prettier-ignore
}

/** Collar, lapels, buttons: what tells a coat from a sweater. */
function paintFront(g: SKRSContext2D, look: Look, w: number, hem: number): void {
  const dark = scale(look.top, 0.62);
  if (look.garment === 'coat' || look.garment === 'jacket') {
    shape(g, [[-0.27, -6.34], [0.27, -6.34], [0, -5.25]], look.under); // prettier-ignore
    for (const side of [-1, 1]) shape(g, [[side * 0.24, -6.42], [side * 0.56, -6.12], [side * 0.42, -5.75], [0, -5.1]], scale(look.top, 1.22)); // prettier-ignore
    line(g, [[0, -5.12], [0.02, hem]], 0.03, dark); // prettier-ignore
    for (let button = 0; button < 3; button++) oval(g, 0.14, -4.9 + button * 0.42, 0.04, 0.04, dark);
  } else {
    oval(g, 0, -6.3, 0.3, look.garment === 'sweater' ? 0.13 : 0.24, look.garment === 'sweater' ? dark : scale(look.skin, 0.94)); // prettier-ignore
    slab(g, -0.19, -6.6, 0.38, 0.27, 0, scale(look.skin, 0.62));
  }
  for (const side of [-1, 1]) line(g, [[side * 0.6 * w, -5.5], [side * 0.56 * w, -4.6]], 0.03, dark); // prettier-ignore
}

/** Both arms of somebody who faces the camera or turns the back to it, and what the hands hold. */
function paintArms(g: SKRSContext2D, look: Look, w: number, { facing, turn, acting }: Posture): void {
  const { gesture, thing } = acting;
  const held = acting.thingAt === 'hands' ? thing : undefined;
  const arm = (side: -1 | 1) => {
    const acts = side === turn;
    const [elbow, hand] = armOf(facing === 'back' && gesture !== 'raise' ? 'hang' : gesture, acts);
    const tone = scale(look.top, facing === 'back' ? 0.84 : side < 0 ? 0.74 : 0.9);
    const [ex, hx] = [elbow[0] * side * w, hand[0] * side * w];
    if (held !== undefined && acts && facing === 'front' && !bothHands.has(gesture)) {
      paintThing(g, held, [hx, hand[1]], side, false);
    }
    if (gesture !== 'pockets' || facing === 'back') oval(g, hx, hand[1], 0.16, 0.17, look.skin);
    const wrist = [hx + (ex - hx) * 0.12, hand[1] + (elbow[1] - hand[1]) * 0.12] as const;
    sleeve(g, [[side * 0.84 * w, -5.74], [ex, elbow[1]], wrist], tone); // prettier-ignore
  };
  if (held !== undefined && facing === 'front' && bothHands.has(gesture)) {
    const halves = gesture === 'tear' ? [-0.72, 0.72] : [0];
    for (const x of halves) paintThing(g, held, [x, gesture === 'work' ? -4.5 : gesture === 'hug' ? -5 : -5.05], turn, true);
  }
  arm(turn === 1 ? -1 : 1);
  arm(turn);
} // prettier-ignore

const bothHands: ReadonlySet<string> = new Set(['hold', 'hug', 'work', 'tear', 'eat']);

/** An arm of a profile: it swings with the steps, or the near one holds out what the hand does. */
function paintSwingingArm(g: SKRSContext2D, look: Look, posture: Posture, near: boolean): void {
  const { acting, turn } = posture;
  const moving = acting.stance === 'run' || acting.stance === 'walk';
  const acts = near && (acting.gesture === 'shelter' || (!moving && !idle.has(acting.gesture)));
  const [elbow, hand]: Arm = acts
    ? [[0.25, -4.8], [0.95, -5.3]]
    : moving
      ? swingingArm(acting.stance, posture.step, near)
      : [[-0.1, -4.75], [0.12, -3.6]]; // prettier-ignore
  const wrist: Spot = [hand[0] - (hand[0] - elbow[0]) * 0.12, hand[1] - (hand[1] - elbow[1]) * 0.12];
  g.save();
  g.scale(turn, 1);
  if (near && acting.thing !== undefined && acting.thingAt === 'hands')
    paintThing(g, acting.thing, hand, 1, false);
  oval(g, hand[0], hand[1], 0.16, 0.17, look.skin);
  sleeve(g, [[near ? 0 : 0.12, -5.7], elbow, wrist], scale(look.top, near ? 0.98 : 0.66)); // prettier-ignore
  g.restore();
}

/** Gestures that do nothing. */
const idle: ReadonlySet<string> = new Set(['hang', 'pockets', 'clasp', 'fold']);

/** A darker edge parts a sleeve from the body, which has the same colour. */
function sleeve(g: SKRSContext2D, spots: readonly Spot[], tone: Rgb): void {
  line(g, spots, 0.4, scale(tone, 0.7));
  line(g, spots, 0.35, tone);
}

/** A case on the back and its strap. */
function paintLoad(g: SKRSContext2D, turn: -1 | 1, profile: boolean): void {
  g.save();
  g.translate(profile ? -turn * 0.62 : turn * -0.15, -5.1);
  g.rotate(profile ? turn * 0.12 : turn * 0.42);
  slab(g, -0.34, -1.75, 0.68, 3.1, 0.32, [84, 46, 26]);
  slab(g, -0.2, -1.6, 0.14, 2.7, 0.07, [124, 74, 44]);
  g.restore();
}
