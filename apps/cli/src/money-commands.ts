import { Option } from 'commander';
import type { Command } from 'commander';
import { dataOption, examples, FILM, jsonOption, serverOption, TAKE } from './command-kit.ts';
import type { Done } from './command-kit.ts';
import type { LedgerFlags } from './commands/ledger.ts';
import type { ProvidersFlags } from './commands/providers.ts';
import { parseSize, wholeNumber } from './film-options.ts';
import type { RouteFlags } from './commands/route.ts';
import type { ReconcileFlags } from './commands/reconcile.ts';
import { addCost } from './cost-commands.ts';
import { parseDay } from './days.ts';
import { groupings } from './ledger-sums.ts';

/** What is spent, where, and who may be paid. */
export function addMoneyCommands(program: Command, done: Done): void {
  addLedger(program, done);
  addProviders(program, done);
  addRoute(program, done);
  addCost(program, done);
}

function addLedger(program: Command, done: Done): void {
  program
    .command('ledger')
    .description('what was set aside for takes, charged and given back: every entry, or sums')
    .option('--film <film>', 'only this film')
    .option('--shot <shot>', 'only this shot, by its id')
    .option('--provider <provider>', 'only this provider')
    .option('--tenant <tenant>', 'only this tenant: your own')
    .option('--from <day>', 'from this day on (UTC), as in 2026-11-25', parseDay)
    .option('--to <day>', 'until this day and with it', parseDay)
    .addOption(new Option('--by <group>', 'sums instead of entries').choices(groupings))
    .option('--focus <file>', 'write charges as CSV in FOCUS 1.2 columns; - for stdout')
    .addOption(dataOption())
    .addOption(serverOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        `ledger --film ${FILM}`,
        'ledger --by provider --from 2026-11-01 --to 2026-11-30',
        'ledger --from 2026-11-01 --focus november.csv',
      ),
    )
    .action((flags: LedgerFlags) =>
      done(import('./commands/ledger.ts').then(({ showLedger }) => showLedger(flags))),
    );

  program
    .command('budgets')
    .description('the limits of spending, and how much of each is used up')
    .addOption(dataOption())
    .addOption(serverOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('budgets', 'budgets --json'))
    .action((flags: LedgerFlags) =>
      done(import('./commands/ledger.ts').then(({ showBudgets }) => showBudgets(flags))),
    );

  program
    .command('reconcile <provider>')
    .description(
      "a provider's own figures beside the ledger; exit code 1 when a difference has no explanation",
    )
    .option('--from <day>', 'from this day on (UTC); the first of the month unless told', parseDay)
    .option('--to <day>', 'until this day and with it; today unless told', parseDay)
    .addOption(dataOption())
    .addOption(serverOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('reconcile runway', 'reconcile runway --from 2026-11-01 --to 2026-11-24'))
    .action((provider: string, flags: ReconcileFlags) =>
      done(import('./commands/reconcile.ts').then(({ reconcile }) => reconcile(provider, flags))),
    );
}

function addProviders(program: Command, done: Done): void {
  const providers = program
    .command('providers')
    .helpCommand(false)
    .description('who can render: list them, check the file of a new one, or stop and resume paying one')
    .addHelpText(
      'after',
      examples(
        'providers list',
        'providers check acme.yaml',
        'providers off runway --reason "doubtful invoice"',
        'providers on runway',
      ),
    );

  providers
    .command('list')
    .description('all providers and models: whether each can be used now, and its price')
    .addOption(dataOption())
    .addOption(serverOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('providers list', 'providers list --json'))
    .action((flags: ProvidersFlags) =>
      done(import('./commands/providers.ts').then(({ listProviders }) => listProviders(flags))),
    );

  providers
    .command('check <file>')
    .description(
      'check the file of a provider, then dry-run it against its own recording: on this machine alone, without a key',
    )
    .addOption(jsonOption())
    .addHelpText('after', examples('providers check acme.yaml', 'providers check acme.yaml --json'))
    .action((file: string, flags: { json?: boolean }) =>
      done(import('./commands/check-provider.ts').then(({ checkProvider }) => checkProvider(file, flags))),
    );

  providers
    .command('schema')
    .description('print the JSON Schema of provider files, for editors')
    .addHelpText('after', examples('providers schema > provider.schema.json'))
    .action(() => done(import('./commands/check-provider.ts').then(({ showSchema }) => showSchema())));

  providers
    .command('on <provider>')
    .description('submit to it again')
    .option('--reason <text>', 'why; at most 200 characters')
    .addOption(dataOption())
    .addOption(serverOption())
    .addHelpText('after', examples('providers on runway'))
    .action((provider: string, flags: ProvidersFlags) =>
      done(
        import('./commands/providers.ts').then(({ switchProvider }) => switchProvider(provider, true, flags)),
      ),
    );

  providers
    .command('off <provider>')
    .description('submit nothing more to it, from any gateway; what is under way is seen to its end')
    .requiredOption('--reason <text>', 'why; at most 200 characters')
    .addOption(dataOption())
    .addOption(serverOption())
    .addHelpText('after', examples('providers off runway --reason "doubtful invoice"'))
    .action((provider: string, flags: ProvidersFlags) =>
      done(
        import('./commands/providers.ts').then(({ switchProvider }) =>
          switchProvider(provider, false, flags),
        ),
      ),
    );
}

function addRoute(program: Command, done: Done): void {
  const route = program
    .command('route')
    .helpCommand(false)
    .description('who renders what, and why')
    .addHelpText('after', examples('route explain night.fountain --strategy cheapest'));

  route
    .command('explain')
    .description('every candidate for a shot: taken, or why not, with price and expected time')
    .argument(
      '<subject>',
      'a script (what would be decided now), or the id of a film or a take (what was decided)',
    )
    .option('--shot <n>', 'only this shot, 1 is the first', wholeNumber(1, 100_000))
    .option('--strategy <name>', 'for a script: who renders (default: draft)')
    .option('--size <WxH>', 'for a script: pixels (default: 1080x1920)', parseSize)
    .option('--hypothetical', 'for a script: as if every provider were set up and well')
    .addOption(dataOption())
    .addOption(serverOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'route explain night.fountain --strategy cheapest --hypothetical',
        `route explain ${FILM} --shot 3`,
        `route explain ${TAKE} --json`,
      ),
    )
    .action((subject: string, flags: RouteFlags) =>
      done(import('./commands/route.ts').then(({ explainRoute }) => explainRoute(subject, flags))),
    );
}
