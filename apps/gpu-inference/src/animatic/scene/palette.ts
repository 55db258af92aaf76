import type { Picture } from '@reelmesh/contracts/shot';
import { mix, rgb, scale, underLight, type Rgb } from './colour.ts';

/** The light of a shot: what it does to sky, surfaces and edges. */
export interface Palette {
  readonly skyTop: Rgb;
  readonly skyMid: Rgb;
  readonly skyLow: Rgb;
  /** Multiplies every surface. */
  readonly ambient: Rgb;
  /** What distance fades to. */
  readonly haze: Rgb;
  /** 0 clear to 1 lost in it. */
  readonly hazeAmount: number;
  /** Colour of the edge light on people. */
  readonly key: Rgb;
  /** Where the light comes from: left -1, right 1. */
  readonly keySide: -1 | 1;
  /** Whether lamps and windows are lit. */
  readonly lamps: boolean;
  /** 0 noon to 1 midnight. */
  readonly darkness: number;
  readonly celestial: 'sun' | 'moon' | 'none';
}

type Sky = readonly [top: string, mid: string, low: string, ambient: string, key: string, darkness: number];

const skies: Readonly<Record<string, Sky>> = {
  TIME_OF_DAY_DAWN: ['#34436e', '#b58494', '#f6c7a0', '#b8a3ae', '#ffc79a', 0.4],
  TIME_OF_DAY_MORNING: ['#6aa0cf', '#a9cbe0', '#f5e8d0', '#e4e0d6', '#fff0cf', 0.1],
  TIME_OF_DAY_DAY: ['#4a8fcb', '#8dbde2', '#dce9ee', '#f0f1ee', '#fffaf0', 0],
  TIME_OF_DAY_DUSK: ['#2c2b5c', '#a34f6c', '#f59a5e', '#a9838c', '#ffa766', 0.5],
  TIME_OF_DAY_EVENING: ['#0e1738', '#2e3a6c', '#8d5b70', '#606a96', '#ffbf7d', 0.75],
  TIME_OF_DAY_NIGHT: ['#050a1b', '#0e1c3b', '#223a63', '#415283', '#a9caff', 1],
};
const noon: Sky = ['#4a8fcb', '#8dbde2', '#dce9ee', '#f0f1ee', '#fffaf0', 0];

interface Air {
  readonly grey: number;
  readonly dim: number;
  readonly haze: number;
  readonly sunShows: boolean;
}

const clear: Air = { grey: 0, dim: 1, haze: 0.3, sunShows: true };
const airs: Readonly<Record<string, Air>> = {
  WEATHER_RAIN: { grey: 0.55, dim: 0.78, haze: 0.5, sunShows: false },
  WEATHER_SNOW: { grey: 0.5, dim: 0.98, haze: 0.5, sunShows: false },
  WEATHER_FOG: { grey: 0.6, dim: 0.9, haze: 0.86, sunShows: false },
  WEATHER_STORM: { grey: 0.7, dim: 0.58, haze: 0.5, sunShows: false },
  WEATHER_WIND: { grey: 0.15, dim: 0.95, haze: 0.42, sunShows: true },
};

/** The light that time and weather make outdoors, or behind the windows and under the lamps of an interior. */
export function paletteFor(picture: Picture, interior: boolean, keySide: -1 | 1): Palette {
  const [top, mid, low, ambient, key, darkness] = skies[picture.timeOfDay] ?? noon;
  const air = airs[picture.weather] ?? clear;
  const overcast = mix(rgb('#9aa4ad'), rgb('#151b26'), darkness * 0.92);
  const sky = (hex: string) => scale(mix(rgb(hex), overcast, air.grey), air.dim);
  const lamps = darkness >= 0.5 || picture.weather === 'WEATHER_STORM';
  const daylight = scale(mix(rgb(ambient), overcast, air.grey * 0.35), air.dim);
  const lamplight = mix(rgb('#c9a27a'), daylight, 0.25);
  return {
    skyTop: sky(top),
    skyMid: sky(mid),
    skyLow: sky(low),
    ambient: interior ? (lamps ? lamplight : scale(daylight, 0.86)) : daylight,
    haze: interior && lamps ? rgb('#4a3527') : mix(sky(low), sky(mid), 0.4),
    hazeAmount: interior ? air.haze * 0.45 : air.haze,
    key: interior && lamps ? rgb('#ffc98a') : rgb(key),
    keySide,
    lamps,
    darkness,
    celestial: air.sunShows ? (darkness >= 0.75 ? 'moon' : 'sun') : 'none',
  };
}

/** A surface as it looks in this light at this distance, 0 near to 1 far. */
export function tint(palette: Palette, surface: Rgb, distance: number): Rgb {
  return mix(underLight(surface, palette.ambient), palette.haze, Math.min(1, distance) * palette.hazeAmount);
}
