/** `sense`: registers the commands, parses, and turns every failure into words and an exit code. */
import { Command as Commander, Option } from 'commander';
import { COMMON_OPTIONS, type Command, type OptionSpec, type Session } from './command.ts';
import { failureOf } from './failure.ts';
import { type Io, processIo } from './io.ts';
import type { Library } from './library.ts';
import { progressOn } from './progress.ts';

/** Each is loaded where it is named; all of them for what tells of all: --help, a word that is none. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.ts')).run,
  compare: async () => (await import('./commands/compare.ts')).compare,
  paper: async () => (await import('./commands/paper.ts')).paper,
  prune: async () => (await import('./commands/prune.ts')).prune,
  train: async () => (await import('./commands/train.ts')).train,
  rtl: async () => (await import('./commands/rtl.ts')).rtl,
  list: async () => (await import('./commands/list.ts')).list,
};

function commandsFor(word = ''): Promise<readonly Command[]> {
  const named = Object.hasOwn(COMMANDS, word) ? [COMMANDS[word]!] : Object.values(COMMANDS);
  return Promise.all(named.map((load) => load()));
}

export interface MainOptions {
  readonly io?: Io;
  readonly version?: string;
  /** Tests may put another library behind the commands. */
  readonly library?: () => Promise<Library>;
}

/** `argv` without node and script. Resolves to the exit code: 0 done, 1 a check does not hold, 2 the user's mistake. */
export async function main(
  argv: readonly string[],
  { io = processIo(), version = 'development', library = () => import('./library.ts') }: MainOptions = {},
): Promise<number> {
  let exitCode = 0;
  const program = new Commander('sense')
    .description('Run, cost and prune convolutional networks on a sparse systolic array.')
    .version(version, '-V, --version')
    .addHelpText(
      'after',
      "\nExample:\n  sense run vgg16\n\n'sense <command> --help' tells each command's options.\n",
    );
  hushed(program, io);
  for (const command of await commandsFor(argv[0])) {
    const registered = program
      .command(command.name)
      .description(command.summary)
      .addHelpText('after', examplesOf(command));
    if (command.args !== '') registered.arguments(command.args);
    for (const spec of [...command.options, ...COMMON_OPTIONS]) registered.addOption(optionOf(spec));
    registered.action(async () => {
      const values = registered.opts();
      const session: Session = { io, library, progress: progressOn(io, { quiet: values.quiet === true }) };
      try {
        exitCode = await command.run(registered.args, values, session);
      } finally {
        session.progress.clear();
      }
    });
  }
  try {
    if (argv.length === 0) {
      io.stdout.write(program.helpInformation());
      return 0;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    const failure = failureOf(error);
    io.stderr.write(failure.text);
    return failure.exitCode;
  }
}

/** commander throws instead of exiting, and leaves the printing of errors to us. */
function hushed(program: Commander, { stdout, columns }: Io): void {
  program
    .exitOverride()
    .showHelpAfterError(false)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => Math.min(columns ?? 100, 120),
    });
}

function optionOf({ flags, says, parse, fallback, many = false }: OptionSpec): Option {
  const option = new Option(flags, says);
  if (fallback !== undefined) option.default(fallback);
  const long = option.long ?? flags;
  if (many)
    option.argParser((text: string, before: unknown) => [
      ...(Array.isArray(before) ? before : []),
      parse === undefined ? text : parse(text, long),
    ]);
  else if (parse !== undefined) option.argParser((text: string) => parse(text, long));
  return option;
}

const examplesOf = ({ examples }: Command): string =>
  `\nExample${examples.length === 1 ? '' : 's'}:\n${examples.map((line) => `  ${line}\n`).join('')}`;
