import { css, mix, rgb, scale, type Rgb } from '../scene/colour.ts';
import { paintRidge, paintSky, paintSkyline } from '../scene/sky.ts';
import { box, disc, glow, lit, polygon, shade, stroke, type Stage } from '../scene/stage.ts';
import { bench } from './public-rooms.ts';
import type { PlacePainter } from './painter.ts';

function grass(s: Stage, surface: string): void {
  const near = lit(s, surface);
  shade(s, -s.reach, s.horizon, s.reach * 2, s.reachY - s.horizon, [
    [0, lit(s, surface, 1.1)],
    [0.3, near],
    [1, scale(near, 0.5)],
  ]);
  for (let blade = 0; blade < 420; blade++) {
    const depth = s.random.next() ** 1.7;
    const x = s.random.between(-s.reach, s.reach);
    const y = s.horizon + 0.015 + depth * (s.reachY - s.horizon);
    const h = 0.006 + depth * 0.03;
    const tone = scale(near, s.random.between(0.65, 1.3) * (1 - depth * 0.35));
    stroke(s, [[x, y], [x + s.random.between(-0.4, 0.4) * h, y - h]], 0.0012 + depth * 0.002, tone, 0.8); // prettier-ignore
  }
}

function trunk(s: Stage, x: number, base: number, w: number, colour: Rgb): void {
  const gradient = s.g.createLinearGradient(x - w, 0, x + w, 0);
  const [a, b] = s.palette.keySide > 0 ? [0.55, 1.3] : [1.3, 0.55];
  gradient.addColorStop(0, css(scale(colour, a)));
  gradient.addColorStop(1, css(scale(colour, b)));
  s.g.fillStyle = gradient;
  s.g.beginPath();
  s.g.moveTo(x - w * 0.55, -s.reachY);
  s.g.lineTo(x + w * 0.55, -s.reachY);
  s.g.lineTo(x + w * 0.7, base - w);
  s.g.quadraticCurveTo(x + w * 0.9, base, x + w * 1.7, base + w * 0.3);
  s.g.lineTo(x - w * 1.7, base + w * 0.3);
  s.g.quadraticCurveTo(x - w * 0.9, base, x - w * 0.7, base - w);
  s.g.fill();
  for (let mark = 0; mark < 9; mark++) {
    const y = s.random.between(-0.5, base - w);
    stroke(s, [[x + s.random.between(-0.4, 0.2) * w, y], [x + s.random.between(0, 0.5) * w, y + 0.012]], w * 0.06, scale(colour, 0.45), 0.5); // prettier-ignore
  }
}

/** A crown of leaves: darker masses below, lighter tufts on the lit side. */
export function crown(s: Stage, x: number, y: number, r: number, leaf: Rgb): void {
  for (let tuft = 0; tuft < 26; tuft++) {
    const a = s.random.between(0, Math.PI * 2);
    const d = Math.sqrt(s.random.next()) * r;
    const px = x + Math.cos(a) * d;
    const py = y + Math.sin(a) * d * 0.75;
    const bright = 0.62 + (1 - (py - y + r) / (2 * r)) * 0.5 + ((px - x) / r) * 0.16 * s.palette.keySide;
    disc(
      s,
      px,
      py,
      r * s.random.between(0.2, 0.36),
      r * s.random.between(0.16, 0.28),
      scale(leaf, bright),
      0.9,
    );
  }
}

export const paintForest: PlacePainter = {
  back(s) {
    paintSky(s);
    glow(s, s.palette.keySide * 0.1, s.horizon - 0.2, 0.5, s.palette.key, 0.3);
    for (let far = 0; far < 34; far++) {
      const x = s.random.between(-s.reach, s.reach);
      box(s, x, -s.reachY, s.random.between(0.006, 0.018), s.horizon + s.reachY + 0.04, mix(s.palette.haze, lit(s, '#33423a', 0.8), s.random.between(0.35, 0.75))); // prettier-ignore
    }
    paintRidge(s, s.horizon + 0.04, 0.05, 0.5, 0.7);
  },
  set(s) {
    grass(s, '#5a6b3a');
    polygon(s, [[-0.02, s.horizon + 0.015], [0.02, s.horizon + 0.015], [0.3, s.reachY], [-0.22, s.reachY]], lit(s, '#7c6a4c', 0.1), 0.55); // prettier-ignore
    for (const [x, w, near] of [[-0.13, 0.012, 0.2], [0.17, 0.014, 0.25], [-0.27, 0.022, 0.5], [0.29, 0.026, 0.6], [-0.5, 0.036, 0.9], [0.52, 0.04, 0.9], [0.78, 0.05, 1]] as const) {
      trunk(s, x + s.random.between(-0.02, 0.02), s.horizon + 0.03 + near * 0.1, w, lit(s, '#574536', 0.6 - near * 0.5));
    } // prettier-ignore
    const leaf = lit(s, s.palette.celestial === 'none' ? '#4a5c42' : '#56733f', 0.1);
    for (let x = -s.reach; x < s.reach; x += 0.13)
      crown(s, x, -0.47 + s.random.between(-0.05, 0.04), 0.14, leaf);
  },
  front(s) {
    const dark = scale(lit(s, '#26331f'), 0.55);
    for (const side of [-1, 1]) {
      for (let frond = 0; frond < 13; frond++) {
        const x = side * (s.half + 0.02);
        const lean = -side * s.random.between(0.02, 0.2);
        const y = 0.52 - s.random.between(0.05, 0.2);
        stroke(s, [[x + side * frond * 0.008, 0.6], [x + lean * 0.5, y + 0.05], [x + lean, y]], 0.011, dark, 0.95); // prettier-ignore
      }
    }
  },
};

export const paintSea: PlacePainter = {
  back(s) {
    paintSky(s);
    paintRidge(s, s.horizon + 0.005, 0.03, 0.2, 0.35);
    const [deep, far] = [lit(s, '#2b5d77', 0.1), mix(lit(s, '#4d8aa0', 0.8), s.palette.skyLow, 0.4)];
    shade(s, -s.reach, s.horizon, s.reach * 2, s.reachY - s.horizon, [
      [0, far],
      [0.35, deep],
      [1, scale(deep, 0.7)],
    ]);
    const light = mix(s.palette.key, [255, 255, 255], 0.3);
    for (let glint = 0; glint < 320; glint++) {
      const depth = s.random.next() ** 1.8;
      const y = s.horizon + 0.003 + depth * 0.4;
      const centre = s.palette.keySide * s.half * 0.5;
      const near = s.random.next() < 0.5;
      const x = near
        ? centre + s.random.between(-1, 1) * (0.03 + depth * 0.2)
        : s.random.between(-s.reach, s.reach);
      disc(s, x, y, 0.004 + depth * 0.03, 0.0007 + depth * 0.002, near ? light : far, near ? 0.5 : 0.4);
    }
  },
  set(s) {
    const sand = lit(s, '#c9ae84');
    const shore = s.horizon + 0.13;
    s.g.beginPath();
    s.g.moveTo(-s.reach, shore + 0.02);
    for (let x = -s.reach; x <= s.reach; x += 0.02)
      s.g.lineTo(x, shore + Math.sin(x * 7) * 0.014 + Math.sin(x * 17) * 0.005);
    s.g.lineTo(s.reach, s.reachY);
    s.g.lineTo(-s.reach, s.reachY);
    const gradient = s.g.createLinearGradient(0, shore, 0, s.reachY);
    gradient.addColorStop(0, css(scale(sand, 0.72)));
    gradient.addColorStop(0.2, css(sand));
    gradient.addColorStop(1, css(scale(sand, 0.6)));
    s.g.fillStyle = gradient;
    s.g.fill();
    s.g.lineWidth = 0.006;
    s.g.strokeStyle = css(mix(sand, [255, 255, 255], 0.65), 0.85);
    s.g.stroke();
    for (let pebble = 0; pebble < 60; pebble++) disc(s, s.random.between(-s.reach, s.reach), s.random.between(shore + 0.05, s.reachY), s.random.between(0.002, 0.006), 0.002, scale(sand, 0.6), 0.6); // prettier-ignore
    const side = -s.palette.keySide;
    for (let post = 0; post < 5; post++) {
      const k = 1 + post * 0.35;
      box(
        s,
        side * (0.1 + post * 0.06) * k - 0.004 * k,
        shore - 0.06 + post * 0.012,
        0.008 * k,
        0.075 * k,
        lit(s, '#4d3d30', 0.3),
      );
    }
    stroke(s, [[side * 0.1, shore - 0.05], [side * 0.82, shore + 0.025]], 0.01, lit(s, '#6b5643', 0.3)); // prettier-ignore
  },
};

export const paintMountain: PlacePainter = {
  back(s) {
    paintSky(s);
    paintRidge(s, s.horizon + 0.02, 0.36, 0.9, 0.3);
    paintRidge(s, s.horizon + 0.04, 0.22, 0.8, 0.55);
    paintRidge(s, s.horizon + 0.05, 0.1, 0.5, 0.8);
  },
  set(s) {
    grass(s, '#6d6c55');
    const rock = lit(s, '#6b655d', 0.05);
    for (const [x, w] of [
      [-0.3, 0.13],
      [0.36, 0.17],
      [-0.75, 0.25],
      [0.85, 0.2],
    ] as const) {
      const y = s.horizon + 0.08;
      polygon(s, [[x - w, y + 0.03], [x - w * 0.6, y - w * 0.5], [x, y - w * 0.75], [x + w * 0.7, y - w * 0.3], [x + w, y + 0.03]], scale(rock, 0.7)); // prettier-ignore
      polygon(s, [[x, y - w * 0.75], [x + w * 0.7 * s.palette.keySide, y - w * 0.3], [x + w * s.palette.keySide, y + 0.03], [x + w * 0.1, y + 0.03]], scale(rock, 1.15)); // prettier-ignore
    }
    for (let tree = 0; tree < 16; tree++) {
      const x = s.random.between(-s.reach, s.reach);
      const k = s.random.between(0.5, 1.2);
      const y = s.horizon + 0.035 + k * 0.02;
      const pine = lit(s, '#2f4334', 0.6 - k * 0.3);
      for (let tier = 0; tier < 3; tier++) polygon(s, [[x - 0.017 * k * (1 - tier * 0.22), y - tier * 0.022 * k], [x + 0.017 * k * (1 - tier * 0.22), y - tier * 0.022 * k], [x, y - (tier * 0.022 + 0.04) * k]], scale(pine, 0.9 + tier * 0.12)); // prettier-ignore
    }
  },
};

export const paintPark: PlacePainter = {
  back(s) {
    paintSky(s);
    paintSkyline(s, s.horizon + 0.02, 0.16, 0.2);
    for (let x = -s.reach; x < s.reach; x += 0.07) crown(s, x, s.horizon - 0.01, s.random.between(0.04, 0.07), lit(s, '#4f6b45', 0.7)); // prettier-ignore
  },
  set(s) {
    grass(s, '#6f8a4a');
    polygon(s, [[-0.02, s.horizon + 0.01], [0.03, s.horizon + 0.01], [0.34, s.reachY], [-0.3, s.reachY]], lit(s, '#b5a68b', 0.05)); // prettier-ignore
    const leaf = lit(s, s.random.pick(['#5f8a44', '#8a7a3c', '#a8683c'] as const), 0.1);
    for (const [x, k] of [
      [-0.21, 0.9],
      [0.26, 1.1],
      [-0.56, 1.6],
      [0.62, 1.7],
    ] as const) {
      box(s, x - 0.008 * k, s.horizon - 0.12 * k, 0.016 * k, 0.17 * k, lit(s, '#4d3c2f'));
      crown(s, x, s.horizon - 0.19 * k, 0.11 * k, leaf);
    }
    bench(s, s.palette.keySide * -0.16, s.horizon + 0.1, 1.1);
    if (s.palette.lamps) {
      for (const side of [-1, 1]) {
        const x = side * 0.2;
        stroke(s, [[x, s.horizon + 0.09], [x, s.horizon - 0.13]], 0.005, lit(s, '#23262b')); // prettier-ignore
        disc(s, x, s.horizon - 0.14, 0.013, 0.016, rgb('#fff0c8'));
        glow(s, x, s.horizon - 0.14, 0.22, rgb('#ffc273'), 0.65);
      }
    }
  },
};

export const paintField: PlacePainter = {
  back(s) {
    paintSky(s);
    paintRidge(s, s.horizon + 0.02, 0.09, 0.15, 0.4);
    paintRidge(s, s.horizon + 0.02, 0.03, 0.1, 0.7);
  },
  set(s) {
    grass(s, s.random.pick(['#a8924e', '#8a8f4a', '#b59a5a'] as const));
    for (let row = -14; row <= 14; row++) stroke(s, [[row * 0.012, s.horizon + 0.008], [row * 0.22, s.reachY]], 0.0028, scale(lit(s, '#6d5b2f'), 0.8), 0.45); // prettier-ignore
    const x = -s.palette.keySide * 0.17;
    box(s, x - 0.006, s.horizon - 0.09, 0.012, 0.12, lit(s, '#3f3227', 0.2));
    crown(s, x, s.horizon - 0.13, 0.075, lit(s, '#5d6b38', 0.2));
  },
};
