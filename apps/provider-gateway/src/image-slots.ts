import type { BlobRef } from '@reelmesh/contracts/common';
import type { ShotImage } from '@reelmesh/contracts/shot';
import { placeOf, takesFile } from '@reelmesh/domain';
import type { ImagePlace } from '@reelmesh/domain';
import type { ModelRow } from './knobs.ts';

/**
 * Stands in a stored request for the bytes of an image, which come in when the request is sent. No text of a user can
 * look like one.
 */
export interface ImageSlot {
  readonly $image: BlobRef;
}

const names: Readonly<Record<ImagePlace, string>> = {
  first: 'a first frame',
  last: 'a last frame',
  reference: 'a reference image',
};

/** Where a shot's images go in a model's request, and a warning for each that it cannot use. */
export function imagesFor(
  row: ModelRow,
  images: readonly ShotImage[],
): { readonly slots: readonly (readonly [string, ImageSlot])[]; readonly left: readonly string[] } {
  const slots: (readonly [string, ImageSlot])[] = [];
  const left: string[] = [];
  for (const image of images) {
    const place = placeOf(image);
    const { blob } = image;
    if (place === undefined || blob === undefined) continue;
    const name = row.images?.[place];
    if (!takesFile(row, image)) left.push(`unsupported: ${names[place]} of ${describe(blob)}${limits(row)}`);
    else if (name === undefined) left.push(`unsupported: ${names[place]}`);
    else slots.push([name, { $image: blob }]);
  }
  return { slots, left };
}

/** The same value with what `fill` makes of each slot; nothing else is touched. */
export async function fillSlots(
  value: unknown,
  fill: (image: BlobRef) => Promise<unknown>,
): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (isSlot(value)) return fill(value.$image);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await fillSlots(item, fill));
    return items;
  }
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) fields[name] = await fillSlots(field, fill);
  return fields;
}

export function hasSlots(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isSlot(value) || Object.values(value).some(hasSlots);
}

function isSlot(value: unknown): value is ImageSlot {
  return typeof value === 'object' && value !== null && '$image' in value;
}

function describe({ mediaType, sizeBytes }: BlobRef): string {
  return `${mediaType}, ${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}

function limits({ imageTypes, maxImageBytes }: ModelRow): string {
  const rules = [
    ...(imageTypes === undefined ? [] : [imageTypes.join(' or ')]),
    ...(maxImageBytes === undefined ? [] : [`at most ${maxImageBytes / 1_000_000} MB`]),
  ];
  return rules.length === 0 ? '' : `; the provider takes ${rules.join(', ')}`;
}
