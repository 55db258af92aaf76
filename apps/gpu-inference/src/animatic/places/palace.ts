import { css, rgb, scale } from '../scene/colour.ts';
import { box, disc, lit, signboard, stroke, type Stage } from '../scene/stage.ts';
import { paintFloorLines } from './shell.ts';
import { ground } from './town.ts';

export function palace(s: Stage): void {
  ground(s, '#9a9184');
  paintFloorLines(s, s.horizon + 0.06, 0.06, lit(s, '#6a6257'), 0.4);
  const y = s.horizon + 0.06;
  for (let step = 0; step < 5; step++) box(s, -0.5 + step * 0.02, y - 0.012 - step * 0.012, 1 - step * 0.04, 0.013, lit(s, step % 2 ? '#c9c2b3' : '#b5ad9d', 0.3)); // prettier-ignore
  const base = y - 0.06;
  box(s, -0.36, base - 0.15, 0.72, 0.15, lit(s, '#8e2f27', 0.3));
  for (let x = -0.34; x <= 0.341; x += 0.085)
    box(s, x - 0.009, base - 0.15, 0.018, 0.15, lit(s, '#b04034', 0.25));
  for (let x = -0.3; x <= 0.301; x += 0.085) {
    box(s, x - 0.02, base - 0.12, 0.045, 0.12, s.palette.lamps ? rgb('#f0a85a') : lit(s, '#4a211b', 0.3));
    for (let bar = 0; bar < 4; bar++)
      box(s, x - 0.02 + bar * 0.014, base - 0.12, 0.002, 0.12, lit(s, '#5c241c', 0.3));
  }
  roof(s, base - 0.15, 0.47, 0.11);
  box(s, -0.22, base - 0.3, 0.44, 0.05, lit(s, '#8e2f27', 0.35));
  roof(s, base - 0.3, 0.32, 0.1);
  signboard(s, 0, base - 0.275, 0.14, 0.034, lit(s, '#1d3350', 0.2), rgb('#f0cf74'));
  for (const side of [-1, 1]) {
    const x = side * s.half * 0.72;
    disc(s, x, y + 0.005, 0.03, 0.007, [0, 0, 0], 0.35);
    box(s, x - 0.018, y - 0.05, 0.036, 0.055, lit(s, '#8b8477'));
    disc(s, x, y - 0.062, 0.016, 0.02, lit(s, '#8b8477'));
  }
}

function roof(s: Stage, y: number, half: number, height: number): void {
  const tile = lit(s, '#b98a35', 0.3);
  s.g.beginPath();
  s.g.moveTo(-half, y - 0.012);
  s.g.quadraticCurveTo(-half * 0.7, y - 0.01, -half * 0.55, y - height);
  s.g.lineTo(half * 0.55, y - height);
  s.g.quadraticCurveTo(half * 0.7, y - 0.01, half, y - 0.012);
  s.g.quadraticCurveTo(half * 0.8, y + 0.018, half * 0.7, y + 0.014);
  s.g.lineTo(-half * 0.7, y + 0.014);
  s.g.quadraticCurveTo(-half * 0.8, y + 0.018, -half, y - 0.012);
  const gradient = s.g.createLinearGradient(0, y - height, 0, y + 0.015);
  gradient.addColorStop(0, css(scale(tile, 1.15)));
  gradient.addColorStop(1, css(scale(tile, 0.55)));
  s.g.fillStyle = gradient;
  s.g.fill();
  for (let line = -12; line <= 12; line++) {
    stroke(s, [[(line / 12) * half * 0.55, y - height], [(line / 12) * half * 0.72, y + 0.012]], 0.0015, scale(tile, 0.5), 0.6); // prettier-ignore
  }
  box(s, -half * 0.57, y - height - 0.012, half * 1.14, 0.014, scale(tile, 0.7));
}
