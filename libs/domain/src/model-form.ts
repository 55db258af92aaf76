import { ImageRole } from '@reelmesh/contracts/shot';
import type { ShotImage } from '@reelmesh/contracts/shot';

/** Where an image stands in a clip, as model cards name it. */
export type ImagePlace = 'first' | 'last' | 'reference';

/** What decides which images a model takes, and how it is asked with them. */
export interface ImageCard {
  /** The images that this way of asking needs, all of them; absent for text alone. What the adapter calls them is its own. */
  readonly images?: Readonly<Partial<Record<ImagePlace, unknown>>>;
  /** Other ways of asking the same model, by the images that they need; what they name stands in for the card's own. */
  readonly forms?: readonly ImageCard[];
  /** Media types that the provider takes; any of ours when absent. */
  readonly imageTypes?: readonly string[];
  /** Bytes of the largest image that the provider takes; any of ours when absent. */
  readonly maxImageBytes?: number;
}

const places: Partial<Record<ImageRole, ImagePlace>> = {
  [ImageRole.IMAGE_ROLE_FIRST_FRAME]: 'first',
  [ImageRole.IMAGE_ROLE_LAST_FRAME]: 'last',
  [ImageRole.IMAGE_ROLE_REFERENCE]: 'reference',
};

export function placeOf(image: ShotImage): ImagePlace | undefined {
  return places[image.role];
}

/** Whether the provider takes the file at all, whatever the model makes of it. */
export function takesFile(card: ImageCard, { blob }: ShotImage): boolean {
  if (blob === undefined) return false;
  return (
    card.imageTypes?.includes(blob.mediaType) !== false && blob.sizeBytes <= (card.maxImageBytes ?? Infinity)
  );
}

/**
 * The model as it is asked for a shot with these images: of the ways that need no image which is not there, the one that
 * uses most of them; the first of equals. Undefined when the model cannot do without an image that the shot does not have.
 */
export function formFor<Card extends ImageCard>(card: Card, images: readonly ShotImage[]): Card | undefined {
  const there = new Set(images.filter((image) => takesFile(card, image)).map(placeOf));
  const ways: readonly ImageCard[] = [card, ...(card.forms ?? [])];
  const usable = ways.filter((way) => needs(way).every((place) => there.has(place)));
  const [first, ...rest] = usable;
  if (first === undefined) return undefined;
  const best = rest.reduce((most, way) => (needs(way).length > needs(most).length ? way : most), first);
  return best === card ? card : { ...card, ...best, forms: [] };
}

function needs({ images = {} }: ImageCard): readonly ImagePlace[] {
  return Object.keys(images) as ImagePlace[];
}
