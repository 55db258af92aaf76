import { isIP } from 'node:net';

const MAX_DATA_URI_LENGTH = 5 * 1024 * 1024;
const MAX_URL_LENGTH = 2048;

/** What became of a `runway://` upload. */
export type UploadLookup = (uri: string) => { readonly bytes: Buffer } | undefined;

/**
 * What is wrong with an image input, or undefined. HTTPS addresses are checked by their form and never fetched: the
 * emulator opens no connection of its own.
 */
export function inputProblem(uri: string, uploads: UploadLookup): string | undefined {
  if (uri.startsWith('data:')) return dataUriProblem(uri);
  if (uri.startsWith('runway://')) {
    const upload = uploads(uri);
    if (upload === undefined)
      return 'Invalid Runway upload URI. The upload does not exist, is incomplete or has expired.';
    return imageType(upload.bytes) === undefined
      ? 'Unsupported asset type. Images must be JPEG, PNG or WebP.'
      : undefined;
  }
  return urlProblem(uri);
}

function urlProblem(uri: string): string | undefined {
  if (uri.length > MAX_URL_LENGTH) return `URLs must be at most ${MAX_URL_LENGTH} characters.`;
  if (!URL.canParse(uri)) return 'Invalid URL';
  const url = new URL(uri);
  if (url.protocol !== 'https:') return 'Only HTTPS URLs are allowed.';
  return isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 ? undefined : 'URLs must be hosted on a domain.';
}

function dataUriProblem(uri: string): string | undefined {
  if (uri.length >= MAX_DATA_URI_LENGTH) return 'Data URIs must be smaller than 5MB.';
  const comma = uri.indexOf(',');
  const [type = '', ...parameters] = uri.slice('data:'.length, Math.max(comma, 0)).split(';');
  const encoded = uri.slice(comma + 1);
  if (comma < 0 || parameters.at(-1) !== 'base64' || !isBase64(encoded)) return 'Invalid data URI.';
  if (!['image/jpeg', 'image/jpg', 'image/png', 'image/webp'].includes(type)) {
    return 'Unsupported asset type. Data URIs must include the content type of the value they encode.';
  }
  const found = imageType(Buffer.from(encoded, 'base64'));
  return found === (type === 'image/jpg' ? 'image/jpeg' : type)
    ? undefined
    : 'Invalid asset. The content does not match the content type of the data URI.';
}

function isBase64(text: string): boolean {
  return text.length > 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

/** By the first bytes; GIF and everything else is not supported. */
function imageType(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 12).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  return head.startsWith('RIFF') && head.slice(8) === 'WEBP' ? 'image/webp' : undefined;
}
