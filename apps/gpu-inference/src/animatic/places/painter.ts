import type { Stage } from '../scene/stage.ts';

/** How one kind of place is painted, from far to near. */
export interface PlacePainter {
  /** Sky and distance, opaque: what shows between and behind. */
  readonly back: (s: Stage) => void;
  /** What people stand in or before. */
  readonly set: (s: Stage) => void;
  /** What stands between people and camera. */
  readonly front?: (s: Stage) => void;
}
