/** A lane's two halves against plain sums, and against its silicon. */
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import { type LanePlace, OfmLane } from './ofm-lane.ts';

const words = 32;

/** One half adds while the other is read back and cleared; then they change places. */
function run(seed: number) {
  const { below } = seeded(seed, 'lane');
  const lane = new OfmLane({ words });
  const sums = [new Int32Array(words), new Int32Array(words)];
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const reads: { readonly found: number; readonly plain: number }[] = [];
  let psum = 0; // of the cycle before
  let recent: (number | undefined)[] = [undefined, undefined];
  let [reading, read1]: (number | undefined)[] = [];
  const cycle = (half: number, place: LanePlace | undefined, clear: readonly number[], at: number): void => {
    const next = below(2 ** 20) - 2 ** 19;
    const read = { half: 1 - half, address: at };
    const plain = read1;
    vectors.push({
      ...{ psum: next, place_valid: place !== undefined, place_half: place?.half ?? 0 },
      ...{ place_address: place?.address ?? 0, read_half: read.half, read_address: at },
      ...{ clear_half: clear.reduce((bits, h) => bits | (1 << h), 0), clear_address: at },
    });
    expected.push({
      word: plain === undefined ? undefined : lane.word,
      ...{
        east_valid: lane.east !== undefined,
        east_address: lane.east?.address,
        east_half: lane.east?.half,
      },
    });
    if (plain !== undefined) reads.push({ found: lane.word, plain });
    if (place) sums[place.half]![place.address]! += psum;
    read1 = reading;
    reading = clear.length === 0 ? sums[read.half]![at]! : undefined;
    lane.tick({ psum: next, place, read, clear: { halves: clear, address: at } });
    lane.commit();
    psum = next;
    recent = [place?.address, recent[0]];
  };
  for (let at = 0; at < words; at++) cycle(0, undefined, [0, 1], at);
  for (let round = 0; round < 6; round++) {
    const half = round % 2;
    for (let t = 0; t < 3 * words; t++) {
      const address = below(words);
      const free = below(4) > 0 && !recent.includes(address);
      const clears = t >= 2 * words;
      cycle(half, free ? { half, address } : undefined, clears ? [1 - half] : [], t % words);
    }
    sums[1 - half]!.fill(0);
    recent = [undefined, undefined];
    for (let t = 0; t < 4; t++) cycle(half, undefined, [], 0);
  }
  return { vectors, expected, reads };
}

test('what is read is the sum of what was added, and a cleared half is empty', () => {
  const { reads } = run(1);
  expect(reads.length).toBeGreaterThan(300);
  expect(reads.some(({ plain }) => plain !== 0)).toBe(true);
  for (const { found, plain } of reads) expect(found).toBe(plain);
});

test('a word that is used again too soon is an error, not a wrong sum', () => {
  const lane = new OfmLane({ words });
  const add = (): void => {
    lane.tick({
      psum: 1,
      place: { half: 0, address: 3 },
      read: { half: 1, address: 0 },
      clear: { halves: [], address: 0 },
    });
    lane.commit();
  };
  add();
  expect(add).toThrow('word 3 of an ofmap lane is used again within two cycles');
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`ofm_lane.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test('every wire, every cycle', async () => {
    const { vectors, expected } = run(2);
    const sources = ['src/blocks/ofm-lane/ofm_lane.sv'];
    const task = { top: 'ofm_lane', sources, parameters: { WORDS: words }, vectors };
    expect(await differenceToSilicon(task, expected)).toBeUndefined();
  });
});
