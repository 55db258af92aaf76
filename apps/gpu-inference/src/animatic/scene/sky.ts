import { css, mix, rgb } from './colour.ts';
import { disc, glow, shade, type Stage } from './stage.ts';

/** Sky with sun or moon, stars and clouds, from the top of the plate to below the horizon. */
export function paintSky(s: Stage): void {
  const { palette, random, reach, reachY, horizon } = s;
  shade(s, -reach, -reachY, reach * 2, reachY * 2, [
    [0.12, palette.skyTop],
    [0.5 + horizon * 0.45 - 0.2, palette.skyMid],
    [0.5 + horizon * 0.45, palette.skyLow],
    [1, mix(palette.skyLow, palette.haze, 0.6)],
  ]);
  if (palette.celestial === 'moon') stars(s);
  const x = palette.keySide * s.half * random.between(0.35, 0.62);
  if (palette.celestial === 'sun') {
    const low = palette.darkness >= 0.3;
    const y = low ? horizon - random.between(0.05, 0.1) : -random.between(0.3, 0.38);
    glow(s, x, y, low ? 0.62 : 0.42, palette.key, 0.75);
    disc(s, x, y, 0.042, 0.042, mix(palette.key, [255, 255, 255], 0.55));
  } else if (palette.celestial === 'moon') {
    const y = -random.between(0.27, 0.36);
    glow(s, x, y, 0.3, rgb('#b9d2ff'), 0.45);
    disc(s, x, y, 0.034, 0.034, rgb('#f1f0e2'));
    disc(s, x - 0.009, y - 0.006, 0.008, 0.008, rgb('#d9d8cc'));
    disc(s, x + 0.01, y + 0.009, 0.006, 0.006, rgb('#dcdbd0'));
  }
  clouds(s);
}

function stars(s: Stage): void {
  const top = -s.reachY;
  for (let star = 0; star < 130; star++) {
    const size = s.random.between(0.0006, 0.0018);
    const y = top + (s.horizon - top) * s.random.next() ** 1.3;
    disc(s, s.random.between(-s.reach, s.reach), y, size, size, [255, 255, 255], s.random.between(0.25, 0.9));
  }
}

function clouds(s: Stage): void {
  const heavy = s.palette.celestial === 'none';
  const light = mix(s.palette.skyLow, [255, 255, 255], s.palette.darkness > 0.6 ? 0.05 : 0.35);
  for (let bank = 0; bank < (heavy ? 13 : 6); bank++) {
    const x = s.random.between(-s.reach, s.reach);
    const y = s.random.between(-0.5, s.horizon - 0.12);
    const w = s.random.between(0.16, 0.42);
    const body = heavy ? mix(s.palette.skyTop, light, s.random.between(0.1, 0.5)) : light;
    for (let puff = 0; puff < 6; puff++) {
      const px = x + s.random.between(-w, w) * 0.6;
      const py = y + s.random.between(-0.012, 0.012);
      const r = w * s.random.between(0.25, 0.55);
      s.g.save();
      s.g.translate(px, py);
      s.g.scale(1, 0.16);
      const gradient = s.g.createRadialGradient(0, 0, 0, 0, 0, r);
      gradient.addColorStop(0, css(body, heavy ? 0.4 : 0.3));
      gradient.addColorStop(1, css(body, 0));
      s.g.fillStyle = gradient;
      s.g.fillRect(-r, -r, r * 2, r * 2);
      s.g.restore();
    }
  }
}

/** Far buildings against the sky, lit at night. */
export function paintSkyline(s: Stage, base: number, tallest: number, distance: number): void {
  let x = -s.reach;
  while (x < s.reach) {
    const w = s.random.between(0.05, 0.13);
    const h = tallest * s.random.between(0.35, 1);
    const wall = mix(s.palette.haze, mix(s.palette.skyTop, [20, 24, 34], 0.6), 1 - distance * 0.75);
    s.g.fillStyle = css(wall);
    s.g.fillRect(x, base - h, w + 0.002, h + 0.3);
    if (s.random.next() < 0.3) s.g.fillRect(x + w * 0.45, base - h - 0.03, w * 0.05, 0.03);
    const lit = s.palette.lamps ? 0.42 : 0.1;
    for (let row = 0.014; row < h; row += 0.022) {
      for (let column = 0.01; column < w - 0.012; column += 0.02) {
        if (s.random.next() > lit) continue;
        const pane = s.palette.lamps
          ? mix(rgb('#ffd89a'), rgb('#9fc3ff'), s.random.next() * 0.4)
          : s.palette.skyLow;
        s.g.fillStyle = css(pane, s.palette.lamps ? s.random.between(0.3, 0.85) : 0.3);
        s.g.fillRect(x + column, base - h + row, 0.009, 0.011);
      }
    }
    x += w + s.random.between(0, 0.02);
  }
}

/** Rolling hills or mountains: one ridge line. */
export function paintRidge(s: Stage, base: number, height: number, roughness: number, near: number): void {
  const colour = mix(s.palette.haze, mix(s.palette.skyTop, rgb('#1d2b26'), 0.7), near);
  const phases = Array.from({ length: 5 }, () => s.random.between(0, 2));
  // Triangle waves of growing pitch and falling height: a ridge line that does not repeat itself.
  const triangle = (x: number, octave: number) =>
    Math.abs((((x * 2.3 ** octave * 1.3 + (phases[octave] ?? 0)) % 2) + 2) % 2 - 1) * 0.5 ** octave; // prettier-ignore
  s.g.beginPath();
  s.g.moveTo(-s.reach, s.reachY);
  for (let x = -s.reach; x <= s.reach + 0.01; x += 0.006) {
    const smooth = 0.5 + 0.5 * Math.sin(x * 4.7 + (phases[0] ?? 0) * 3);
    const jagged = [0, 1, 2, 3, 4].reduce((sum, octave) => sum + triangle(x, octave), 0) / 1.6;
    s.g.lineTo(x, base - height * (smooth * (1 - roughness) + jagged * roughness));
  }
  s.g.lineTo(s.reach, s.reachY);
  s.g.closePath();
  const gradient = s.g.createLinearGradient(0, base - height * 1.3, 0, base);
  gradient.addColorStop(0, css(colour));
  gradient.addColorStop(1, css(mix(colour, s.palette.haze, 0.55)));
  s.g.fillStyle = gradient;
  s.g.fill();
}
