/** Media type by the first bytes; GIF and everything else is undefined. */
export function imageType(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 12).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  return head.startsWith('RIFF') && head.slice(8) === 'WEBP' ? 'image/webp' : undefined;
}

/** The type and the bytes of a base64 data URI; undefined when it is none. */
export function dataUriOf(uri: string): { readonly type: string; readonly bytes: Buffer } | undefined {
  const comma = uri.indexOf(',');
  const [type = '', ...parameters] = uri.slice('data:'.length, Math.max(comma, 0)).split(';');
  const encoded = uri.slice(comma + 1);
  if (!uri.startsWith('data:') || comma < 0 || parameters.at(-1) !== 'base64') return undefined;
  return encoded.length > 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(encoded)
    ? { type, bytes: Buffer.from(encoded, 'base64') }
    : undefined;
}

/**
 * Whether a server could get an image from there: an https address, which is never fetched, or a data URI that holds the
 * kind of image that it says.
 */
export function isImageAddress(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (!value.startsWith('data:')) return URL.parse(value)?.protocol === 'https:';
  const data = dataUriOf(value);
  return data !== undefined && imageType(data.bytes) === data.type;
}
