import type { Model } from '@reelmesh/contracts/gpu';
import { AppError, Code } from '@reelmesh/domain';
import type { Backend } from './backend.ts';

export interface Listing {
  readonly backend: Backend;
  readonly model: Model;
}

/** What can be rendered here: every model of every backend, by name. */
export interface Catalogue {
  readonly models: readonly Model[];
  /** INVALID_ARGUMENT (MODEL_UNKNOWN) names the models that exist. */
  find(name: string): Listing;
}

export function catalogueOf(backends: readonly Backend[]): Catalogue {
  const listings = backends.flatMap((backend) => backend.models.map((model) => ({ backend, model })));
  const byName = new Map(listings.map((listing) => [listing.model.name, listing]));
  if (byName.size < listings.length) throw new Error('two backends offer a model of the same name');
  return {
    models: listings.map(({ model }) => model),
    find(name) {
      const listing = byName.get(name);
      if (listing !== undefined) return listing;
      const known = [...byName.keys()].join(', ');
      throw new AppError(
        Code.INVALID_ARGUMENT,
        `model "${name}" is not in the catalogue: use one of ${known}`,
        {
          reason: 'MODEL_UNKNOWN',
          details: { field: 'model' },
        },
      );
    },
  };
}
