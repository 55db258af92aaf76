import { field, section } from '@reelmesh/service';

export const config = section('script-parser', {
  threadFromBytes: field.int({
    min: 1,
    max: 8 * 1024 * 1024 + 1,
    fallback: 64 * 1024,
    doc: 'Scripts of this size and more are parsed in a thread of their own, so that they hold up nobody else.',
  }),
});
