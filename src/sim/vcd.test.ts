/** A dump read back by a parser of its own gives the values that went in, cycle for cycle. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type VcdRow, type VcdSignal, vcd } from './vcd.ts';

/** Paths and widths, and every signal's value at each rising edge of clk. */
function parse(text: string) {
  const [head = '', body = ''] = text.split('$enddefinitions $end');
  const scopes: string[] = [];
  const signals = new Map<string, VcdSignal>();
  for (const [, word, ...rest] of head.matchAll(/^\$(scope|upscope|var|timescale) ?(.*?) ?\$end$/gm)) {
    const parts = rest[0]!.split(' ');
    if (word === 'scope') scopes.push(parts[1]!);
    if (word === 'upscope') scopes.pop();
    if (word === 'var')
      signals.set(parts[2]!, { path: [...scopes, parts[3]!].join('.'), width: Number(parts[1]) });
  }
  expect(scopes).toEqual([]);
  const now = new Map<string, string>();
  const cycles: { time: number; values: ReadonlyMap<string, string> }[] = [];
  let [time, rising] = [0, false];
  const close = (): void => {
    if (rising)
      cycles.push({ time, values: new Map([...now].map(([code, bits]) => [signals.get(code)!.path, bits])) });
  };
  for (const line of body.trim().split('\n')) {
    if (line.startsWith('#')) {
      close();
      [time, rising] = [Number(line.slice(1)), false];
      continue;
    }
    const [, bits, code] = line.match(/^b([01x]+) (\S+)$/) ?? line.match(/^([01x])(\S+)$/) ?? [];
    expect(signals.has(code ?? ''), line).toBe(true);
    if (signals.get(code!)!.path === 'clk' && bits === '1') rising = true;
    now.set(code!, bits!);
  }
  close();
  return { signals: [...signals.values()], cycles };
}

const anyWidth = fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 130 }));
const anyTrace = fc
  .record({
    widths: fc.array(anyWidth, { minLength: 1, maxLength: 200 }),
    cycles: fc.nat(8),
    seed: fc.bigInt(0n, 2n ** 128n),
  })
  .map(({ widths, cycles, seed }) => ({
    signals: widths.map((width, i): VcdSignal => ({ path: `core.part${i % 3}.s${i}`, width })),
    rows: Array.from(
      { length: cycles },
      (_, t): VcdRow =>
        widths.map((width, i) => {
          const mixed = BigInt.asUintN(
            128,
            (seed + BigInt(t >> 1)) * 0x9e3779b97f4a7c15f39cc0605cedc835n + BigInt(i),
          );
          return mixed % 7n === 0n ? undefined : BigInt.asIntN(width, mixed);
        }),
    ),
  }));

describe('value change dump', () => {
  test('reads back as written: any signals, any values', () => {
    fc.assert(
      fc.property(anyTrace, ({ signals, rows }) => {
        const read = parse(vcd(signals, rows, { period: 5 }));
        expect(read.signals.slice(1)).toEqual(signals);
        expect(read.cycles.map(({ time }) => time)).toEqual(rows.map((_, t) => 5000 * t));
        for (const [t, row] of rows.entries())
          for (const [i, { path, width }] of signals.entries()) {
            const value = row[i];
            const wanted = value === undefined ? 'x' : BigInt.asUintN(width, BigInt(value)).toString(2);
            expect(read.cycles[t]!.values.get(path), `${path} in cycle ${t}`).toBe(wanted);
          }
      }),
      { numRuns: 60 },
    );
  });

  test('only changes are written', () => {
    const text = vcd([{ path: 'a', width: 4 }], [[3], [3], [5]]);
    expect(text.match(/^b/gm)).toHaveLength(2);
  });

  test.each([
    ['a path with a space', [{ path: 'a b', width: 1 }], [[1]], 'no path of a signal'],
    ['no bits', [{ path: 'a', width: 0 }], [[1]], '1 to 65536 bits'],
    [
      'a value too few',
      [
        { path: 'a', width: 1 },
        { path: 'b', width: 1 },
      ],
      [[1]],
      '1 values for 2 signals',
    ],
  ])('%s is refused', (_, signals, rows, message) => {
    expect(() => vcd(signals, rows)).toThrow(message);
  });

  test('a cycle is a whole number of picoseconds', () => {
    expect(() => vcd([], [], { period: 0.0001 })).toThrow('whole number of picoseconds');
  });
});
