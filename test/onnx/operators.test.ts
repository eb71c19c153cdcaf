/** Every operator, over its attributes and opsets, gives what ONNX Runtime gives; and so does the file we write of it. */
import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../../src/onnx/export.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import { operators } from '../../src/onnx/ops/index.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { expectClose } from './close.ts';
import { foldingCases } from './folding-cases.ts';
import { feedsOf, oneNodeFile } from './one-node.ts';
import { type Case, cases } from './operator-cases.ts';
import { outputsOf } from './ours.ts';
import { answers, noOrt, ort } from './runtime.ts';

/** Equal to 1e-5 of the largest magnitude; integer kernels that round at another place, to one code. */
function expectSame(got: readonly Tensor[], wanted: readonly Tensor[], { codes }: Pick<Case, 'codes'>): void {
  expect(got.length).toBe(wanted.length);
  for (const [i, tensor] of wanted.entries()) {
    if (codes === undefined) expectClose(got[i]!, tensor, { within: 1e-5 });
    else {
      const apart = tensor.data.map((code, j) => Math.abs(code - got[i]!.data[j]!));
      expect(Math.max(...apart), 'codes apart').toBeLessThanOrEqual(codes);
    }
  }
}

describe.skipIf(!ort)(`one node at a time, against ONNX Runtime${noOrt}`, () => {
  test.each(cases)('$name', async (it) => {
    const file = oneNodeFile(it);
    const feeds = feedsOf(it, 11);
    const wanted = await answers(file, feeds);
    const model = importOnnx(file, { name: 'test' });
    expectSame(outputsOf(model, feeds), wanted, it);

    const floats = new Map([...feeds].map(([name, { shape, data }]) => [name, { shape, data }]));
    expectSame(await answers(exportOnnx(model), floats), wanted, it);
  });
});

test('every operator that is read has a case, or a reason', () => {
  const reasons = ['ConvTranspose', 'com.microsoft:DequantizeLinear', 'com.microsoft:QuantizeLinear'];
  const tried = new Set([
    ...cases.map(({ op, domain }) => (domain ? `${domain}:${op}` : op)),
    ...foldingCases.map(({ op }) => op),
    ...reasons, // refused, and the same operators under another domain
  ]);
  expect([...operators.keys()].filter((name) => !tried.has(name))).toEqual([]);
});
