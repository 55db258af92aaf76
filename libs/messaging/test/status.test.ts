import { AppError, Code } from '@reelmesh/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeStatus, encodeStatus } from '../src/status.ts';

const errors = fc
  .record({
    code: fc.constantFrom(...Object.values(Code)),
    message: fc.string({ unit: 'grapheme' }),
    reason: fc.stringMatching(/^[A-Z][A-Z0-9_]{1,62}$/),
    retryable: fc.boolean(),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 7 * 24 * 3_600_000 }), { nil: undefined }),
    details: fc.dictionary(fc.stringMatching(/^[a-z_]{1,20}$/), fc.string({ unit: 'grapheme' })),
  })
  .map(
    ({ code, message, reason, retryable, retryAfterMs, details }) =>
      new AppError(code, message, {
        reason,
        retryable,
        details,
        ...(retryable && retryAfterMs !== undefined && { retryAfterMs }),
      }),
  );

test('every AppError survives the wire', () => {
  fc.assert(
    fc.property(errors, (error) => {
      const read = decodeStatus(encodeStatus(error));

      expect(read).toMatchObject({
        code: error.code,
        message: error.message,
        reason: error.reason,
        retryable: error.retryable,
        retryAfterMs: error.retryAfterMs,
        details: error.details,
      });
    }),
  );
});

test('bytes that are no status of ours are undefined, never a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeStatus(bytes)).toBeUndefined();
    }),
  );
});

test('the bytes are those of the protobuf reference encoding', () => {
  const error = new AppError(Code.NOT_FOUND, 'no', { reason: 'GONE' });

  const bytes = Buffer.from(encodeStatus(error)).toString('latin1');

  // code 5, message "no", one Any (field 3) holding ErrorInfo{reason: "GONE", domain: "reelmesh"}
  const info = '\x0a\x04GONE\x12\x08reelmesh';
  const any = `\x0a\x28type.googleapis.com/google.rpc.ErrorInfo\x12${String.fromCharCode(info.length)}${info}`;
  expect(bytes).toBe(`\x08\x05\x12\x02no\x1a${String.fromCharCode(any.length)}${any}`);
});
