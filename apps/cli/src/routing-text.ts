/** Why a candidate was taken or left, in words; a reason that is not here is its own words. */
export function wordsOf(reason: string): string {
  return reasonWords[reason] ?? reason.replaceAll('_', ' ');
}

const reasonWords: Readonly<Record<string, string>> = {
  chosen: 'taken',
  ranked_lower: 'could, but one before it was taken',
  no_consent: 'could, but the strategy does not let it step in for the one before',
  exhausted: 'has had its takes of this shot',
  budget: 'costs more than is left for the shot',
  capability_duration: 'has no length that covers the shot',
  capability_prompt_length: 'the prompt is too long for it',
  not_configured: 'not set up, its key is missing (see `config verify`)',
  not_in_catalogue: 'is in no catalogue',
  no_adapter: 'there is no adapter for it',
  not_served: 'its server runs another model',
  revision_mismatch: 'the server runs another revision',
  breaker_open: 'its calls fail, the breaker is open',
  hold_auth: 'on hold, the key is refused',
  hold_no_funds: 'on hold, the account has no funds',
  hold_quota: 'on hold, the quota is used up',
};
