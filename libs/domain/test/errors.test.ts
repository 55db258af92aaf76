import { describe, expect, test } from 'vitest';
import { AppError } from '../src/index.ts';

describe('AppError.from', () => {
  const named = (name: string): Error => Object.assign(new Error('x'), { name });

  test.each([
    ['an AbortError', named('AbortError'), { code: 'CANCELLED', retryable: false }],
    ['a TimeoutError', named('TimeoutError'), { code: 'DEADLINE_EXCEEDED', retryable: true }],
    [
      'a full disk',
      Object.assign(new Error('write'), { code: 'ENOSPC' }),
      { code: 'RESOURCE_EXHAUSTED', reason: 'DISK_FULL', retryable: true },
    ],
    ['any other error', new Error('x'), { code: 'INTERNAL', retryable: false }],
    ['anything else', 'text', { code: 'UNKNOWN', message: 'text' }],
  ])('turns %s into our vocabulary', (_name, value, expected) => {
    expect(AppError.from(value)).toMatchObject(expected);
  });

  test('gives an AppError back as it is', () => {
    const error = new AppError('NOT_FOUND', 'no film f1', { reason: 'FILM_NOT_FOUND' });

    expect(AppError.from(error)).toBe(error);
  });
});
