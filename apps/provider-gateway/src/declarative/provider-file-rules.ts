import type { z } from 'zod';
import type { modelRow } from '../model-row.ts';
import type { ProviderFields } from './provider-file.ts';
import { placeholdersIn } from './template.ts';

/** What a body may say of a shot; what the models name comes on top. */
const PLACEHOLDERS = [
  ...['prompt', 'negativePrompt', 'seed', 'seconds', 'ratio', 'motion', 'guidance'],
  ...['model', 'takeId', 'takeSeed'],
];

type Row = z.infer<typeof modelRow>;

/** What the parts of a file owe each other. */
export function checkAcross(file: ProviderFields, context: z.RefinementCtx): void {
  const problem = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  const { submit, poll, models, cost, outputHosts } = file;
  const used = placeholdersIn(submit.body);
  const own = [...new Set(models.flatMap((row) => [row, ...(row.forms ?? [])]).flatMap(namesIn))];
  const known = [...new Set([...PLACEHOLDERS, ...own])];
  for (const name of used.filter((one) => !known.includes(one))) {
    problem(['submit', 'body'], `unknown placeholder \${${name}}; known: ${known.join(', ')}`);
  }
  for (const name of own.filter((one) => !used.includes(one))) {
    problem(['submit', 'body'], `must hold \${${name}}, which models name under parameters, images or knobs`);
  }
  if (!used.includes('prompt')) problem(['submit', 'body'], 'must hold ${prompt}');
  models.forEach(({ microsPerSecond, priceMicros }, index) => {
    if (microsPerSecond !== undefined || priceMicros !== undefined) return;
    problem(['models', index], 'must have either microsPerSecond or priceMicros');
  });
  if ((poll.output === undefined) === (poll.content === undefined)) {
    problem(['poll'], 'must have either output or content');
  }
  if (poll.output !== undefined && outputHosts.length === 0) {
    problem(['outputHosts'], 'must name a host that clips come from');
  }
  if ((cost.at === undefined) !== (cost.microsPerUnit === undefined)) {
    problem(['cost'], 'must have both at and microsPerUnit, or neither');
  }
  if (!tellsTakesApart(file)) {
    problem(
      ['lookup'],
      'must go by ${takeId} or ${takeSeed}, which submit.body must send: else the task of another shot could be taken for ours',
    );
  }
}

function tellsTakesApart({ lookup, submit }: ProviderFields): boolean {
  if (lookup === undefined) return true;
  const asks = 'match' in lookup ? Object.values(lookup.match) : [lookup.path];
  const marks: readonly string[] = ['takeId', 'takeSeed'];
  const sent = placeholdersIn(submit.body).filter((name) => marks.includes(name));
  return asks.some((text) => placeholdersIn(text).some((name) => sent.includes(name)));
}

/** What a way of asking a model brings along as placeholders; of a pointer the field that it begins with. */
function namesIn({ parameters = {}, images = {}, knobs = {} }: Partial<Row>): readonly string[] {
  const { secondsAs: _, ...named } = knobs;
  const names = Object.values(named).flatMap((knob) =>
    knob === undefined ? [] : [typeof knob === 'string' ? knob : knob.name],
  );
  return [...Object.keys(parameters), ...Object.values(images), ...names].map((name) =>
    name.replace(/^\/([^/]*).*$/, '$1'),
  );
}
