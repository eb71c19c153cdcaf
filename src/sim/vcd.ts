/** Traces as Value Change Dump (IEEE 1800-2017, 21.7), the form that waveform viewers read. */
import { fail } from '../errors.ts';

export interface VcdSignal {
  /** Scopes from the outside in, then the signal: "core.row0.x". */
  readonly path: string;
  readonly width: number; // bits
}

/** A value of each signal in a cycle: negative ones as two's complement, undefined where nothing is there (x). */
export type VcdRow = readonly (number | bigint | undefined)[];

export interface VcdOptions {
  /** Nanoseconds of a cycle; a whole number of picoseconds. */
  readonly period: number;
}

/** The rows as they stand from each rising edge of `clk` on, which is added as a signal of its own. */
export function vcd(
  signals: readonly VcdSignal[],
  rows: Iterable<VcdRow>,
  { period }: VcdOptions = { period: 5 },
): string {
  const picoseconds = period * 1000;
  if (!Number.isSafeInteger(picoseconds) || picoseconds < 2)
    fail(`a cycle of ${period} ns is not a whole number of picoseconds, 2 or more`);
  for (const { path, width } of signals) {
    if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(path)) fail(`"${path}" is no path of a signal`);
    if (!Number.isSafeInteger(width) || width < 1 || width > 65_536)
      fail(`a signal has 1 to 65536 bits, got ${width}`, { at: path });
  }
  const text = [
    '$timescale 1ps $end',
    ...declarations([{ path: 'clk', width: 1 }, ...signals]),
    '$enddefinitions $end',
  ];
  const shown: (string | undefined)[] = signals.map(() => undefined);
  let time = 0;
  for (const row of rows) {
    if (row.length !== signals.length)
      fail(`${row.length} values for ${signals.length} signals`, { at: `cycle ${time / picoseconds}` });
    text.push(`#${time}`, '1!');
    for (const [i, value] of row.entries()) {
      const change = changed(value, signals[i]!.width, codeOf(i + 1));
      if (change !== shown[i]) text.push((shown[i] = change));
    }
    text.push(`#${time + Math.floor(picoseconds / 2)}`, '0!');
    time += picoseconds;
  }
  text.push(`#${time}`, '');
  return text.join('\n');
}

/** Scopes open and close as the paths go; signals of one scope should stand together. */
function declarations(signals: readonly VcdSignal[]): readonly string[] {
  const text: string[] = [];
  let open: readonly string[] = [];
  for (const [i, { path, width }] of signals.entries()) {
    const scopes = path.split('.');
    const name = scopes.pop();
    let shared = 0;
    while (shared < open.length && open[shared] === scopes[shared]) shared++;
    text.push(...open.slice(shared).map(() => '$upscope $end'));
    text.push(...scopes.slice(shared).map((scope) => `$scope module ${scope} $end`));
    text.push(`$var wire ${width} ${codeOf(i)} ${name}${width > 1 ? ` [${width - 1}:0]` : ''} $end`);
    open = scopes;
  }
  text.push(...open.map(() => '$upscope $end'));
  return text;
}

const FIRST = 33; // '!'
const CODES = 94; // printable characters that a code is made of

/** A signal's short name: digits to the base 94. */
function codeOf(index: number): string {
  let code = '';
  for (let rest = index; ; rest = Math.floor(rest / CODES) - 1) {
    code += String.fromCharCode(FIRST + (rest % CODES));
    if (rest < CODES) return code;
  }
}

function changed(value: number | bigint | undefined, width: number, code: string): string {
  if (value === undefined) return width === 1 ? `x${code}` : `bx ${code}`;
  const bits = BigInt.asUintN(width, BigInt(value)).toString(2);
  return width === 1 ? `${bits}${code}` : `b${bits} ${code}`;
}
