import type { FaultAction, FaultRule } from '@reelmesh/testing';
import { pick } from './random.ts';

type Fault = readonly [FaultRule['match']['operation'], FaultAction];

const respond = (status: number, headers: Readonly<Record<string, string>> = {}): FaultAction => ({
  type: 'respond',
  status,
  headers,
  body: { error: 'scripted' },
});

/** The answer to a create is lost, late or unreadable; some exist at the provider and some do not. */
const doubts: readonly Fault[] = [
  ['create', { type: 'reset_before_accepting' }],
  ['create', { type: 'reset_after_accepting' }],
  ['create', { type: 'delay', ms: 2500 }],
  ['create', { type: 'delay', ms: 2500, accept: 'last' }],
  ['create', { type: 'truncated_json' }],
  ['create', { type: 'html', status: 502 }],
  ['create', { type: 'html', status: 502, accept: true }],
  ['create', { ...respond(504), accept: true } as FaultAction],
  ['create', { ...respond(200), accept: true } as FaultAction],
];

const refusals: readonly Fault[] = [
  ['create', respond(429, { 'retry-after': '1' })],
  ['create', respond(429, { 'retry-after-ms': '50' })],
  ['create', respond(429, { 'retry-after': new Date(0).toUTCString() })],
  ['create', respond(429)],
];

const polls: readonly Fault[] = [
  ['get', respond(500)],
  ['get', respond(429, { 'retry-after-ms': '50' })],
  ['get', { type: 'html', status: 503 }],
  ['get', { type: 'truncated_json' }],
  ['get', { type: 'reset_before_accepting' }],
  ['get', { type: 'unknown_status', status: 'POLISHING' }],
  ['get', { type: 'unknown_fields', fields: { mood: 'blue' } }],
  ['get', { type: 'delay', ms: 300 }],
  ['get', { type: 'clock_skew', ms: 3_600_000 }],
];

const files: readonly Fault[] = [
  ['download', { type: 'truncated_body' }],
  ['download', { type: 'zero_bytes' }],
  ['download', { type: 'corrupt_mp4' }],
  ['download', { type: 'wrong_content_type', contentType: 'text/html' }],
  ['download', { type: 'no_ranges' }],
  ['download', { type: 'redirect' }],
  ['download', { type: 'redirect', location: 'http://169.254.169.254/latest' }],
  ['download', { type: 'trickle', bytesPerSecond: 2000 }],
  ['download', respond(403)],
  ['download', respond(404)],
  ['download', respond(500)],
];

const outcomes = (codes: readonly string[]): readonly Fault[] => [
  ...codes.map((failureCode): Fault => ['create', { type: 'fail', failureCode, failure: failureCode }]),
  ['create', { type: 'fail' }],
  ['create', { type: 'succeed_without_output' }],
  ['create', { type: 'wrong_video', seconds: 1 }],
  ['create', { type: 'wrong_video', width: 640, height: 360 }],
  ['create', { type: 'pace', queueMs: 300, renderMs: 600 }],
  ['create', { type: 'stuck' }],
];

const byProvider: Readonly<Record<'runway' | 'fal', readonly Fault[]>> = {
  runway: [
    ...doubts,
    ...refusals,
    ['create', { type: 'refuse', reason: 'quota' }],
    ['create', { type: 'refuse', reason: 'no_funds' }],
    ['create', { type: 'refuse', reason: 'auth' }],
    ...polls,
    ...files,
    ...outcomes([
      'SAFETY.INPUT.TEXT',
      'SAFETY.OUTPUT.VIDEO',
      'INTERNAL.BAD_OUTPUT.CODE01',
      'INTERNAL',
      'THIRD_PARTY.UNAVAILABLE',
      'SOMETHING.NEW',
    ]),
    // Runway says what it costs; fal names no price, so there such a charge would not come to light.
    ['create', { type: 'fail', failureCode: 'INTERNAL', cost: 'full' }],
  ],
  fal: [
    ...doubts,
    ...refusals,
    ...polls,
    ...files,
    ['result', respond(504)],
    ['result', { type: 'html', status: 502 }],
    ...outcomes(['content_policy_violation', 'no_media_generated', 'downstream_service_error']),
  ],
};

/**
 * Every fault there is, each on a tenth of the shots, at every provider. One is missing: a Retry-After of a day has the whole
 * account wait for a day, which holds.test.ts and health.test.ts of the gateway show.
 * @param promptOf what only that shot's prompt holds
 */
export function everyFault(
  shots: number,
  promptOf: (shot: number) => string,
  next: () => number,
): readonly FaultRule[] {
  const all = Array.from({ length: shots }, (_, index) => index);
  const tenth = Math.max(1, Math.round(shots / 10));
  return (['runway', 'fal'] as const).flatMap((provider) => [
    // Dropped before a prompt is read, so it strikes whoever comes.
    { match: { provider, operation: 'create' }, action: { type: 'reset_before_reading' }, times: tenth },
    ...byProvider[provider].flatMap(([operation, action]) =>
      pick(all, tenth, next).map((shot) => ({
        match: { provider, operation, promptText: promptOf(shot) },
        action,
      })),
    ),
  ]);
}
