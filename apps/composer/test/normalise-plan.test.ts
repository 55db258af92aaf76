import type { Probe, VideoStream } from '@reelmesh/media';
import { expect, test } from 'vitest';
import { conforms, planNormalise } from '../src/normalise-plan.ts';
import { samplesOf } from '../src/target.ts';

const house = 'SHA256:aa';
const files = { input: '/in/clip', output: '/out/segment.mov', house };
const target = { width: 90, height: 160, fps: 12, frames: 24 };
const picture: VideoStream = {
  type: 'video',
  index: 0,
  codec: 'h264',
  profile: 'High',
  level: 13,
  width: 90,
  height: 160,
  rotation: 0,
  sampleAspect: { numerator: 1, denominator: 1 },
  fps: { numerator: 12, denominator: 1 },
  baseFps: { numerator: 12, denominator: 1 },
  timeBase: { numerator: 1, denominator: 6144 },
  frames: 24,
  decodedFrames: 0,
  pixelFormat: 'yuv420p',
  colorSpace: 'bt709',
  colorRange: 'tv',
  hasBFrames: false,
  start: 0,
  duration: 2,
  extradataHash: house,
};
const sound = {
  type: 'audio',
  index: 1,
  codec: 'aac',
  sampleRate: 44100,
  channels: 1,
  start: 0,
  duration: 2,
} as const;

function clip(changes: Partial<VideoStream>, audio: Probe['audio'] = []): Probe {
  return {
    format: 'mov',
    duration: 2,
    sizeBytes: 1,
    title: '',
    video: [{ ...picture, ...changes }],
    audio,
    other: [],
  };
}

test('a clip of the house is copied without decoding, half a frame before the end of its last packet', () => {
  const { kind, args } = planNormalise(clip({ frames: 30 }), target, files);

  expect(kind).toBe('copy');
  expect(args.slice(0, 3)).toEqual(['-xerror', '-t', String(23.5 / 12)]);
  expect(args).toContain('copy');
  expect(args).not.toContain('libx264');
});

test.each<[string, Partial<VideoStream>]>([
  ['other codec parameters', { extradataHash: 'SHA256:bb' }],
  ['another codec', { codec: 'hevc' }],
  ['too few frames', { frames: 23 }],
  ['B-frames', { hasBFrames: true }],
  ['a rotation', { rotation: 90 }],
  ['another size', { width: 92 }],
  ['another rate', { fps: { numerator: 24, denominator: 1 } }],
  ['an uneven rate', { baseFps: { numerator: 24, denominator: 1 } }],
  ['a late start', { start: 0.04 }],
])('a clip with %s is encoded', (_, changes) => {
  expect(conforms({ ...picture, ...changes }, target, house)).toBe(false);
  expect(planNormalise(clip(changes), target, files).kind).toBe('encode');
});

test('an encoded clip gets the rate, the shape, the pixels and exactly its frames, in this order', () => {
  const { args } = planNormalise(clip({ width: 92 }), target, files);

  expect(args[args.indexOf('-filter_complex') + 1]).toContain(
    '[0:0]fps=12:start_time=0,scale=92:160:flags=bicubic,crop=90:160,setsar=1,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,tpad=stop_mode=clone:stop=24,trim=end_frame=24[picture]',
  );
});

test('pixels that are not square and pictures that lie on their side are fitted as they are shown', () => {
  const wide = planNormalise(
    clip({ width: 45, sampleAspect: { numerator: 2, denominator: 1 } }),
    target,
    files,
  );
  const turned = planNormalise(clip({ width: 160, height: 90, rotation: 90 }), target, files);

  expect(wide.args.join(' ')).toContain('scale=90:160:flags=bicubic,crop=90:160');
  expect(turned.args.join(' ')).toContain('scale=90:160:flags=bicubic,crop=90:160');
});

test.each<[string, Partial<VideoStream>, boolean]>([
  ['large and untagged', { width: 720, height: 1280, colorSpace: '' }, true],
  ['large and tagged', { width: 720, height: 1280, colorSpace: 'smpte170m' }, false],
  ['small and untagged', { width: 480, height: 854, colorSpace: '' }, false],
])(
  'colours of a picture that is %s are taken as BT.709 only if nobody says otherwise',
  (_, changes, taken) => {
    expect(
      planNormalise(clip(changes), target, files).args.join(' ').includes('setparams=colorspace=bt709'),
    ).toBe(taken);
  },
);

test('sound comes from the clip, and from silence where it has none', () => {
  const loud = planNormalise(clip({}, [sound]), target, files).args.join(' ');
  const silent = planNormalise(clip({}), target, files).args.join(' ');

  expect(loud).toContain('[1:1]aformat=channel_layouts=stereo');
  expect(loud).not.toContain('anullsrc');
  expect(silent).toContain('-i anullsrc=r=48000:cl=stereo');
  expect([loud, silent].every((args) => args.includes('apad,atrim=end_sample=96000[sound]'))).toBe(true);
});

test('a hostile clip is opened only as a local file, with limits, every time', () => {
  const { args } = planNormalise(clip({}, [sound]), target, files);
  const inputs = args.flatMap((arg, index) => (arg === '-i' ? [args.slice(0, index + 2).slice(-10)] : []));

  expect(inputs).toHaveLength(2);
  expect(
    inputs.every((input) => input.includes('-protocol_whitelist') && input.includes('-max_pixels')),
  ).toBe(true);
  expect(inputs.every((input) => input.at(-1) === 'file:/in/clip')).toBe(true);
});

test('a clip without a picture is refused', () => {
  expect(() => planNormalise({ ...clip({}), video: [] }, target, files)).toThrow(
    expect.objectContaining({ reason: 'MEDIA_UNREADABLE' }),
  );
});

test.each([
  [24, 24, 48_000],
  [1, 24, 2000],
  [1, 7, 6857],
  [7, 7, 48_000],
])('%i frames at %i fps are %i samples', (frames, fps, samples) => {
  expect(samplesOf(frames, fps)).toBe(samples);
});
