/** Dense arrays against SCALE-Sim's own golden traces, and against a walk over every fold. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldGemm, type Gemm, type Stationary } from '../../src/cost/dense-gemm.ts';

const array32 = { rows: 32, cols: 32 };
// AlexNet conv1 as SCALE-Sim runs it: 224x224x3 ifmap, 96 filters of 11x11, stride 4 -> 55x55 ofmap.
const conv1 = { M: 55 * 55, K: 11 * 11 * 3, N: 96 };
// topologies/GEMM_mnk/test_mnk_input.csv: "Test 1, 256, 128, 256" for M, N, K.
const test1 = { M: 256, N: 128, K: 256 };

/**
 * SCALE-Sim v3 @ fab89b7, test/general/golden_trace_{calc,user_os,user_ws,user_is}, 32x32: COMPUTE_REPORT.csv's "Total
 * Cycles" less its "Stall Cycles" is the index of the last cycle; DETAILED_ACCESS_REPORT.csv has the SRAM accesses.
 */
const golden = [
  { name: 'calc', gemm: conv1, holds: 'weight', total: 112_283, stall: 0, mapped: 0.9453125 },
  { name: 'user_os', gemm: test1, holds: 'psum', total: 52_447, stall: 42_272, mapped: 1 },
  { name: 'user_ws', gemm: test1, holds: 'weight', total: 52_447, stall: 41_248, mapped: 1 },
  { name: 'user_is', gemm: test1, holds: 'ifmap', total: 19_984, stall: 5_777, mapped: 1 },
] as const;
const accesses = {
  calc: { ifmapReads: 3_294_225, weightReads: 34_848, psumWrites: 3_484_800 },
  // It prints 34816 ofmap writes there: the 32768 psums once, and 2048 more that nothing accounts for.
  user_os: { ifmapReads: 262_144, weightReads: 262_144, psumWrites: 32_768 },
  user_ws: { ifmapReads: 262_144, weightReads: 32_768, psumWrites: 262_144 },
  user_is: { ifmapReads: 65_536, weightReads: 262_144, psumWrites: 262_144 },
};

test.each(golden)('$name: cycles, mapping efficiency and SRAM accesses of SCALE-Sim', (trace) => {
  const folding = foldGemm(trace.gemm, trace.holds, array32);
  expect(folding.cycles).toBe(trace.total - trace.stall + 1);
  expect(folding.mapped).toBe(trace.mapped);
  expect(folding).toMatchObject(accesses[trace.name]);
});

/** The plain twin: every fold visited, its edge sizes known, one row, column and streamed step at a time. */
function walk({ M, K, N }: Gemm, holds: Stationary, { rows, cols }: { rows: number; cols: number }) {
  const [Sr, Sc, T] = holds === 'psum' ? [M, N, K] : holds === 'weight' ? [K, N, M] : [K, M, N];
  let [folds, last, held, fromWest, streamed] = [0, -1, 0, 0, 0];
  for (let row = 0; row < Sr; row += rows)
    for (let col = 0; col < Sc; col += cols) {
      const [down, across] = [Math.min(rows, Sr - row), Math.min(cols, Sc - col)];
      const loaded = holds === 'psum' ? last : last + rows; // the operand held shifts in, one row a cycle
      last = loaded + T + (rows - 1) + (cols - 1); // the last step, skewed by the array's far corner
      folds++;
      held += down * across;
      fromWest += down * T;
      streamed += across * T;
    }
  return { folds, last, held, fromWest, streamed };
}

describe('the closed form equals a walk over the folds', () => {
  const size = fc.integer({ min: 1, max: 70 });
  const gemm = fc.record({ M: size, K: size, N: size });
  const array = fc.record({ rows: fc.integer({ min: 1, max: 40 }), cols: fc.integer({ min: 1, max: 40 }) });
  test.each(['psum', 'weight', 'ifmap'] as const)('%s stationary', (holds) => {
    fc.assert(
      fc.property(gemm, array, (g, a) => {
        const form = foldGemm(g, holds, a);
        const { folds, last, held, fromWest, streamed } = walk(g, holds, a);
        expect(form.folds).toBe(folds);
        expect(form.cycles).toBe(last + 1);
        expect(form.mapped).toBeCloseTo(held / (folds * a.rows * a.cols), 12);
        const { ifmapReads, weightReads, psumWrites } = form;
        const walked = {
          psum: { ifmapReads: fromWest, weightReads: streamed, psumWrites: held },
          weight: { ifmapReads: fromWest, weightReads: held, psumWrites: streamed },
          ifmap: { ifmapReads: held, weightReads: fromWest, psumWrites: streamed },
        };
        expect({ ifmapReads, weightReads, psumWrites }).toEqual(walked[holds]);
      }),
    );
  });
});
