import type { Command } from 'commander';
import { dataOption, examples, jsonOption, serverOption } from './command-kit.ts';
import type { Done } from './command-kit.ts';
import type { ProvidersFlags } from './commands/providers.ts';

/** What is spent, where, and who may be paid. */
export function addMoneyCommands(program: Command, done: Done): void {
  addProviders(program, done);
}

function addProviders(program: Command, done: Done): void {
  const providers = program
    .command('providers')
    .helpCommand(false)
    .description('who can render: list them, or stop and resume paying one')
    .addHelpText(
      'after',
      examples('providers list', 'providers off runway --reason "doubtful invoice"', 'providers on runway'),
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
