import type { BlobRef } from '@reelmesh/contracts/common';
import { AppError, Code } from '@reelmesh/domain';
import { z } from 'zod';
import { lookupFor } from './addresses.ts';
import { httpCall } from './http-call.ts';
import type { ImageSource } from './image-source.ts';
import { FormFile, multipart } from './multipart.ts';
import type { Identity, ProviderApi } from './provider-api.ts';

const ticket = z.object({
  runwayUri: z.string().startsWith('runway://').max(2048),
  uploadUrl: z.url(),
  fields: z.record(z.string(), z.string()),
});

/**
 * Brings an image to Runway, in two steps: Runway names a place and signs a form for it, the file goes there. Free, and
 * gone after a day. Throws UNAVAILABLE when it does not get there: nothing was created, so a take may try again.
 * @returns its `runway://` address
 */
export async function uploadImage(
  image: BlobRef,
  to: {
    readonly api: ProviderApi;
    readonly identity: Identity;
    readonly images: ImageSource;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  const { api, identity, images, timeoutMs, signal } = to;
  const file = new FormFile(await images.bytes(image), image.mediaType, image.sha256);
  const wish = { filename: file.name, type: 'ephemeral' };
  const answer = await api.askWith(identity, '/v1/uploads', wish, signal);
  const place = answer.status === 200 ? ticket.safeParse(answer.json).data : undefined;
  if (place === undefined) throw failed(`runway answered ${answer.status} without a place for it`);
  const url = new URL(place.uploadUrl);
  // The store reads the fields before the file, and knows nothing of our key.
  const { contentType, body } = multipart({ ...place.fields, file });
  const { status } = await httpCall({
    method: 'POST',
    url,
    headers: { 'content-type': contentType },
    body,
    timeoutMs,
    signal,
    lookup: lookupFor(url, identity.endpoint, failed),
  });
  if (status < 200 || status >= 300) throw failed(`the store of uploads answered ${status}`);
  return place.runwayUri;
}

function failed(message: string): AppError {
  return new AppError(Code.UNAVAILABLE, `an image could not be uploaded: ${message}`, {
    reason: 'UPLOAD_FAILED',
  });
}
