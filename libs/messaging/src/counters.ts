import type { Metrics } from '@reelmesh/service';

/** How a delivered message ended. `put_off` comes again after a pause, `handed_back` at once. */
export type MessageOutcome = 'done' | 'put_off' | 'handed_back' | 'dropped' | 'undecodable';

export type CountMessage = (subject: string, outcome: MessageOutcome) => void;

/** Counts in `reelmesh_messages_total`; not at all without metrics. */
export function messageCounter(metrics: Metrics | undefined): CountMessage {
  const counter = metrics?.counter('reelmesh_messages_total', 'Messages handled, by kind and outcome', [
    'subject',
    'outcome',
  ]);
  return (subject, outcome) => counter?.inc({ subject, outcome });
}
