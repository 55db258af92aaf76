import { FilmOptions } from '@reelmesh/contracts/film';
import type { RenderSpec } from '@reelmesh/contracts/shot';
import type {
  FilmBodies,
  FilmFact,
  FilmKind,
  ModelCard,
  Plan,
  PlannedShot,
  ShotEnd,
  Strategy,
  TakeBodies,
  TakeFact,
  TakeIntent,
  TakeKind,
} from '../src/index.ts';
import { filmFactId, takeFactId, takeId, takeSeq } from '../src/index.ts';

export const spec: RenderSpec = {
  picture: {
    description: 'A clerk lifts a red umbrella under the station clock while rain beats on the glass roof.',
    intExt: 'INT_EXT_INT',
    location: 'STATION HALL',
    timeOfDay: 'TIME_OF_DAY_NIGHT',
    weather: 'WEATHER_RAIN',
    flashback: false,
    cast: ['MARA'],
    size: 'SHOT_SIZE_MS',
    angle: 'CAMERA_ANGLE_EYE_LEVEL',
    move: 'CAMERA_MOVE_STATIC',
    onScreenText: '',
    language: 'en',
  },
  width: 1080,
  height: 1920,
  fps: 24,
  seconds: 4,
  seed: 7,
  negativePrompt: '',
  images: [],
};

export const imageRef = (letter: string) => ({
  sha256: letter.repeat(64),
  sizeBytes: 1000,
  mediaType: 'image/png',
});

export function plannedShot(key: string, more: Partial<PlannedShot> = {}): PlannedShot {
  return {
    shotId: `s-${key}`,
    key,
    scene: 0,
    durationMs: 3500,
    spec,
    speeches: [],
    strategy: 'final',
    quoteMicros: 480_000,
    limitMicros: 480_000,
    reservedMicros: 480_000,
    ...more,
  };
}

export function planOf(keys: readonly string[]): Plan {
  return {
    title: 'Last Train',
    language: 'en',
    scenes: [{ heading: 'INT. STATION HALL - NIGHT', number: '' }],
    shots: keys.map((key) => plannedShot(key)),
    diagnostics: [],
  };
}

export const options = FilmOptions.fromPartial({
  strategy: 'final',
  seed: 7,
  width: 1080,
  height: 1920,
  fps: 24,
});

export const clip = {
  blob: { sha256: 'c'.repeat(64), sizeBytes: 1000, mediaType: 'video/mp4' },
  width: 1080,
  height: 1920,
  fpsMilli: 24_000,
  frames: 96,
  durationMs: 4000,
  hasAudio: false,
};

export function endOf(key: string, state: ShotEnd['state'], more: Partial<ShotEnd> = {}): ShotEnd {
  return {
    key,
    state,
    ...(state === 'RENDERED' || state === 'CACHED' ? { clip } : {}),
    costMicros: state === 'RENDERED' ? 480_000 : 0,
    provider: 'runway',
    model: 'gen4.5',
    takeId: `f1-${key}-1`,
    fallbackReason: '',
    message: '',
    ...more,
  };
}

/** A film's log from its entries. */
export function filmLog(
  ...entries: { [K in FilmKind]: readonly [K, FilmBodies[K]] }[FilmKind][]
): FilmFact[] {
  return entries.map(([kind, body], index) => {
    const seq = index + 1;
    return {
      id: filmFactId('f1', seq),
      stream: 'film/f1',
      seq,
      kind,
      tenant: 'local',
      atMs: seq,
      epoch: 1,
      body,
    } as FilmFact;
  });
}

export const created: readonly ['film.created', FilmBodies['film.created']] = [
  'film.created',
  {
    script: { sha256: 'a'.repeat(64), sizeBytes: 10, mediaType: 'text/plain' },
    fileName: 'last-train.fountain',
    requestId: 'r1',
    options,
    owner: 'scheduler-1',
  },
];

export function planned(...keys: string[]): readonly ['film.planned', FilmBodies['film.planned']] {
  return ['film.planned', { revision: 1, plan: planOf(keys) }];
}

export const shotKeyOf = (letter: string): string => letter.repeat(64);

export function intentOf(attempt: number, more: Partial<TakeIntent> = {}): TakeIntent {
  return {
    filmId: 'f1',
    shotId: 's1',
    shotKey: shotKeyOf('a'),
    attempt,
    provider: 'runway',
    model: 'gen4.5',
    endpoint: 'https://api.dev.runwayml.com',
    credentialRef: 'env:RUNWAYML_API_SECRET',
    request: {},
    requestDigest: 'd',
    quoteMicros: 480_000,
    spec,
    strategy: 'final',
    decision: { strategy: 'final', candidates: [] },
    warnings: [],
    reservedMicros: 480_000,
    fallbackReason: '',
    ...more,
  };
}

type TakeEntry = { [K in Exclude<TakeKind, 'take.intent'>]: readonly [K, TakeBodies[K]] }[Exclude<
  TakeKind,
  'take.intent'
>];

/** A take's log: its intent and the steps given. */
export function takeLog(attempt: number, intent: Partial<TakeIntent>, ...steps: TakeEntry[]): TakeFact[] {
  const id = takeId('f1', shotKeyOf('a'), attempt);
  return [['take.intent', intentOf(attempt, intent)] as const, ...steps].map(([kind, body], index) => {
    return {
      id: takeFactId(id, kind),
      stream: `take/${id}`,
      seq: takeSeq[kind],
      kind,
      tenant: 'local',
      atMs: 1000 * attempt + index,
      epoch: 0,
      body,
    } as TakeFact;
  });
}

export const runwayCard: ModelCard = {
  provider: 'runway',
  model: 'gen4.5',
  revision: 'gen4.5',
  seconds: [2, 3, 4, 5, 6, 7, 8, 9, 10],
  ratios: [
    { name: '1280:720', width: 1280, height: 720 },
    { name: '720:1280', width: 720, height: 1280 },
  ],
  maxPromptLength: 1000,
  microsPerSecond: 120_000,
  expectedMsPerSecond: 12_000,
  pollMs: 5000,
  deadlineMs: 1_800_000,
  parameters: {},
};

export const animaticCard: ModelCard = {
  provider: 'self-hosted',
  model: 'animatic',
  revision: 'animatic-2',
  seconds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  microsPerSecond: 0,
  expectedMsPerSecond: 1500,
  pollMs: 1000,
  deadlineMs: 900_000,
  parameters: {},
};

export const catalogue = new Map([
  ['runway/gen4.5', runwayCard],
  ['self-hosted/animatic', animaticCard],
]);

export const strategy: Strategy = {
  name: 'final-or-draft',
  description: '',
  candidates: ['runway/gen4.5', 'self-hosted/animatic'],
  rank: 'listed',
  fallbackOn: ['FAILURE_CLASS_TRANSIENT', 'FAILURE_CLASS_BAD_OUTPUT'],
  maxTakes: 6,
};
