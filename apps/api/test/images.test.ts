import { FilmOptions } from '@reelmesh/contracts/film';
import type { BlobStore } from '@reelmesh/domain';
import { openFileBlobs } from '@reelmesh/storage';
import { temporaryDirectory } from '@reelmesh/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkImage, maxImageBytes, withStoredImages } from '../src/images.ts';
import { jpeg, png, webp } from './pictures.ts';

describe('an image is taken', () => {
  test.each<[string, Uint8Array]>([
    ['image/png', png(1920, 1080)],
    ['image/jpeg', jpeg(1080, 1920)],
    ['image/webp', webp(5000, 4000)],
  ])('for what its bytes say it is: %s', (mediaType, data) => {
    expect(checkImage(data, 'data')).toBe(mediaType);
  });

  test('of 8 MiB, and not of a byte more', () => {
    const room = maxImageBytes - png(1, 1).length;

    expect(checkImage(png(1, 1, room), 'data')).toBe('image/png');
    expect(() => checkImage(png(1, 1, room + 1), 'data')).toThrow(
      'data: has 8.0 MiB: at most 8 MiB are taken',
    );
  });
});

describe('an image is refused', () => {
  const gif = Buffer.from('474946383961010001000000002c00000000010001000002024401003b', 'hex');

  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'IMAGE_UNSUPPORTED'],
    ['a GIF', gif, 'IMAGE_UNSUPPORTED'],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'IMAGE_UNSUPPORTED'],
    ['a text that begins like a WebP', Buffer.from('RIFF but no more'), 'IMAGE_UNSUPPORTED'],
    ['a PNG that ends after its magic', png(1, 1).subarray(0, 8), 'IMAGE_UNSUPPORTED'],
    ['a JPEG without a frame', Buffer.from('ffd8ffd9', 'hex'), 'IMAGE_UNSUPPORTED'],
    ['a PNG of no width', png(0, 10), 'IMAGE_UNSUPPORTED'],
    ['21 megapixels', png(7000, 3000), 'IMAGE_TOO_LARGE'],
    ['a bomb of pixels', png(2 ** 31 - 1, 2 ** 31 - 1), 'IMAGE_TOO_LARGE'],
  ])('when it is %s', (_title, data, reason) => {
    expect(() => checkImage(data, 'data')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', reason, details: { field: 'data' } }) as Error,
    );
  });
});

describe('the images of a film', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let blobs: BlobStore;
  beforeAll(async () => {
    directory = await temporaryDirectory();
    blobs = await openFileBlobs({ dir: directory.path });
  });
  afterAll(() => directory.remove());

  const optionsOf = (sha256: string): FilmOptions => ({
    ...FilmOptions.create(),
    images: [
      { blob: { sha256, sizeBytes: 1, mediaType: 'image/x-lie' }, role: 'IMAGE_ROLE_REFERENCE', shots: [] },
    ],
  });

  test('are as they lie in the store, whatever the caller says of them', async () => {
    const stored = await blobs.put(jpeg(10, 10), 'application/octet-stream');

    const { images } = await withStoredImages(optionsOf(stored.sha256), blobs);

    expect(images).toMatchObject([
      { blob: { sha256: stored.sha256, sizeBytes: jpeg(10, 10).length, mediaType: 'image/jpeg' } },
    ]);
  });

  test('must be there', async () => {
    await expect(withStoredImages(optionsOf('0'.repeat(64)), blobs)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'IMAGE_MISSING',
      details: { field: 'options.images[0].blob' },
    });
  });

  test('must be images: no script and no clip of somebody’s goes to a provider as one', async () => {
    const script = await blobs.put(Buffer.from('INT. STATION - NIGHT'), 'text/plain');
    const clip = await blobs.put(new Uint8Array(maxImageBytes + 1), 'video/mp4');

    for (const { sha256 } of [script, clip]) {
      await expect(withStoredImages(optionsOf(sha256), blobs)).rejects.toMatchObject({
        reason: 'IMAGE_UNSUPPORTED',
      });
    }
  });
});
