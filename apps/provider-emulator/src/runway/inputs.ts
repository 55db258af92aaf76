import { isIP } from 'node:net';
import { dataUriOf, imageType } from '../core/image-address.ts';

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
  const data = dataUriOf(uri);
  if (data === undefined) return 'Invalid data URI.';
  const { type, bytes } = data;
  if (!['image/jpeg', 'image/jpg', 'image/png', 'image/webp'].includes(type)) {
    return 'Unsupported asset type. Data URIs must include the content type of the value they encode.';
  }
  return imageType(bytes) === (type === 'image/jpg' ? 'image/jpeg' : type)
    ? undefined
    : 'Invalid asset. The content does not match the content type of the data URI.';
}
