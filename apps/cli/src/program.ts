import { Argument, Command, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addMoneyCommands } from './money-commands.ts';
import { dataOption, examples, FILM, jsonOption, serverOption, TAKE } from './command-kit.ts';
import { commandName } from './config.ts';
import type { ExitCode } from './exit-codes.ts';
import {
  decimalNumber,
  parseApprovals,
  parseBudget,
  parseImage,
  parseNegative,
  parseSize,
  qualityNames,
  wholeNumber,
} from './film-options.ts';
import type { Approvals } from './film-options.ts';
import type { ApproveFlags } from './commands/approve.ts';
import type { MakeFlags } from './commands/make.ts';
import type { QuoteFlags } from './commands/quote.ts';
import type { ServerFlags } from './commands/films.ts';
import type { ResolutionName, TakesFlags } from './commands/takes.ts';

const exitCodes = `
Exit codes:
  0  done                        5    unavailable: server, port or data directory
  1  film failed or cancelled,   6    the disk is full
     or money unexplained
  2  bad input or usage          70   an error of reelmesh itself
  3  a tool is missing           130  Ctrl-C
  4  film in doubt               143  SIGTERM`;

const decisions = `
Decisions:
  attach     the provider has the work: go on with it; needs --task
  void       it never got there: nothing was charged, render the shot anew
  write-off  it was charged and is lost: count the price, render the shot anew`;

function withFilmOptions(command: Command): Command {
  return command
    .option(
      '--strategy <name>',
      'who renders: draft, preview, final, mixed, final-or-draft, resilient, cheapest, fastest, ' +
        'self-hosted-first, or your own (default: draft)',
    )
    .option('--approve <shots>', 'of mixed: shots that have their final, as in 3,5, or all', (text) =>
      parseApprovals(text),
    )
    .addOption(
      new Option(
        '--quality <name>',
        'which of a family of models: medium, high, ultra (default: high)',
      ).choices(qualityNames),
    )
    .option('--seed <n>', 'another seed gives other pictures (default: 0)', wholeNumber(0, 4_294_967_295))
    .option('--size <WxH>', 'pixels, both even, 64 to 3840 (default: 1080x1920)', parseSize)
    .option('--fps <n>', 'frames per second, 12 to 60 (default: 24)', wholeNumber(12, 60))
    .option(
      '--shot-frames <n>',
      "length of every shot in frames, at most 10 s (default: the script's)",
      wholeNumber(1, 600),
    )
    .option('--motion <n>', 'how much moves, 0 to 255', wholeNumber(0, 255))
    .option('--guidance <n>', 'how closely prompts are followed, 1 to 20', decimalNumber(1, 20))
    .option('--negative <text>', 'what must not be seen, at most 500 characters', parseNegative)
    .option(
      '--image <[shots=]file>',
      'first frame: of shot 3 as in 3=a.png, of 3 and 5 as in 3,5=a.png',
      parseImage,
    )
    .option('--last-frame <[shots=]file>', 'last frame, likewise', parseImage)
    .option(
      '--reference <[shots=]file>',
      'what somebody looks like, likewise; without shots: in all',
      parseImage,
    )
    .addOption(new Option('--format <name>', 'of the film (default: mp4)').choices(['mp4']))
    .option('--budget <usd>', 'the most that the film may cost, in US dollars', parseBudget)
    .addOption(dataOption())
    .addOption(serverOption())
    .option('--json', 'print one JSON object; everything else goes to stderr');
}

/** Of the whole program: its packages are released together. */
const VERSION = manifest.version;

/** The whole command line. Commands are loaded when they run: `--help` needs none of them. */
export function buildProgram(setExitCode: (code: ExitCode) => void): Command {
  const done = async (code: Promise<ExitCode>): Promise<void> => setExitCode(await code);
  const program = new Command('reelmesh')
    .description('From a script to a finished short film.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text.replace(/^error: /, 'reelmesh: ')) })
    .addHelpText(
      'after',
      examples(
        'make apps/cli/examples/last-train.fountain -o out/last-train.mp4',
        'quote night.fountain --strategy final',
        'serve --target=all',
      ) +
        '\n' +
        exitCodes,
    );

  withFilmOptions(
    program.command('make <script>').requiredOption('-o, --output <file>', 'where to put the film (MP4)'),
  )
    .description(
      'make a film; the same command again goes on after a stop, and renders only what has changed',
    )
    .option('--quote', 'show the plan and its price and render nothing')
    .addHelpText(
      'after',
      examples(
        'make night.fountain -o out/night.mp4',
        'make night.fountain -o out/night.mp4 --strategy final --budget 5',
        'make night.fountain -o small.mp4 --size 540x960 --fps 12 --json',
        'make night.fountain -o out/night.mp4 --image 1=board-1.png --image 2=board-2.png --reference mara.png',
      ),
    )
    .action((script: string, flags: MakeFlags) =>
      done(import('./commands/make.ts').then(({ make }) => make(script, flags))),
    );

  withFilmOptions(program.command('quote <script>'))
    .description('show the plan of a film and its price; nothing is rendered')
    .option('--hypothetical', 'as if every provider were set up and well')
    .addHelpText('after', examples('quote night.fountain', 'quote night.fountain --strategy final --json'))
    .action((script: string, flags: QuoteFlags) =>
      done(import('./commands/quote.ts').then(({ quote }) => quote(script, flags))),
    );

  program
    .command('parse <script>')
    .description('show what the parser makes of a script: scenes, shots, cast, diagnostics')
    .option('--json', 'the whole document as JSON, with source ranges')
    .addHelpText(
      'after',
      examples('parse night.fountain', "parse night.fountain --json | jq '.scenes[].heading'"),
    )
    .action((script: string, flags: { json?: boolean }) =>
      done(import('./commands/parse.ts').then(({ parse }) => parse(script, flags))),
    );

  program
    .command('films')
    .description('list films, newest first')
    .option('--limit <n>', 'how many', wholeNumber(1, 10_000), 20)
    .addOption(dataOption())
    .addOption(serverOption())
    .addHelpText('after', examples('films', 'films --limit 100 --server 127.0.0.1:50051'))
    .action((flags: ServerFlags & { limit: number }) =>
      done(import('./commands/films.ts').then(({ listFilms }) => listFilms(flags))),
    );

  program
    .command('watch <film>')
    .description('show a film until it ends; the exit code says how')
    .addOption(dataOption())
    .addOption(serverOption())
    .addHelpText('after', examples(`watch ${FILM}`, `watch ${FILM} --server 127.0.0.1:50051`))
    .action((film: string, flags: ServerFlags) =>
      done(import('./commands/films.ts').then(({ watchFilm }) => watchFilm(film, flags))),
    );

  program
    .command('approve')
    .description('have the finals of shots rendered, of a film under mixed; what is approved stays so')
    .argument('<film>', 'its id, as `films` shows it')
    .argument('<shots...>', 'numbers of shots, or all', parseApprovals)
    .option('-o, --output <file>', 'where to put the new cut (MP4)')
    .addOption(dataOption())
    .addOption(serverOption())
    .addHelpText('after', examples(`approve ${FILM} 3 5`, `approve ${FILM} all -o out/night.mp4`))
    .action((film: string, shots: Approvals, flags: ApproveFlags) =>
      done(import('./commands/approve.ts').then(({ approve }) => approve(film, shots, flags))),
    );

  program
    .command('cancel <film>')
    .description('stop work on a film; what a provider has accepted is settled and kept')
    .addOption(dataOption())
    .addOption(serverOption())
    .addHelpText('after', examples(`cancel ${FILM}`))
    .action((film: string, flags: ServerFlags) =>
      done(import('./commands/films.ts').then(({ cancelFilm }) => cancelFilm(film, flags))),
    );

  const takes = program
    .command('takes')
    .helpCommand(false)
    .description('list attempts to render a shot: those whose charge is in doubt, or all of one film')
    .argument('[film]', 'all takes of this film, with what each cost')
    .option('--unknown', 'only those in doubt (without a film: always)')
    .addOption(dataOption())
    .addOption(serverOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('takes --unknown', `takes ${FILM}`, `takes resolve ${TAKE} void`))
    .action((film: string | undefined, flags: TakesFlags) =>
      done(import('./commands/takes.ts').then(({ listTakes }) => listTakes(film, flags))),
    );

  takes
    .command('resolve')
    .description('decide about a take whose charge is in doubt')
    .argument('<take>', 'its id, as `takes` shows it')
    .addArgument(
      new Argument('<decision>', 'what became of it, see below').choices(['attach', 'void', 'write-off']),
    )
    .option('--task <id>', "the provider's own id of the work, for attach")
    .addOption(dataOption())
    .addOption(serverOption())
    .addHelpText(
      'after',
      decisions +
        '\n' +
        examples(
          `takes resolve ${TAKE} attach --task 17f20503-6c24-4c16-946b-35dbbce2af2f`,
          `takes resolve ${TAKE} void`,
        ),
    )
    .action((take: string, decision: ResolutionName, _own: unknown, command: Command) =>
      done(
        import('./commands/takes.ts').then(({ resolveTake }) =>
          resolveTake(take, decision, command.optsWithGlobals()),
        ),
      ),
    );

  addMoneyCommands(program, done);

  program
    .command('serve')
    .description('run services until Ctrl-C or SIGTERM')
    .requiredOption('--target <targets>', 'all, or a list as in cache,composer (see `reelmesh targets`)')
    .addOption(dataOption())
    .addHelpText(
      'after',
      examples('serve --target=all', 'serve --target=scheduler,cache   # with REELMESH_NATS__URL set'),
    )
    .action((flags: { target: string; data?: string }) =>
      done(import('./commands/serve.ts').then(({ serve }) => serve(flags))),
    );

  program
    .command('targets')
    .description('list what serve can run')
    .addHelpText('after', examples('targets'))
    .action(() => done(import('./commands/targets.ts').then(({ listTargets }) => listTargets())));

  program
    .command('health')
    .description('ask a running process whether it is ready')
    .option('--url <url>', 'its admin address (default: REELMESH_ADMIN__HOST and __PORT)')
    .addHelpText('after', examples('health', 'health --url http://127.0.0.1:9464'))
    .action((flags: { url?: string }) =>
      done(import('./commands/health.ts').then(({ health }) => health(flags))),
    );

  const config = program
    .command('config')
    .description('the configuration, which is environment variables')
    .helpCommand(false)
    .addHelpText('after', examples('config verify'));
  config
    .command('verify')
    .description('check every variable and show what is in force, or all that is wrong')
    .addHelpText(
      'after',
      examples('config verify') + `\n  $ REELMESH_ADMIN__PORT=9000 ${commandName()} config verify`,
    )
    .action(() => done(import('./commands/config-verify.ts').then(({ verifyConfig }) => verifyConfig())));

  for (const command of withDescendants(program)) {
    command.showHelpAfterError(`see \`${pathOf(command)} --help\``);
  }
  return program;
}

function withDescendants(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

function pathOf(command: Command): string {
  return command.parent === null ? commandName() : `${pathOf(command.parent)} ${command.name()}`;
}
