/** Dense arrays against SCALE-Sim's own golden trace. */
import { expect, test } from 'vitest';
import { foldGemm } from '../../src/cost/dense-gemm.ts';

// AlexNet conv1 as SCALE-Sim runs it: 224x224x3 ifmap, 96 filters of 11x11, stride 4 -> 55x55 ofmap.
const conv1 = { M: 55 * 55, K: 11 * 11 * 3, N: 96 };

test('AlexNet conv1 on a 32x32 weight-stationary array takes the cycles SCALE-Sim counts', () => {
  // SCALE-Sim v3, test/general/golden_trace_calc/COMPUTE_REPORT.csv @ 1d62b68: 112283, the index of the last cycle.
  expect(foldGemm(conv1, 'weight', { rows: 32, cols: 32 }).cycles).toBe(112_283 + 1);
});

test('the closed forms are folds times cycles a fold', () => {
  // Samajdar et al., SCALE-Sim, ISPASS 2020: output stationary 2R + C + T - 2 without the preload of R.
  expect(foldGemm({ M: 33, K: 10, N: 64 }, 'psum', { rows: 32, cols: 32 })).toEqual({
    folds: 4,
    cycles: 4 * (32 + 32 + 10 - 2),
  });
  expect(foldGemm({ M: 33, K: 10, N: 64 }, 'weight', { rows: 32, cols: 32 })).toEqual({
    folds: 2,
    cycles: 2 * (64 + 32 + 33 - 2),
  });
});
