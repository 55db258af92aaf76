import { field, section } from '@reelmesh/service';

export const config = section('scheduler', {
  maxInFlight: field.int({
    min: 1,
    max: 1000,
    fallback: 16,
    doc: 'shots that this scheduler has under way at a time, all films together',
  }),
  resume: field.choice(['all', 'requested'], {
    fallback: 'all',
    doc: 'which unfinished films go on by themselves after a start: all, or only those asked for again',
  }),
  redriveMs: field.int({
    min: 100,
    max: 3_600_000,
    fallback: 30_000,
    doc: 'work without news for this long is asked for again',
  }),
  maxShots: field.int({ min: 1, max: 2000, fallback: 1000, doc: 'most shots that a film may have' }),
});
