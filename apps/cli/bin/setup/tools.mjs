import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { SetupError, findProgram, prependToPath, run, say } from './steps.mjs';

const NATS_MODULE = 'github.com/nats-io/nats-server/v2@v2.14.5';
/** Commands that start services here. */
const HOSTING = new Set(['make', 'quote', 'serve', 'watch', 'films', 'cancel', 'takes']);
/** Where packages put servers; an ordinary user's PATH often lacks these. */
const SERVER_DIRECTORIES = ['/usr/sbin', '/usr/local/sbin'];

/** `replacedBy`: the settings that make one of our own unnecessary. */
const TOOLS = {
  'nats-server': {
    programs: ['nats-server'],
    replacedBy: ['REELMESH_NATS__URL'],
    way: `install NATS Server 2.9.10 or newer and put it on PATH: https://github.com/nats-io/nats-server/releases (with Go 1.25: go install ${NATS_MODULE})`,
  },
  ffmpeg: {
    programs: ['ffmpeg', 'ffprobe'],
    replacedBy: ['REELMESH_MEDIA__FFMPEG', 'REELMESH_MEDIA__FFPROBE'],
    way: 'install FFmpeg 5.1 or newer (ffmpeg and ffprobe) and put it on PATH: https://ffmpeg.org/download.html',
  },
};

/** In order of trial: the first whose program exists is the platform's. */
const MANAGERS = [
  {
    program: 'apt-get',
    root: true,
    refresh: ['update'],
    install: ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'],
  },
  { program: 'brew', root: false, install: ['install'] },
  { program: 'dnf', root: true, install: ['install', '-y'], names: { ffmpeg: 'ffmpeg-free' } },
  { program: 'apk', root: true, install: ['add'] },
  { program: 'pacman', root: true, install: ['-Sy', '--noconfirm'] },
];

/** Names in TOOLS that a command line cannot do without. */
export function toolsFor(args, env) {
  if (args[0] === '--run') return Object.keys(TOOLS);
  const elsewhere = args.some((arg) => /^(-h|--help|--server(=.*)?)$/.test(arg));
  if (!HOSTING.has(args[0]) || elsewhere) return [];
  return Object.keys(TOOLS).filter((tool) => !TOOLS[tool].replacedBy.every((variable) => env[variable]));
}

/** Finds the tools or installs them. Afterwards all are on PATH. */
export async function ensureTools(root, names) {
  const bin = path.join(root, '.tools/bin');
  if (missing(names, bin).length === 0) return;
  await withLock(root, async () => {
    const manager = platformManager();
    let refreshed = false;
    for (const name of missing(names, bin)) {
      const attempts = [];
      if (manager !== undefined) {
        attempts.push(async () => {
          if (!refreshed && manager.refresh) await manager.run(manager.refresh);
          refreshed = true;
          await manager.run([...manager.install, manager.names?.[name] ?? name]);
        });
      }
      if (name === 'nats-server' && findProgram('go')) attempts.push(() => goInstall(bin));
      await install(name, bin, attempts, manager);
    }
  });
}

async function install(name, bin, attempts, manager) {
  const failures = [];
  for (const [index, attempt] of attempts.entries()) {
    say(
      `${name} (${index === 0 && manager !== undefined ? manager.shown : `go install ${NATS_MODULE}, about a minute`})`,
    );
    try {
      await attempt();
      if (missing([name], bin).length === 0) return;
      failures.push(`installed, but ${TOOLS[name].programs.join(' and ')} not on PATH`);
    } catch (error) {
      failures.push(error.message);
    }
  }
  throw new SetupError([`${name} is missing; ${TOOLS[name].way}`, ...failures].join('\n'));
}

function missing(names, bin) {
  return names.filter((name) => !TOOLS[name].programs.every((program) => locate(program, bin)));
}

/** Also puts the directory where it was found on PATH. */
function locate(program, bin) {
  if (findProgram(program)) return true;
  const directory = [bin, ...SERVER_DIRECTORIES].find((place) => findProgram(program, place));
  if (directory === undefined) return false;
  prependToPath(directory);
  return true;
}

function platformManager() {
  const manager = MANAGERS.find(({ program }) => findProgram(program));
  if (manager === undefined) return undefined;
  const prefix = manager.root && process.getuid?.() !== 0 ? ['sudo', '-n'] : [];
  if (prefix.length > 0 && spawnSync('sudo', ['-n', 'true']).status !== 0) return undefined;
  const command = [...prefix, manager.program];
  return {
    ...manager,
    shown: [...command, 'install'].join(' '),
    run: (args) =>
      run(command[0], [...command.slice(1), ...args], { env: { DEBIAN_FRONTEND: 'noninteractive' } }),
  };
}

function goInstall(bin) {
  // Without cgo: nothing in it needs C, and Go is often there without a C compiler.
  return run('go', ['install', NATS_MODULE], { env: { GOBIN: bin, CGO_ENABLED: '0' } });
}
