/** Topologies and configurations as SCALE-Sim writes them, and as they go wrong. */
import { describe, expect, test } from 'vitest';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { convLayers } from '../model/model.ts';
import { ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import { importTopology } from './scale-sim.ts';
import { archOf, readScaleSimConfig } from './scale-sim-config.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const HEADER =
  'Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,';
const read = (...rows: readonly string[]) => importTopology(bytes([HEADER, ...rows].join('\n')), 'net');
const notes = (model: ReturnType<typeof read>) => model.receipts.map(({ note }) => note ?? '').join('\n');
const convs = (model: ReturnType<typeof read>) => convLayers(model).map(({ conv }) => conv);

describe('topologies', () => {
  test('ofmaps are rounded up: 7 rows, filter 2, stride 3 give ceil(8 / 3) = 3', () => {
    const [conv] = convs(read('a, 7, 8, 2, 2, 3, 4, 3,'));
    expect([ofmapHeight(conv!), ofmapWidth(conv!)]).toEqual([3, 3]);
    expect(conv!.pad).toEqual([0, 0, 1, 0]);
  });

  test('a GEMM is a 1x1 convolution over M pixels', () => {
    const model = importTopology(bytes('Layer,M,N,K,\nq,196,192,1024,\n'), 'g');
    expect(convs(model)).toMatchObject([{ C: 1024, K: 192, H: 1, W: 196, R: 1, S: 1 }]);
  });

  test('more pixels than a row may have become rows', () => {
    const model = importTopology(bytes('Layer,M,N,K,\nq,4186116,8,9,\n'), 'g');
    expect(convs(model)).toMatchObject([{ H: 2046, W: 2046 }]); // SCALE-Sim's unet2d.csv, Conv1a
  });

  test('carriage returns, a byte order mark, blank lines, missing last commas, two strides', () => {
    const text = `\ufeff${HEADER.replace('Strides,', 'Stride height, Stride width,')}\r\n,,,,,,,,\r\nc,9,9,3,3,2,4,2,1,\r\n\r\nd,9,9,3,3,2,4,2`;
    expect(convs(importTopology(bytes(text), 'x')).map(({ stride }) => stride)).toEqual([
      [2, 1],
      [2, 2],
    ]);
  });

  test('a row named DP is depthwise: a layer a channel there, one layer of as many groups here', () => {
    expect(convs(read('DP1, 9, 9, 3, 3, 8, 2, 1,'))).toMatchObject([{ C: 8, K: 16, groups: 8 }]);
    expect(convs(read('conv2, 9, 9, 3, 3, 8, 1, 1,'))).toMatchObject([{ C: 8, K: 1, groups: 1 }]);
  });

  test('what is not used is said', () => {
    const model = read('Block A,', 'a,9,9,3,3,2,4,1,2:4,', 'a,9,9,3,3,2,4,1,,7,');
    expect(model.outputs).toEqual(['a', 'a#2']);
    const said = notes(model);
    for (const word of ['headings: Block A', 'sparsity column (2:4)', 'column 10', 'share their names'])
      expect(said).toContain(word);
  });

  test.each([
    ['letters for a number', 'a,9,B,3,3,2,4,1,', 'the ifmap width is "B"'],
    ['a negative number', 'a,9,-9,3,3,2,4,1,', 'the ifmap width is "-9"'],
    ['a fraction', 'a,9,9,3,3,2.5,4,1,', 'the number of channels is "2.5"'],
    ['too few columns', 'a,9,9,3,3', 'the number of channels is ""'],
    ['a filter larger than its ifmap', 'a,2,9,3,3,2,4,1,', 'a 3x3 filter is larger than the 2x9 ifmap'],
    ['a stride of 0', 'a,9,9,3,3,2,4,0,', 'stride [0,0]'],
    ['no channels', 'a,9,9,3,3,0,4,1,', 'C = 0'],
    ['a size beyond all bounds', 'a,9,9,3,3,9007199254740993,4,1,', 'the number of channels is'],
    ['an ifmap beyond memory', 'a,100000,100000,3,3,2,4,1,', 'more than 268435456 elements'],
    ['weights beyond memory', 'a,99,99,99,99,9999,9999,1,', 'more than 268435456 elements'],
    ['a name that cannot be printed', 'a\u0007,9,9,3,3,2,4,1,', 'cannot be printed'],
    ['a prototype for a name', '__proto__,9,9,3,3,2,4,1,', 'cannot be named "__proto__"'],
  ])('%s is refused, with its line', (_, row, message) => {
    expect(() => read('ok,9,9,3,3,2,4,1,', row)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), at: 'line 3' }),
    );
  });

  test('no header, no columns, no rows: each has its own words', () => {
    expect(() => importTopology(bytes('a,9,9,3,3,2,4,1,'), 'x')).toThrow('the first line holds numbers');
    expect(() => importTopology(bytes('hello\nworld'), 'x')).toThrow('this is no SCALE-Sim topology');
    expect(() => importTopology(bytes(''), 'x')).toThrow('is empty');
    expect(() => read()).toThrow('has no layers');
    expect(() => importTopology(new Uint8Array([0xff, 0xfe, 0]), 'x')).toThrow('not text in UTF-8');
  });
});

describe('configurations', () => {
  const CFG = `[general]
run_name = "google"
[architecture_presets]
ArrayHeight:    256
ArrayWidth:     128
IfmapSramSzkB:    6144
FilterSramSzkB:   6144
OfmapSramSzkB:    2048
IfmapOffset:    0
Dataflow : os
Bandwidth : 10
; a remark
[run_presets]
InterfaceBandwidth: USER
`;
  const config = (text: string) => readScaleSimConfig(bytes(text), 'file');

  test('array, SRAMs, dataflow and bandwidth are read, the rest is named', () => {
    const read = config(CFG);
    expect(read).toMatchObject({
      name: 'google',
      array: { rows: 256, cols: 128 },
      dataflow: 'os',
      bandwidth: 10,
    });
    expect(read.buffers).toEqual({
      ifmapBytes: 6144 * 1024,
      weightBytes: 6144 * 1024,
      ofmapBytes: 2048 * 1024,
    });
    expect(read.notes.join('\n')).toContain('not used: IfmapOffset');
    // Three ports of 10 words a cycle at 200 MHz.
    expect(archOf(read, zcu102).dram).toMatchObject({ bytesPerSecond: 6e9, efficiency: 1 });
  });

  test("where SCALE-Sim computes the bandwidth, DRAM stays the machine's", () => {
    const read = config(CFG.replace('USER', 'CALC'));
    expect(archOf(read, zcu102)).toMatchObject({ dram: zcu102.dram, clock: zcu102.clock, array: read.array });
  });

  test.each([
    ['Dataflow : os', 'Dataflow : rs', 'the dataflow is "rs"', 'line 10'],
    ['256', '0', 'arrayheight is 0', 'line 4'],
    ['256', '1e9', 'is "1e9"', 'line 4'],
    ['USER', 'MINE', 'InterfaceBandwidth is "MINE"', 'line 14'],
    ['[general]', 'general', 'neither a section nor', 'line 1'],
    ['ArrayWidth', 'ArrayHeight', 'given twice', 'line 5'],
    ['Dataflow', 'Flow', 'has no dataflow', undefined],
  ])('%s -> %s', (from, to, message, at) => {
    expect(() => config(CFG.replace(from, to))).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(new RegExp(message.replace(/[[\]]/g, '\\$&'), 'i')),
        at,
      }),
    );
  });
});
