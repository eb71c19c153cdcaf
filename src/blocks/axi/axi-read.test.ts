/** The reader's bursts against the runs it was asked for, plainly and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import { AxiRead, type Run } from './axi-read.ts';

/** Random requests to a memory that is not always ready; what was asked of it, and every wire in every cycle. */
function run(seed: number, cycles = 400) {
  const { below } = seeded(seed, 'runs');
  const reader = new AxiRead();
  const [asked, bursts]: [Run[], Run[]] = [[], []];
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  let request: Run | undefined;
  for (let t = 0; t < cycles || request || reader.burst; t++) {
    if (!request && t < cycles && below(3) === 0)
      request = { address: below(2 ** 20), beats: 1 + below(below(4) === 0 ? 100 : 6) };
    const taken = below(3) > 0;
    const { burst, requestReady } = reader;
    vectors.push({
      ...{ request_valid: request !== undefined, arready: taken },
      ...{ request_address: request?.address ?? 0, request_beats: request?.beats ?? 0 },
    });
    expected.push({
      ...{ request_ready: requestReady, arvalid: burst !== undefined },
      araddr: burst && BigInt(burst.address) * 16n,
      arlen: burst && burst.beats - 1,
    });
    if (burst && taken) bursts.push(burst);
    reader.tick({ request, taken });
    reader.commit();
    if (request && requestReady) {
      asked.push(request);
      request = undefined;
    }
  }
  return { asked, bursts, vectors, expected };
}

const beatsOf = (runs: readonly Run[]): readonly number[] =>
  runs.flatMap(({ address, beats }) => Array.from({ length: beats }, (_, i) => address + i));

test('every beat is asked for once and in order, in bursts that stay inside 256 bytes', () => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const { asked, bursts } = run(seed);
      expect(beatsOf(bursts)).toEqual(beatsOf(asked));
      for (const { address, beats } of bursts)
        expect(Math.floor(address / 16)).toBe(Math.floor((address + beats - 1) / 16));
    }),
    { numRuns: 50 },
  );
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`axi_read.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test('every wire, every cycle', async () => {
    const { vectors, expected } = run(1, 2000);
    const sources = ['src/blocks/axi/axi_read.sv'];
    expect(await differenceToSilicon({ top: 'axi_read', sources, vectors }, expected)).toBeUndefined();
  });
});
