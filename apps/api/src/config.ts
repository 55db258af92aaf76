import { field, section } from '@reelmesh/service';
import type { Field, Values } from '@reelmesh/service';

/** There is no authentication yet, so only this machine may call. */
const loopback: Field<string> = {
  fallback: '127.0.0.1',
  doc: 'Where gRPC listens; loopback only.',
  parse(host) {
    if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return host;
    throw new Error('must be 127.0.0.1, ::1 or localhost, for callers are not authenticated yet');
  },
};

export const config = section('api', {
  host: loopback,
  port: field.int({ min: 0, max: 65_535, fallback: 50_051, doc: 'Port of gRPC; 0 for any free one.' }),
  resyncMs: field.int({
    min: 100,
    max: 60_000,
    fallback: 3_000,
    doc: 'How often a watch asks for changes whose news may have got lost.',
  }),
  drainMs: field.int({
    min: 0,
    max: 300_000,
    fallback: 10_000,
    doc: 'How long calls may go on after the order to stop.',
  }),
});

export type ApiConfig = Values<typeof config>;
