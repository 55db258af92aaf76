import { digestOf } from '@reelmesh/domain';

/** A file among the fields of a form. */
export class FormFile {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** SHA-256 of the bytes. */
  readonly sha256: string;

  constructor(bytes: Uint8Array, mediaType: string, sha256: string) {
    this.bytes = bytes;
    this.mediaType = mediaType;
    this.sha256 = sha256;
  }

  /** Of our own making: no name of a user travels. */
  get name(): string {
    return `image.${extensions[this.mediaType] ?? 'bin'}`;
  }
}

const extensions: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};

/**
 * Fields as multipart/form-data; an object goes as JSON. The boundary follows from the fields, so that equal requests have
 * equal bytes and no value can hold it.
 */
export function multipart(fields: Readonly<Record<string, unknown>>): {
  readonly contentType: string;
  readonly body: Uint8Array;
} {
  const named = Object.entries(fields);
  const boundary = `reelmesh-${digestOf(named.map(([name, value]) => [name, contentOf(value)])).slice(0, 32)}`;
  const parts = named.flatMap(([name, value]) => {
    const file =
      value instanceof FormFile ? `; filename="${value.name}"\r\ncontent-type: ${value.mediaType}` : '';
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`;
    const content = value instanceof FormFile ? value.bytes : Buffer.from(contentOf(value));
    return [Buffer.from(head), content, Buffer.from('\r\n')];
  });
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

function contentOf(value: unknown): string {
  if (value instanceof FormFile) return value.sha256;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
