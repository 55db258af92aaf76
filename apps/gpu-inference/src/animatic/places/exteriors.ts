import type { ExteriorKind } from '../scene/place-kind.ts';
import { paintRidge, paintSky } from '../scene/sky.ts';
import type { Stage } from '../scene/stage.ts';
import { paintField, paintForest, paintMountain, paintPark, paintSea } from './nature.ts';
import type { PlacePainter } from './painter.ts';
import { palace } from './palace.ts';
import { halt, platform, railway } from './rail.ts';
import { cityBack, facade, road, rooftop, street } from './town.ts';

function openBack(s: Stage): void {
  paintSky(s);
  paintRidge(s, s.horizon + 0.02, 0.1, 0.2, 0.35);
  paintRidge(s, s.horizon + 0.03, 0.05, 0.1, 0.65);
}

function vistaBack(s: Stage): void {
  ({ town: cityBack, sea: paintSea.back, hills: openBack })[s.place.vista](s);
}

export const exteriorPainters: Readonly<Record<ExteriorKind, PlacePainter>> = {
  platform: { back: vistaBack, set: platform },
  halt: { back: vistaBack, set: halt },
  railway: { back: openBack, set: railway },
  road: { back: openBack, set: road },
  street: { back: cityBack, set: street },
  rooftop: { back: cityBack, set: rooftop },
  palace: { back: openBack, set: palace },
  facade: { back: cityBack, set: facade },
  forest: paintForest,
  sea: paintSea,
  mountain: paintMountain,
  park: paintPark,
  field: paintField,
};
