import { expect, test } from 'vitest';
import { describeDrafts } from '../src/drafts.ts';
import { aFilm } from './support/films.ts';

const film = (strategy: string, ...shots: readonly (readonly [strategy: string, approved: boolean])[]) =>
  aFilm({
    options: { strategy },
    shots: shots.map(([stage, approved]) => ({ strategy: stage, approved })),
  });
const told = (made: ReturnType<typeof film>) => describeDrafts(made, 'reelmesh', ['--data', 'd']);

test('a film with drafts tells how to have their finals', () => {
  const made = film('mixed', ['preview@ultra', false], ['final@ultra', true], ['preview@ultra', false]);

  expect(told(made)).toBe(
    '2 shots are drafts: `reelmesh approve f1 all --data d` renders the finals, or name shots',
  );
});

test.each([
  ['of which all is approved', film('mixed', ['final', true])],
  ['whose strategy renders each shot once', film('final', ['final', false])],
  ['at another quality', film('cheapest', ['cheapest@ultra', false])],
])('a film %s has no drafts', (_, made) => {
  expect(told(made)).toBe('');
});
