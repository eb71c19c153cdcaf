/** YAML as plain values of a few kinds, with the lines they stand on; hostile files are refused, never expanded. */
import { isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument, visit } from 'yaml';
import { fail, UserError } from '../errors.ts';
import { quoted, textOf } from './text.ts';

/** Maps stay Maps, so that a key can be called anything. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | YamlMap;
export type YamlMap = ReadonlyMap<unknown, YamlValue>;

export interface YamlFile {
  readonly value: YamlValue;
  /** The line, from 1, of what lies at a path of keys and indices; of its nearest parent where that is not found. */
  readonly lineOf: (...path: readonly (string | number)[]) => number;
}

/** The parser needs seconds for a megabyte of brackets. A network of 200 layers has 80 KB. */
const MAX_YAML = 2 ** 18; // characters

export function readYaml(file: Uint8Array, what: string): YamlFile {
  const text = textOf(file, what);
  if (text.length > MAX_YAML) fail(`the ${what} has more than ${MAX_YAML} characters`);
  if (/^\s*\{\{|\{%/.test(text))
    fail(`the ${what} is a template`, {
      hint: "give the expanded file: Timeloop's front end writes it as parsed-processed-input.yaml",
    });
  try {
    return parsed(text, what);
  } catch (error) {
    if (error instanceof UserError) throw error;
    // What the parser throws: stacks that overflow, aliases without an end, tags it cannot resolve.
    return fail(`the ${what} cannot be read: ${said(error as Error)}`);
  }
}

/** The parser's words, which may hold the file's own letters, control characters among them. */
const said = ({ message }: Error): string => message.slice(0, 200).replace(/[\p{C}\u2028\u2029]/gu, '?');

function parsed(text: string, what: string): YamlFile {
  const lines = new LineCounter();
  // Keys are held to be unique below: the parser's own check, and its way to word errors, take quadratic time.
  const options = { lineCounter: lines, logLevel: 'error', prettyErrors: false, uniqueKeys: false } as const;
  const document = parseDocument(text, options);
  const lineOfOffset = (offset: number): number => lines.linePos(offset).line;
  const [error] = document.errors;
  if (error) fail(`the ${what} is not YAML: ${said(error)}`, { at: `line ${lineOfOffset(error.pos[0])}` });
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value))
          fail(`the key ${quoted(String(key.value))} is given twice in one map`, {
            at: `line ${lineOfOffset(key.range?.[0] ?? 0)}`,
          });
        seen.add(key.value);
      }
    },
  });
  return {
    value: document.toJS({ mapAsMap: true, maxAliasCount: 100 }) as YamlValue,
    lineOf: (...path) => lineIn(document.contents, path, lines),
  };
}

function lineIn(root: ParsedNode | null, path: readonly (string | number)[], lines: LineCounter): number {
  let node: Node | null = root;
  for (const step of path) {
    const next: unknown = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
    if (next === undefined || next === null || typeof next !== 'object' || !('range' in next)) break;
    node = next as Node;
  }
  return lines.linePos(node?.range?.[0] ?? 0).line;
}

export const isYamlMap = (value: YamlValue | undefined): value is YamlMap => value instanceof Map;
export const isYamlList = (value: YamlValue | undefined): value is readonly YamlValue[] =>
  Array.isArray(value);

export const mapOf = (value: YamlValue | undefined, what: string): YamlMap =>
  isYamlMap(value) ? value : fail(`${what} is ${kindOf(value)}, expected a map`);

export const listOf = (value: YamlValue | undefined, what: string): readonly YamlValue[] =>
  isYamlList(value) ? value : fail(`${what} is ${kindOf(value)}, expected a list`);

export const stringOf = (value: YamlValue | undefined, what: string): string =>
  typeof value === 'string' ? value : fail(`${what} is ${kindOf(value)}, expected a text`);

/** A whole number in [low, 2^53 - 1]. */
export function countOf(value: YamlValue | undefined, what: string, low = 1): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < low)
    return fail(`${what} is ${kindOf(value)}, expected a whole number from ${low} up`);
  return value;
}

/** For people: what a value is, or its text where that is short. */
export function kindOf(value: YamlValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (isYamlList(value)) return 'a list';
  if (isYamlMap(value)) return 'a map';
  return typeof value === 'string' ? quoted(value) : String(value);
}
