/** What run, compare and prune say alike: which machine, which rule, where results go. */
import { resolve } from 'node:path';
import { fail } from '../../src/errors.ts';
import type { OptionSpec, OptionValues, Session } from '../command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { writeFiles } from '../files.ts';
import { writeOut } from '../io.ts';
import type { Accelerator, Library, RunRequest } from '../library.ts';
import type { LoadedModel } from '../model-file.ts';
import { oneOf, zerosShare } from '../options.ts';

export const RULES = [
  'none',
  'magnitude',
  'equal-per-kernel',
  'column-block',
  'n-of-m',
  'pattern',
  'group',
] as const;
export type RuleKind = (typeof RULES)[number];

export const RULE_OPTION: OptionSpec = {
  flags: '--rule <rule>',
  says: `${RULES.join(', ')} (default: the machine's own)`,
  parse: oneOf(RULES),
};
export const SPARSITY_OPTION: OptionSpec = {
  flags: '--sparsity <share>',
  says: 'share of zero weights that the rule asks for, 0 to less than 1 (default: 0.5)',
  parse: zerosShare,
};

export interface RuleAsked {
  readonly kind: RuleKind;
  readonly zeros: number;
}

/** The machine's own rule at one half, unless asked otherwise. */
export function ruleFor(
  machine: Accelerator,
  { rule, sparsity }: { readonly rule?: RuleKind | undefined; readonly sparsity?: number | undefined },
): RuleAsked {
  if (rule === 'none') {
    if (sparsity !== undefined && sparsity > 0)
      fail(`--rule none prunes nothing, but --sparsity ${sparsity} asks for zeros`, {
        hint: `--rule ${RULES.slice(1).join(', --rule ')}`,
      });
    return { kind: 'none', zeros: 0 };
  }
  const zeros = sparsity ?? 0.5;
  return { kind: rule ?? machine.rule(zeros, machine.arch).kind, zeros };
}

export function machineOf(library: Library, name: string): Accelerator {
  const known = library.machines.map((machine) => machine.name);
  return (
    library.machines.find((machine) => machine.name === name) ??
    fail(`unknown machine "${name}"`, { hint: didYouMean(name, known) })
  );
}

/** The network's part of a request: published densities where there are some, dense activations elsewhere. */
export function workloadOf(
  { model, zoo }: LoadedModel,
  asked: 'published' | 'dense' | number | undefined,
  name: string,
): Pick<RunRequest, 'model' | 'densities' | 'ofmapDensities' | 'activations'> {
  if (asked === 'published' && zoo === undefined)
    fail('there are no published densities for this model', {
      at: name,
      hint: '--activations dense, --activations 0.5, or real ones with sense run --input',
    });
  if (zoo === undefined) return { model, activations: asked ?? 'dense' };
  const ofmapDensities = new Map([...zoo.ofmapDensities].map(([layer, { ofmap }]) => [layer, ofmap]));
  return { model, densities: zoo.densities, ofmapDensities, activations: asked ?? 'published' };
}

/** What a reader left out or read in a way of its own is said aloud; the model is handed on. */
export function told<T extends { readonly notes?: readonly string[] }>(loaded: T, session: Session): T {
  for (const note of loaded.notes ?? []) session.progress.note(`note: ${note}`);
  return loaded;
}

/** Where --json goes: a file, stdout, or nowhere. */
export function jsonTarget({ json }: OptionValues): string | 'stdout' | undefined {
  if (json === undefined || json === false) return undefined;
  return json === true || json === '-' ? 'stdout' : (json as string);
}

export interface Results {
  readonly json: unknown;
  readonly text: () => string;
  readonly files?: readonly { readonly path: string; readonly content: string | Uint8Array }[];
}

/** Files first, all or none; then stdout: JSON alone where it is asked for there, else the text for people. */
export async function deliver(
  { json, text, files = [] }: Results,
  options: OptionValues,
  session: Session,
): Promise<void> {
  const target = jsonTarget(options);
  const content = target === undefined ? '' : `${JSON.stringify(json, null, 2)}\n`;
  const written = target === undefined || target === 'stdout' ? files : [...files, { path: target, content }];
  session.progress.clear();
  writeFiles(written.map((file) => ({ ...file, path: at(session, file.path) })));
  for (const { path } of written) session.progress.note(`wrote ${path}`);
  await writeOut(session.io, target === 'stdout' ? content : text());
}

/** A path as the user means it: from the folder they stand in. */
export const at = ({ io }: Pick<Session, 'io'>, path: string): string => resolve(io.cwd, path);

/** The words of --layers, --labels and the like, or undefined. */
export const textOption = (options: OptionValues, name: string): string | undefined =>
  typeof options[name] === 'string' ? options[name] : undefined;
