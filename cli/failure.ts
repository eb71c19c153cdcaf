/** What went wrong, in words, and the exit code: 2 for the user's mistakes, 70 (EX_SOFTWARE of sysexits.h) for ours. */
import { CommanderError } from 'commander';
import { UserError } from '../src/errors.ts';
import { printable } from '../src/report/printable.ts';

export interface Failure {
  readonly exitCode: number;
  readonly text: string; // ends in a line break; empty when there is nothing to say
}

export function failureOf(error: unknown): Failure {
  if (error instanceof UserError) return { exitCode: 2, text: message(error.message, error.at, error.hint) };
  if (error instanceof CommanderError) return commandLineFailure(error);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: 70, text: `✖ this is a bug in sense, please report it\n${stack}\n` };
}

/** `✖ what / at / try`; foreign names in it cannot move the cursor. */
function message(what: string, at?: string, hint?: string): string {
  const lines = (text: string): string => text.split('\n').map(printable).join('\n       ');
  return [
    `✖ ${lines(what)}`,
    ...(at === undefined ? [] : [`  at   ${lines(at)}`]),
    ...(hint === undefined ? [] : [`  try  ${lines(hint)}`]),
    '',
  ].join('\n');
}

/** commander says "error: unknown option '--x'\n(Did you mean --y?)". */
function commandLineFailure({ code, exitCode, message: said }: CommanderError): Failure {
  if (exitCode === 0 || code === 'commander.help') return { exitCode: exitCode === 0 ? 0 : 2, text: '' };
  const [first = '', ...rest] = said.replace(/^error: /, '').split('\n');
  const meant = /\(Did you mean (?:one of )?(.*?)\?\)/.exec(rest.join(' '))?.[1];
  return { exitCode: 2, text: message(first, undefined, meant ?? hintFor(code)) };
}

function hintFor(code: string): string {
  if (code === 'commander.missingArgument')
    return 'add it, before options such as --json and --input that take the words behind them, or see --help';
  return 'sense --help, or sense <command> --help';
}
