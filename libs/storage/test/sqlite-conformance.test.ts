import { factStoreConformance } from './fact-store.conformance.ts';
import { createPlace, open } from './sqlite-place.ts';

factStoreConformance('sqlite', { opener: new URL('./sqlite-place.ts', import.meta.url), open, createPlace });
