import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { type Prove, prove } from '../../../rtl/prove.ts';
import { missing } from '../../../rtl/tool.ts';
import { maxPool } from '../../infer/ops/pool.ts';
import { type Random, seeded } from '../../tensor/random.ts';
import { canPool, MaxPool, type PooledPlane, poolGrid } from './max-pool.ts';

interface Task {
  readonly plane: PooledPlane;
  readonly bytes: Uint8Array;
  readonly wanted: Uint8Array;
}

/** A plane and what ONNX's MaxPool makes of it, with paddings on all sides and both roundings of the size. */
function draw(random: Random): Task {
  const [kernel, stride] = [1 + random.below(3), 1 + random.below(3)];
  const pad = Array.from({ length: 4 }, () => random.below(kernel));
  const ceil = random.below(2) === 1;
  const axis = (at: 0 | 1): readonly [from: number, to: number] => {
    const [before, after] = [pad[at]!, pad[at + 2]!];
    const size = Math.max(1, kernel - before - after) + random.below(12);
    const windows = (size + before + after - kernel) / stride;
    let count = (ceil ? Math.ceil(windows) : Math.floor(windows)) + 1;
    if (ceil && (count - 1) * stride >= size + before) count--; // ONNX: no window starts behind the plane
    return [size, count];
  };
  const [[H, P], [W, Q]] = [axis(0), axis(1)];
  const signed = random.below(2) === 1;
  const plane = { signed, kernel, stride, pad: [pad[0]!, pad[1]!], from: [H, W], to: [P, Q] } as const;
  const bytes = Uint8Array.from({ length: H * W }, () => random.below(256));
  const typed = signed ? new Int8Array(bytes.buffer) : bytes;
  const out = maxPool(
    typed,
    { from: [1, 1, H, W], to: [1, 1, P, Q] },
    { kernel: [kernel, kernel], stride: [stride, stride], pad: pad as never, dilation: [1, 1] },
  );
  return { plane, bytes, wanted: new Uint8Array(out.buffer) };
}

function wires(plane: PooledPlane | undefined): InputRow {
  if (!plane) return { plane_valid: 0 };
  const { kernel, stride, pad, from, to } = plane;
  const [rows, cols] = poolGrid(plane);
  return {
    ...{ plane_valid: 1, plane_signed: plane.signed, kernel, stride, pad_top: pad[0], pad_left: pad[1] },
    ...{ end_row: pad[0] + from[0], end_col: pad[1] + from[1] },
    ...{ grid_last_row: rows - 1, grid_last_col: cols - 1 },
    window_last_row: (to[0] - 1) * stride + kernel - 1,
    window_last_col: (to[1] - 1) * stride + kernel - 1,
  };
}

/** Planes one after another under random pauses, and what the wires were. */
function play(tasks: readonly Task[], random: Random, queue = 4) {
  const block = new MaxPool({ line: 32, queue });
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const out: number[][] = [[]];
  const stream = tasks.flatMap(({ bytes }) => [...bytes]);
  let [planes, bytes] = [0, 0];
  for (let t = 0; out.length <= tasks.length; t++) {
    const pressure = Math.floor(t / 150) % 3;
    const plane = planes < tasks.length && random.below(4) > 0 ? tasks[planes]!.plane : undefined;
    const byte = bytes < stream.length && random.below(4) >= pressure ? stream[bytes] : undefined;
    const outReady = random.below(4) >= 2 - pressure;
    vectors.push({ ...wires(plane), in_valid: byte !== undefined, in_byte: byte ?? 0, out_ready: outReady });
    expected.push({
      ...{ plane_ready: block.planeReady, in_ready: block.inReady, out_valid: block.out !== undefined },
      ...{ out_byte: block.out?.byte, out_last: block.out?.last },
    });
    if (block.out && outReady) {
      out.at(-1)!.push(block.out.byte);
      if (block.out.last) out.push([]);
    }
    if (plane && block.planeReady) planes++;
    if (byte !== undefined && block.inReady) bytes++;
    block.tick({ plane, byte, outReady });
    block.commit();
  }
  return { out: out.slice(0, -1), vectors, expected };
}

const drawMany = (count: number, seed: number): readonly Task[] => {
  const random = seeded(seed, 'planes');
  return Array.from({ length: count }, () => draw(random));
};

describe('the block', () => {
  test('equals ONNX MaxPool over kernels, strides, paddings, ceil mode and both byte types', () => {
    const tasks = drawMany(400, 1);
    expect(play(tasks, seeded(1, 'pauses')).out).toEqual(tasks.map(({ wanted }) => [...wanted]));
  });

  test('walks one position a cycle when nobody pauses', () => {
    const [{ plane, bytes }] = drawMany(1, 7) as [Task];
    const block = new MaxPool();
    let [t, at] = [0, 0];
    do {
      const taken = block.inReady ? at++ : at;
      block.tick({ plane: t === 0 ? plane : undefined, byte: bytes[taken], outReady: true });
      block.commit();
      t++;
    } while (!block.planeReady);
    const [rows, cols] = poolGrid(plane);
    expect(t).toBe(1 + rows * cols);
    expect(at).toBe(bytes.length);
  });

  test('two in a row do not care which is ticked first', () => {
    const first: PooledPlane = { signed: false, kernel: 3, stride: 1, pad: [1, 1], from: [9, 9], to: [9, 9] };
    const second: PooledPlane = {
      signed: false,
      kernel: 2,
      stride: 2,
      pad: [0, 0],
      from: [9, 9],
      to: [5, 5],
    };
    const run = (order: readonly (0 | 1)[]) => {
      const [a, b] = [new MaxPool(), new MaxPool({ queue: 2 })];
      const random = seeded(5, 'order');
      return Array.from({ length: 600 }, () => {
        const [byte, outReady] = [random.below(3) ? random.below(256) : undefined, random.below(3) > 0];
        const ticks = [
          () => a.tick({ plane: first, byte, outReady: b.inReady }),
          () => b.tick({ plane: second, byte: a.out?.byte, outReady }),
        ] as const;
        for (const i of order) ticks[i]();
        for (const block of [a, b]) block.commit();
        return b.out;
      });
    };
    expect(run([0, 1])).toEqual(run([1, 0]));
  });

  test('says which poolings it can do', () => {
    const window = { kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1], dilation: [1, 1] } as const;
    expect(canPool(window)).toBe(true);
    expect(canPool({ ...window, kernel: [5, 5] })).toBe(false);
    expect(canPool({ ...window, stride: [2, 1] })).toBe(false);
    expect(canPool({ ...window, dilation: [2, 2] })).toBe(false);
  });

  test('refuses a plane wider than its line', () => {
    const plane = { signed: false, kernel: 1, stride: 1, pad: [0, 0], from: [1, 9], to: [1, 9] } as const;
    expect(() => new MaxPool({ line: 8 }).tick({ plane, byte: undefined, outReady: true })).toThrow(
      '9 windows a row do not fit a line of 8',
    );
  });
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`max_pool.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([4, 2])('a queue of %i: every wire, every cycle', async (QUEUE) => {
    const { vectors, expected } = play(drawMany(400, QUEUE), seeded(QUEUE, 'pauses'), QUEUE);
    expect(
      await differenceToSilicon(
        {
          top: 'max_pool',
          sources: ['src/blocks/max-pool/max_pool.sv', 'src/blocks/fifo/fifo.sv'],
          parameters: { LINE: 32, QUEUE },
          vectors,
        },
        expected,
      ),
    ).toBeUndefined();
  });
});

const noProver = missing('yosys', 'yosys-smtbmc', 'z3');
describe.skipIf(noProver)(`proofs${noProver ? ` (${noProver})` : ''}`, () => {
  const proof: Prove = {
    top: 'max_pool',
    sources: ['src/blocks/max-pool/max_pool.sv', 'src/blocks/fifo/fifo.sv'],
    parameters: { LINE: 4, QUEUE: 3, POSITION_BITS: 3 },
    depth: 4,
    mode: 'induction',
  };

  test('every byte on its way has a place in the queue', async () => {
    expect(await prove(proof)).toMatchObject({ holds: true });
  });

  test('control: refuted where a place is given back that was not taken', async () => {
    const change = { replace: '(leave && !emits) taken', by: '(leave) taken' };
    expect(await prove({ ...proof, mode: 'bounded', depth: 16, change })).toMatchObject({ holds: false });
  });
});
