import { EMULATOR_FAL_KEY, type TestEmulator } from '@reelmesh/testing';
import { apiClient } from './api-client.ts';

export const PIKA = 'fal-ai/pika/v2.2/text-to-video';
export const INPUT = {
  prompt: 'rain on a neon alley',
  aspect_ratio: '9:16',
  resolution: '720p',
  duration: '5',
  seed: 8,
};
/** $0.20 for 5 s at 720p. */
export const PIKA_MICROS = 200_000;

export function falClient(emulator: TestEmulator) {
  const call = apiClient(emulator.falUrl, { authorization: `Key ${EMULATOR_FAL_KEY}` });
  const submit = (changes: object = {}, endpoint = PIKA, query = '') =>
    call('POST', `/${endpoint}${query}`, { ...INPUT, ...changes });
  return {
    call,
    submit,
    async submitId(changes: object = {}): Promise<string> {
      return String((await submit(changes)).body['request_id']);
    },
    status: (id: string) => call('GET', `/fal-ai/pika/requests/${id}/status`),
    result: (id: string) => call('GET', `/fal-ai/pika/requests/${id}`),
    cancel: (id: string) => call('PUT', `/fal-ai/pika/requests/${id}/cancel`),
  };
}
