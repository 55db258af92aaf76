import { readConfig } from '@reelmesh/service';
import { describe, expect, test } from 'vitest';
import { config } from '../src/config.ts';

describe('D8: a concurrency of 0', () => {
  test.each(['RUNWAY', 'FAL', 'ZHIPU', 'OPENAI_VIDEOS', 'SELF_HOSTED'])(
    'D8: %s: the start is refused with what to do instead',
    (provider) => {
      const variable = `REELMESH_GATEWAY__${provider}_CONCURRENCY`;

      expect(() => readConfig({ [variable]: '0' }, [config])).toThrow(
        `${variable}: must be at least 1: with 0 every take would wait for ever`,
      );
    },
  );
});
