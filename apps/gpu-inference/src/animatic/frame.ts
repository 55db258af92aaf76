import type { Canvas, CanvasPattern, SKRSContext2D } from '@napi-rs/canvas';
import type { Actor } from './cast.ts';
import { poseAt, project, type CameraPose } from './camera/move.ts';
import { celAt } from './people/cels.ts';
import type { Sprite } from './people/sprite.ts';
import type { Plate } from './plate.ts';
import { css } from './scene/colour.ts';
import type { Shot } from './shot.ts';
import { lightningAt } from './weather.ts';

/** Draws frame `index` of the shot. Every frame stands by itself: no frame needs the one before. */
export function drawFrame(canvas: Canvas, shot: Shot, index: number): void {
  const { spec, phase } = shot;
  const { fps, seconds } = spec;
  const g = canvas.getContext('2d');
  const second = index / fps;
  const t = index / Math.max(1, seconds * fps - 1);
  const pose = poseAt(spec.picture?.move ?? 'CAMERA_MOVE_STATIC', t, second, phase);
  drawPlate(g, shot, shot.back, pose);
  if (shot.backBlurred !== undefined) drawFading(g, shot, shot.backBlurred, pose, 1 - pose.focusBehind);
  shot.passing?.(g, second, spec.width, spec.height);
  if (shot.interior) drawAir(g, shot, second);
  if (shot.set !== undefined) drawPlate(g, shot, shot.set, pose);
  if (shot.setBlurred !== undefined) drawFading(g, shot, shot.setBlurred, pose, 1 - pose.focusBehind);
  for (const actor of shot.actors) if (actor.role === 'subject') drawActor(g, shot, actor, pose, second, t);
  if (shot.front !== undefined) drawPlate(g, shot, shot.front, pose);
  for (const actor of shot.actors) if (actor.role === 'shoulder') drawActor(g, shot, actor, pose, second, t);
  if (pose.streak > 0.02) drawStreak(g, canvas, pose.streak);
  if (!shot.interior) drawAir(g, shot, second);
  if (spec.picture?.weather === 'WEATHER_STORM') drawLightning(g, shot, second);
  g.drawImage(shot.grade, 0, 0);
  drawGrain(g, shot, index);
  if (shot.caption !== undefined) {
    g.globalAlpha = Math.min(1, second / 0.4 + (seconds < 2 ? 1 : 0.15));
    g.drawImage(shot.caption.canvas, shot.caption.x, shot.caption.y);
    g.globalAlpha = 1;
  }
  if (shot.slate !== undefined) g.drawImage(shot.slate.canvas, shot.slate.x, shot.slate.y);
}

function drawPlate(g: SKRSContext2D, shot: Shot, plate: Plate, pose: CameraPose): void {
  const { width, height } = shot.spec;
  const to = project(pose, plate.depth, false);
  const x = width / 2 + to.x * width + (plate.x - width / 2) * to.scale;
  const y = height / 2 + to.y * height + (plate.y - height / 2) * to.scale;
  g.drawImage(plate.canvas, x, y, plate.canvas.width * to.scale, plate.canvas.height * to.scale);
}

function drawFading(g: SKRSContext2D, shot: Shot, plate: Plate, pose: CameraPose, alpha: number): void {
  if (alpha <= 0) return;
  g.globalAlpha = alpha;
  drawPlate(g, shot, plate, pose);
  g.globalAlpha = 1;
}

function drawActor(
  g: SKRSContext2D,
  shot: Shot,
  actor: Actor,
  pose: CameraPose,
  second: number,
  t: number,
): void {
  const { width, height } = shot.spec;
  const to = project(pose, actor.depth, true);
  const at = actor.x + actor.travel * (t - 0.5);
  const x = width / 2 + to.x * width + (at - width / 2) * to.scale;
  const y = height / 2 + to.y * height + (actor.feet - height / 2) * to.scale;
  const index = celAt(actor.acting, actor.cels.length, second, actor.phase);
  const sprite = actor.cels[index] ?? actor.cels[0];
  if (sprite === undefined) return;
  const windy = shot.spec.picture?.weather === 'WEATHER_WIND' ? 2 : 1;
  const { stance } = actor.acting;
  const bounce = stance === 'run' ? 1 : stance === 'walk' ? 0.4 : 0;
  const breath = Math.sin((second * 0.27 + actor.phase) * Math.PI * 2);
  const sway = Math.sin((second * 0.13 + actor.phase * 2) * Math.PI * 2);
  // A body is highest twice in a double step: it rises and falls with every cel.
  const step = bounce * Math.abs(Math.sin((index / actor.cels.length) * Math.PI * 2));
  g.save();
  g.translate(x, y);
  if (sprite.shadow > 0) drawShadow(g, sprite.shadow * to.scale, shot);
  g.translate(0, step * sprite.head * -0.22 * to.scale);
  g.scale(to.scale, to.scale * (1 + breath * 0.0038));
  const lean = sway * 0.0045 * windy;
  // Leaning is a shear where the feet are seen; without feet a shift looks the same and is drawn in half the time.
  if (sprite.shadow > 0) g.transform(1, 0, lean, 1, 0, 0);
  else g.translate(-lean * sprite.footY, 0);
  const draw = (drawn: Sprite) => g.drawImage(drawn.canvas, -drawn.footX, -drawn.footY);
  draw(sprite);
  if (actor.blurred !== undefined && pose.focusBehind > 0) {
    g.globalAlpha = pose.focusBehind;
    draw(actor.blurred);
    g.globalAlpha = 1;
  }
  g.restore();
}

function drawShadow(g: SKRSContext2D, half: number, shot: Shot): void {
  g.save();
  g.transform(1, 0, -shot.palette.keySide * 0.9, 0.2, -shot.palette.keySide * half * 0.35, 0);
  const gradient = g.createRadialGradient(0, 0, 0, 0, 0, half * 1.3);
  gradient.addColorStop(0, 'rgba(0,0,0,0.5)');
  gradient.addColorStop(1, 'rgba(0,0,0,0)');
  g.fillStyle = gradient;
  g.fillRect(-half * 1.4, -half * 1.4, half * 2.8, half * 2.8);
  g.restore();
}

function drawAir(g: SKRSContext2D, shot: Shot, second: number): void {
  shot.air?.(g, second, shot.spec.width, shot.spec.height);
}

/** A fast turn smears the picture sideways: squeeze it to a few columns and stretch it again. */
function drawStreak(g: SKRSContext2D, canvas: Canvas, amount: number): void {
  const { width, height } = canvas;
  g.globalAlpha = Math.min(0.9, amount * 1.2);
  const columns = Math.max(6, Math.round(width / 60));
  g.drawImage(canvas, 0, 0, width, height, 0, 0, columns, height);
  g.drawImage(canvas, 0, 0, columns, height, 0, 0, width, height);
  g.globalAlpha = 1;
}

function drawLightning(g: SKRSContext2D, shot: Shot, second: number): void {
  const flash = lightningAt(second, shot.phase);
  if (flash <= 0) return;
  g.fillStyle = css([214, 226, 255], flash * (shot.interior ? 0.22 : 0.42));
  g.fillRect(0, 0, shot.spec.width, shot.spec.height);
}

const patterns = new WeakMap<Shot, CanvasPattern | null>();

function drawGrain(g: SKRSContext2D, shot: Shot, index: number): void {
  const { width, height } = shot.spec;
  let pattern = patterns.get(shot);
  if (pattern === undefined) patterns.set(shot, (pattern = g.createPattern(shot.grain, 'repeat')));
  if (pattern === null) return;
  const [x, y] = [(index * 97) % 256, (index * 61) % 256];
  g.save();
  g.translate(-x, -y);
  g.fillStyle = pattern;
  g.fillRect(x, y, width, height);
  g.restore();
}
