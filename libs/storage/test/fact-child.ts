/**
 * A second process at a store: `node fact-child.ts <opener> <place> <task> <argument>`, one JSON line for each message.
 * - `append`: appends one fact after the other for ever and says each id once it is durable
 * - `race N`: says that it is open, waits for a line, appends the facts 0 to N - 1 at once, says the results
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import type { FactStore } from '@reelmesh/domain';
import { makeFact, makeFacts } from './facts.ts';

const [opener, place, task, argument] = process.argv.slice(2) as [string, string, string, string];
const { open } = (await import(opener)) as { open: (place: string) => Promise<FactStore> };
const store = await open(place);

const say = (message: unknown): void => void writeSync(1, `${JSON.stringify(message)}\n`);

if (task === 'append') {
  for (let n = 0; ; n += 1) {
    await store.append([makeFact({ id: `durable/${n}` })]);
    say(`durable/${n}`);
  }
}
if (task === 'race') {
  say('open');
  await once(process.stdin, 'data');
  say((await Promise.all(makeFacts(Number(argument)).map((fact) => store.append([fact])))).flat());
  await store.close();
  process.stdin.destroy();
}
