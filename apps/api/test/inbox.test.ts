import { expect, test } from 'vitest';
import { Inbox } from '../src/inbox.ts';

test('what was pushed before and during the wait is taken once and in order', async () => {
  const inbox = new Inbox<number>(10, -1);
  inbox.push(1);
  inbox.push(2);

  expect(await inbox.take()).toEqual([1, 2]);
  const later = inbox.take();
  inbox.push(3);
  expect(await later).toEqual([3]);
});

test('a reader that is too slow finds a sign instead of what it missed', async () => {
  const inbox = new Inbox<number>(3, -1);

  [1, 2, 3, 4, 5].forEach((item) => inbox.push(item));

  expect(await inbox.take()).toEqual([-1, 4, 5]);
});

test('nothing is lost between two takes', async () => {
  const inbox = new Inbox<number>(10, -1);
  inbox.push(1);
  const first = inbox.take();
  inbox.push(2);

  const taken = [...(await first)];
  inbox.push(3);
  taken.push(...(await inbox.take()));

  expect(taken).toEqual([1, 2, 3]);
});
