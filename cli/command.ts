/** A command is a record: what it is called, what it takes, what it does. commander parses, main registers. */
import type { Io } from './io.ts';
import type { Library } from './library.ts';
import { whole } from './options.ts';
import type { Progress } from './progress.ts';

export interface OptionSpec {
  readonly flags: string; // commander's: '--batch <n>'
  readonly says: string;
  /** Turn the text into a value, or fail() kindly. */
  readonly parse?: (text: string, flag: string) => unknown;
  readonly fallback?: string | number | boolean;
  /** May be given several times, or take several words; the value is a list. */
  readonly many?: boolean;
}

export interface Session {
  readonly io: Io;
  readonly progress: Progress;
  /** The library, loaded when it is first needed: `sense --help` should not wait for it. */
  readonly library: () => Promise<Library>;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly args: string; // commander's: '<model>'
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** Returns the exit code: 0 done, 1 a claim or check does not hold. */
  readonly run: (args: readonly string[], options: OptionValues, session: Session) => Promise<number>;
}

/** By commander's camel-cased name. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** Every command has these. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--json [file]',
    says: 'the result as JSON, to the file or to stdout (then nothing else goes there)',
  },
  {
    flags: '--seed <n>',
    says: 'seed of everything drawn at random',
    parse: whole(0, 2 ** 32 - 1),
    fallback: 1,
  },
  { flags: '--quiet', says: 'no progress and no notes on stderr' },
];
