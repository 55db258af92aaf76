import { digestOf } from '@reelmesh/domain';

/**
 * Text fields as multipart/form-data. The boundary follows from the fields, so that equal requests have equal bytes and
 * no value can hold it.
 */
export function multipart(fields: Readonly<Record<string, string | number | boolean>>): {
  readonly contentType: string;
  readonly body: string;
} {
  const boundary = `reelmesh-${digestOf(fields).slice(0, 32)}`;
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${String(value)}\r\n`,
  );
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `${parts.join('')}--${boundary}--\r\n`,
  };
}
