import { field, section } from '@reelmesh/service';
import type { Values } from '@reelmesh/service';

export const config = section('cache', {
  ttlDays: field.int({
    min: 1,
    max: 365,
    fallback: 7,
    doc: 'How long a clip may be reused, from the day it was made.',
  }),
  maxBytes: field.int({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    fallback: 50 * 2 ** 30,
    doc: 'Clips beyond this are dropped, the longest unused first; 0 for no limit.',
  }),
  graceHours: field.int({
    min: 1,
    max: 720,
    fallback: 24,
    doc: 'No clip is deleted so soon after its last use: the film that was given it may still have to be composed.',
  }),
  leadHours: field.int({
    min: 1,
    max: 720,
    fallback: 24,
    doc: 'After this time without a clip another film may render the shot.',
  }),
  sweepMinutes: field.int({
    min: 1,
    max: 1_440,
    fallback: 10,
    doc: 'Pause between looks for clips to drop.',
  }),
});

export type CacheConfig = Values<typeof config>;
