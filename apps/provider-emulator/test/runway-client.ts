import { EMULATOR_API_KEY, type TestEmulator } from '@reelmesh/testing';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export const HEADERS = {
  authorization: `Bearer ${EMULATOR_API_KEY}`,
  'x-runway-version': '2024-11-06',
  'content-type': 'application/json',
};

export const CREATE = {
  model: 'gen4.5',
  promptText: 'rain on a neon alley',
  ratio: '720:1280',
  duration: 4,
  seed: 7,
};
/** gen4.5 at 12 credits/s. */
export const CREATE_CREDITS = 48;

/** Plain calls, without the SDK's retries. */
export function runwayClient(emulator: TestEmulator) {
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    init: RequestInit = {},
  ): Promise<Answer> => {
    const response = await fetch(`${emulator.runwayUrl}${path}`, {
      method,
      headers: HEADERS,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...init,
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };
  return {
    call,
    create: (changes: object = {}) => call('POST', '/v1/text_to_video', { ...CREATE, ...changes }),
    async createId(changes: object = {}): Promise<string> {
      const answer = await call('POST', '/v1/text_to_video', { ...CREATE, ...changes });
      return String(answer.body['id']);
    },
    get: (id: string) => call('GET', `/v1/tasks/${id}`),
    remove: (id: string) => call('DELETE', `/v1/tasks/${id}`),
    /** The task's first output address, freshly signed. */
    async outputOf(id: string): Promise<string> {
      const answer = await call('GET', `/v1/tasks/${id}`);
      return String((answer.body['output'] as string[])[0]);
    },
  };
}

/** The smallest thing that passes for a PNG by its first bytes. */
export const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
export const PNG_DATA_URI = `data:image/png;base64,${PNG.toString('base64')}`;
