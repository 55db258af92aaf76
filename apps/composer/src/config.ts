import { field, section } from '@reelmesh/service';

export const config = section('composer', {
  backend: field.choice(['ffmpeg', 'none'], {
    fallback: 'ffmpeg',
    doc: 'what makes the cut; none: a line of text instead of a film, for load tests',
  }),
  composeConcurrency: field.int({ min: 1, max: 64, fallback: 1, doc: 'cuts made at a time' }),
  normaliseConcurrency: field.int({ min: 1, max: 64, fallback: 1, doc: 'clips normalised ahead at a time' }),
  normaliseTimeoutMs: field.int({
    min: 1000,
    max: 3_600_000,
    fallback: 300_000,
    doc: 'time limit for normalising one clip',
  }),
  joinTimeoutMs: field.int({
    min: 1000,
    max: 3_600_000,
    fallback: 600_000,
    doc: 'time limit for joining one film',
  }),
  attempts: field.int({
    min: 1,
    max: 1000,
    fallback: 20,
    doc: 'deliveries of a command after which a passing trouble (a full disk, say) fails the cut',
  }),
});
