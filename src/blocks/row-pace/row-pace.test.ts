/** A row's pace against a plain loop over its waves, and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { seeded } from '../../tensor/random.ts';
import type { RowEntry, WaveControl } from '../ifm-stream/ifm-stream.ts';
import { type AnnouncedWave, IN_FLIGHT, RowPace } from './row-pace.ts';

interface Cycle {
  readonly announced: AnnouncedWave | undefined;
  readonly slots: number;
  readonly control: WaveControl | undefined;
  readonly entryAddress: number | undefined; // where a wave waits
  readonly done: number;
}

const GAP = zcu102.pe.channelGap;
const COUNT = 40;
const ROW = 3;

/** Waves announced at random, never more than IN_FLIGHT that are not over. */
function run(seed: number) {
  const { below } = seeded(seed, 'row');
  const pace = new RowPace(zcu102.pe, ROW);
  const slots = Array.from({ length: COUNT }, () => (below(4) === 0 ? 0 : below(30)));
  const hurry = 1 + below(20);
  const announcedAt: number[] = [];
  const cycles: Cycle[] = [];
  let [over, doneBefore, entry] = [0, 0, 0];
  for (let t = 0; over < COUNT; t++) {
    for (let bits = pace.done ^ doneBefore; bits !== 0; bits &= bits - 1) over++;
    doneBefore = pace.done;
    const next = announcedAt.length;
    const soon = next === 0 || t - announcedAt.at(-1)! >= 2;
    const announced: AnnouncedWave | undefined =
      next < COUNT && soon && next - over < IN_FLIGHT && below(hurry) === 0
        ? {
            ...{ weightBase: below(32), psumBank: below(2), halo: below(3), origin: below(64) },
            ...{ reciprocal: below(4097), entry: next },
          }
        : undefined;
    if (announced) announcedAt.push(t);
    const { control, done } = pace;
    const row: RowEntry = { slots: slots[entry]!, taps: 0, lane: 0, value: 0, bitmap: new Uint32Array(0) };
    // The first wave that has not started, from two cycles after it was announced on.
    const first = announcedAt[cycles.filter((cycle) => cycle.control).length];
    const entryAddress = first !== undefined && t >= first + 2 ? pace.entryAddress : undefined;
    cycles.push({ announced, slots: row.slots, control, entryAddress, done });
    entry = pace.entryAddress;
    pace.tick({ announced, entry: row });
    pace.commit();
  }
  return { slots, announcedAt, cycles };
}

test('a wave starts three cycles after it is announced, or when the one before it is over', () => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const { slots, announcedAt, cycles } = run(seed);
      let end = 0;
      const starts = announcedAt.map((t, w) => {
        const start = Math.max(t + 3, end);
        end = start + slots[w]! + GAP;
        return start;
      });
      expect(cycles.flatMap(({ control }, t) => (control ? [t] : []))).toEqual(starts);
      const announced = cycles.flatMap((cycle) => (cycle.announced ? [cycle.announced] : []));
      expect(cycles.flatMap(({ control }) => (control ? [control] : []))).toEqual(announced);
      for (const [w, start] of starts.entries()) {
        // Its bit changes here, and only here: as many slots before its end as row 3 is away.
        const at = Math.max(start + 2, start + slots[w]! + GAP - ROW - 6);
        const bit = (cycle: number) => ((cycles[cycle]?.done ?? end) >> (w % IN_FLIGHT)) & 1;
        if (at < cycles.length)
          expect([bit(at - 1), bit(at)]).toEqual([w, w + IN_FLIGHT].map((n) => (n >> 3) & 1));
      }
    }),
    { numRuns: 200 },
  );
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`row_pace.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test('every start, every cycle', async () => {
    const wires = coreWires(zcu102);
    const runs = Array.from({ length: 20 }, (_, seed) => run(seed));
    const vectors = runs.flatMap(({ cycles }): InputRow[] => [
      { reset: 1 },
      ...cycles.map(({ announced, slots }) => ({
        wave: announced ? wires.wave.encode(announced) : 0n,
        slots,
        nearly: ROW + 6,
      })),
    ]);
    const outputs = await cosimulate({
      top: 'row_pace',
      sources: ['src/blocks/row-pace/row_pace.sv', 'src/blocks/fifo/fifo.sv'],
      parameters: {},
      vectors,
    });
    let at = 0;
    for (const { cycles } of runs) {
      at++; // the cycle of reset
      for (const [t, { control, entryAddress, done }] of cycles.entries()) {
        const row = outputs[at++]!;
        const starts = BigInt(row.control!) >> BigInt(wires.control.width - 1) === 1n;
        const below = t === 0 ? 0n : wires.wave.encode(cycles[t - 1]!.announced);
        expect(
          {
            control: starts ? BigInt(row.control!) : undefined,
            done: row.done,
            entryAddress: entryAddress === undefined ? undefined : row.entry_address,
            below: BigInt(row.wave_below!),
          },
          `cycle ${t}`,
        ).toEqual({
          control: control && wires.control.encode(control),
          ...{ done, entryAddress },
          below: cycles[t - 1]?.announced ? below : 0n,
        });
      }
    }
  });
});
