import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Weather } from '@reelmesh/contracts/script';
import { css, mix, type Rgb } from './scene/colour.ts';
import type { Palette } from './scene/palette.ts';
import { seededRandom } from './scene/random.ts';

/** Draws the air at a time in seconds, over a picture of the given size in pixels. */
export type Air = (g: SKRSContext2D, second: number, width: number, height: number) => void;

interface Particle {
  readonly x: number;
  readonly y: number;
  readonly near: number;
  readonly phase: number;
}

/** What falls, drifts or blows in the weather; undefined in clear air. */
export function airOf(weather: Weather, palette: Palette, seed: string): Air | undefined {
  const light = mix(palette.skyLow, [255, 255, 255], 0.55);
  switch (weather) {
    case 'WEATHER_RAIN':
      return rain(particles(seed, 190), light, 0.07, 1);
    case 'WEATHER_STORM':
      return rain(particles(seed, 300), light, 0.26, 1.25);
    case 'WEATHER_SNOW':
      return snow(particles(seed, 210), mix(light, [255, 255, 255], 0.6));
    case 'WEATHER_FOG':
      return fog(particles(seed, 11), mix(palette.haze, [255, 255, 255], 0.2));
    case 'WEATHER_WIND':
      return wind(particles(seed, 34), palette);
    default:
      return undefined;
  }
}

/** Lights that pass the windows of what drives: near ones fast and long, far ones slow. */
export function passingLights(palette: Palette, seed: string): Air {
  const lights = particles(`passing ${seed}`, palette.lamps ? 16 : 9);
  const colour = palette.lamps ? ([255, 206, 140] as const) : mix(palette.skyLow, [40, 52, 44], 0.55);
  return (g, second, width, height) => {
    for (const light of lights) {
      const speed = 0.35 + light.near * 1.5;
      const x = (((light.x - second * speed) % 1) + 1) % 1;
      const length = width * (0.02 + light.near * 0.2);
      g.fillStyle = css(colour, (palette.lamps ? 0.75 : 0.4) * (1 - light.near * 0.5));
      const y = height * (0.3 + light.y * 0.28);
      g.fillRect(x * (width + length) - length, y, length, height * (palette.lamps ? 0.004 + light.phase * 0.006 : 0.05)); // prettier-ignore
    }
  };
}

function particles(seed: string, count: number): readonly Particle[] {
  const random = seededRandom(`air ${seed}`);
  return Array.from({ length: count }, () => ({
    x: random.next(),
    y: random.next(),
    near: random.next(),
    phase: random.next(),
  }));
}

/** Three depths of streaks, one path each: fast and long near the camera. */
function rain(drops: readonly Particle[], colour: Rgb, slant: number, force: number): Air {
  return (g, second, width, height) => {
    for (const depth of [0, 1, 2]) {
      const length = height * (0.022 + depth * 0.026) * force;
      g.beginPath();
      for (const drop of drops) {
        if (Math.floor(drop.near * 2.6) !== depth) continue;
        const fall = (drop.y + second * (1.05 + depth * 0.5) * force + drop.phase) % 1;
        const y = fall * (height + length * 2) - length;
        const x = ((((drop.x + fall * slant) % 1) + 1) % 1) * width * 1.1 - width * 0.05;
        g.moveTo(x, y);
        g.lineTo(x + slant * length, y + length);
      }
      g.lineWidth = Math.max(1, height * (0.0006 + depth * 0.0005));
      g.strokeStyle = css(colour, 0.2 + depth * 0.12);
      g.stroke();
    }
  };
}

function snow(flakes: readonly Particle[], colour: Rgb): Air {
  return (g, second, width, height) => {
    for (const depth of [0, 1, 2]) {
      g.beginPath();
      for (const flake of flakes) {
        const band = flake.near < 0.55 ? 0 : flake.near < 0.9 ? 1 : 2;
        if (band !== depth) continue;
        const fall = (flake.y + second * (0.055 + depth * 0.05)) % 1;
        const sway = Math.sin((second * 0.35 + flake.phase) * Math.PI * 2) * 0.02;
        const x = ((((flake.x + sway - fall * 0.06) % 1) + 1) % 1) * width;
        const y = fall * height * 1.06 - height * 0.03;
        const r = height * (0.0014 + depth * 0.0017 + flake.phase * 0.0009);
        g.moveTo(x + r, y);
        g.arc(x, y, r, 0, Math.PI * 2);
      }
      g.fillStyle = css(colour, [0.75, 0.8, 0.42][depth] ?? 0.5);
      g.fill();
    }
  };
}

function fog(banks: readonly Particle[], colour: Rgb): Air {
  return (g, second, width, height) => {
    for (const bank of banks) {
      const drift = (bank.x + second * (0.012 + bank.near * 0.02)) % 1;
      const x = drift * width * 2 - width * 0.5;
      const y = height * (0.42 + bank.y * 0.5);
      const r = height * (0.16 + bank.near * 0.12);
      g.save();
      g.translate(x, y);
      g.scale(1.9, 0.5);
      const gradient = g.createRadialGradient(0, 0, 0, 0, 0, r);
      gradient.addColorStop(0, css(colour, 0.5));
      gradient.addColorStop(1, css(colour, 0));
      g.fillStyle = gradient;
      g.fillRect(-r, -r, r * 2, r * 2);
      g.restore();
    }
  };
}

function wind(leaves: readonly Particle[], palette: Palette): Air {
  const leaf = mix([166, 112, 52], palette.haze, 0.25);
  return (g, second, width, height) => {
    g.fillStyle = css(leaf, 0.85);
    for (const one of leaves) {
      const way = (one.x + second * (0.28 + one.near * 0.4)) % 1;
      const x = way * width * 1.3 - width * 0.15;
      const lift = Math.sin((second * 0.7 + one.phase) * Math.PI * 2) * 0.035;
      const y = (one.y * 0.9 + 0.08 + lift) * height;
      const size = height * (0.003 + one.near * 0.005);
      g.save();
      g.translate(x, y);
      g.rotate(second * (2 + one.phase * 4) + one.phase * 6);
      g.scale(1, 0.35 + 0.3 * Math.sin(second * 3 + one.phase * 9));
      g.beginPath();
      g.moveTo(-size, 0);
      g.quadraticCurveTo(0, -size * 0.8, size, 0);
      g.quadraticCurveTo(0, size * 0.8, -size, 0);
      g.fill();
      g.restore();
    }
    g.strokeStyle = css(mix(palette.skyLow, [255, 255, 255], 0.4), 0.13);
    g.lineWidth = Math.max(1, height * 0.0008);
    g.beginPath();
    for (const one of leaves) {
      const x = ((one.phase + second * 0.9) % 1) * width * 1.5 - width * 0.3;
      g.moveTo(x, one.y * height);
      g.quadraticCurveTo(x + width * 0.1, one.y * height - 8, x + width * 0.2, one.y * height);
    }
    g.stroke();
  };
}

/** Brightness of the lightning at a time, 0 to 1: a double flash every few seconds, the first within the second second. */
export function lightningAt(second: number, phase: number): number {
  const since = (second + 3.4 - 0.9 - phase) % 3.4;
  if (since < 0.09) return 1 - since / 0.18;
  if (since > 0.17 && since < 0.42) return 0.8 * (1 - (since - 0.17) / 0.25);
  return 0;
}
