import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { dataOption, examples, jsonOption, serverOption } from './command-kit.ts';
import type { Done } from './command-kit.ts';
import type { CostReportFlags, Customer } from './commands/cost-report.ts';
import type { CostStrategiesFlags } from './commands/cost-strategies.ts';
import { parseBudget, wholeNumber } from './film-options.ts';

const PERCENT = wholeNumber(0, 100);

/** Estimates: what videos would cost. Every assumption is an option with a default. */
export function addCost(program: Command, done: Done): void {
  const cost = program
    .command('cost')
    .helpCommand(false)
    .description('estimates: what videos cost under each strategy; nothing is rendered')
    .addHelpText('after', examples('cost report', 'cost strategies'));

  cost
    .command('report')
    .description("what a month of videos costs at today's prices, under each strategy")
    .addOption(
      new Option('--videos <list>', 'customers and their videos a month')
        .default(defaultCustomers, 'studio=30,team=150,platform=1500')
        .argParser(parseCustomers),
    )
    .addOption(strategiesOption(['final', 'mixed', 'cheapest', 'self-hosted-first']))
    .option('--seconds <n>', 'seconds of film a video', wholeNumber(1, 36_000), 60)
    .option('--shots <n>', 'shots a video', wholeNumber(1, 1_000), 12)
    .option('--retakes <percent>', 'shots rendered once more for their looks', wholeNumber(0, 1_000), 20)
    .addOption(approvedOption())
    .option('--cache-hits <percent>', 'shots whose clip is there already', PERCENT, 25)
    .option('--discount <percent>', 'taken off what providers quote', PERCENT, 20)
    .addOption(gpuHourOption())
    .addOption(gpuBusyOption())
    .addOption(dataOption())
    .addOption(serverOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'cost report',
        'cost report --strategies final,cheapest --discount 0 --cache-hits 0 --retakes 0',
      ),
    )
    .action((flags: CostReportFlags) =>
      done(import('./commands/cost-report.ts').then(({ reportCost }) => reportCost(flags))),
    );

  cost
    .command('strategies')
    .description(
      'what a finished minute of films costs under each strategy, with and without cache and edits',
    )
    .argument('[scripts...]', 'films to compare (default: the examples and a generated episode)')
    .addOption(strategiesOption(['final', 'mixed', 'cheapest']))
    .option('--edited <percent>', 'shots that the round of edits changes', PERCENT, 10)
    .addOption(approvedOption())
    .option('--episode-shots <n>', 'shots of the generated episode, 0 for none', wholeNumber(0, 1_000), 100)
    .option('--seed <n>', 'another one generates and edits otherwise', wholeNumber(0, 4_294_967_295), 1)
    .addOption(gpuHourOption())
    .addOption(gpuBusyOption())
    .addOption(dataOption())
    .addOption(serverOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('cost strategies', 'cost strategies night.fountain --edited 30 --strategies final,mixed'),
    )
    .action((scripts: readonly string[], flags: CostStrategiesFlags) =>
      done(
        import('./commands/cost-strategies.ts').then(({ compareStrategies }) =>
          compareStrategies(scripts, flags),
        ),
      ),
    );
}

const strategiesOption = (names: readonly string[]): Option =>
  new Option('--strategies <names>', 'strategies to compare')
    .default(names, names.join(','))
    .argParser((text) => text.split(',').map((name) => name.trim()));

const approvedOption = (): Option =>
  new Option('--approved <percent>', 'shots that have their final, where drafts come first')
    .default(50)
    .argParser(PERCENT);

const gpuHourOption = (): Option =>
  new Option('--gpu-hour <usd>', 'an hour of a GPU of your own')
    .default(2_500_000, '2.50')
    .argParser(parseBudget);

const gpuBusyOption = (): Option =>
  new Option('--gpu-busy <percent>', 'of its hours spent rendering')
    .default(60)
    .argParser(wholeNumber(1, 100));

const defaultCustomers: readonly Customer[] = [
  { name: 'studio', videos: 30 },
  { name: 'team', videos: 150 },
  { name: 'platform', videos: 1_500 },
];

/** `studio=30,team=150` */
export function parseCustomers(text: string): readonly Customer[] {
  return text.split(',').map((one) => {
    const [, name, videos] = /^\s*([\w-]{1,20})=(\d{1,7})\s*$/.exec(one) ?? [];
    if (name === undefined) throw new InvalidArgumentError('It must be a list as in studio=30,team=150.');
    return { name, videos: Number(videos) };
  });
}
