import type { Probe } from '@reelmesh/media';
import { expect, test } from 'vitest';
import { faultsOf } from '../src/cut-check.ts';

const expected = { width: 90, height: 160, fps: 12, frames: 24, hasSubtitles: true };
const boxes = ['ftyp', 'moov', 'free', 'mdat'];
const video: Probe['video'][number] = {
  ...{
    type: 'video',
    index: 0,
    codec: 'h264',
    profile: 'High',
    level: 13,
    width: 90,
    height: 160,
    rotation: 0,
  },
  ...{ sampleAspect: { numerator: 1, denominator: 1 }, fps: { numerator: 12, denominator: 1 } },
  ...{
    baseFps: { numerator: 12, denominator: 1 },
    timeBase: { numerator: 1, denominator: 6144 },
    frames: 24,
    decodedFrames: 0,
  },
  ...{
    pixelFormat: 'yuv420p',
    colorSpace: 'bt709',
    colorRange: 'tv',
    hasBFrames: false,
    start: 0,
    duration: 2,
  },
  extradataHash: 'SHA256:aa',
};
const audio: Probe['audio'][number] = {
  type: 'audio',
  index: 1,
  codec: 'aac',
  sampleRate: 48000,
  channels: 2,
  start: 0,
  duration: 2,
};
const good: Probe = {
  ...{ format: 'mov', duration: 2, sizeBytes: 1, title: '', video: [video], audio: [audio] },
  other: [{ type: 'subtitle', index: 2, codec: 'mov_text', language: 'eng' }],
};

test('a film as planned has no fault', () => {
  expect(faultsOf(good, boxes, expected)).toEqual([]);
});

test.each<[string, Partial<Probe>, readonly string[], string]>([
  ['a frame less', { video: [{ ...video, frames: 23 }] }, boxes, '23 frames, expected 24'],
  ['another size', { video: [{ ...video, width: 92 }] }, boxes, 'size is 92x160'],
  [
    'another rate',
    { video: [{ ...video, fps: { numerator: 13, denominator: 1 } }] },
    boxes,
    'frame rate is 13, expected 12',
  ],
  ['no sound', { audio: [] }, boxes, '0 sound tracks, expected 1'],
  ['two pictures', { video: [video, video] }, boxes, '2 pictures, expected 1'],
  [
    'sound that ends early',
    { audio: [{ ...audio, duration: 1.94 }] },
    boxes,
    'picture lasts 2 s, sound 1.94 s',
  ],
  [
    'sound that starts late',
    { audio: [{ ...audio, start: 0.06 }] },
    boxes,
    'picture starts at 0 s, sound at 0.06 s',
  ],
  ['one channel', { audio: [{ ...audio, channels: 1 }] }, boxes, 'sound has 1 channels at 48000 Hz'],
  ['a longer container', { duration: 2.2 }, boxes, 'lasts 2.2 s, expected 2 s'],
  ['no subtitles', { other: [] }, boxes, '0 subtitle tracks'],
  ['its index at the end', {}, ['ftyp', 'mdat', 'moov'], 'index does not come first'],
  ['no index', {}, ['ftyp', 'mdat'], 'index does not come first'],
])('a film with %s has that fault and no other', (_, changes, found, fault) => {
  expect(faultsOf({ ...good, ...changes }, found, expected)).toEqual([fault]);
});
