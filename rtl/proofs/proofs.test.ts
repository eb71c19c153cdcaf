/** Proofs that hold for every input, each beside controls that must be refuted, so that none of them is empty. */
import { describe, expect, test } from 'vitest';
import { type Prove, prove } from '../prove.ts';
import { missing } from '../tool.ts';

const blocks = 'src/blocks';
const bound = (top: string, source: string, assertions: string, rest: Partial<Prove>): Prove => ({
  ...{ top, sources: [source], depth: 5, mode: 'induction' },
  bind: { [source]: `rtl/proofs/${assertions}.svh` },
  ...rest,
});

interface Proof {
  readonly name: string;
  readonly task: Prove;
  readonly controls: readonly (Partial<Prove> & { readonly name: string })[];
}

const rasterOrder: Prove = {
  ...{ top: 'raster_order', sources: ['rtl/proofs/raster_order.sv'] },
  ...{ parameters: { TAPS: 3, ADDRESS_BITS: 3 }, depth: 6, mode: 'induction' },
};
const banks = `${blocks}/pe/psum_banks.sv`;
const single = `${blocks}/pe/psum_single.sv`;
const premise = { replace: 'if (mine1) assume (!mine2 && !mine3)', by: 'if (mine1) assume (!mine2)' };
const readSource = `${blocks}/axi/axi_read.sv`;
const writeSource = `${blocks}/axi/axi_write.sv`;
const fifo = `${blocks}/fifo/fifo.sv`;
const write = (assertions: string, rest: Partial<Prove>): Prove =>
  bound('axi_write', writeSource, assertions, {
    ...{ sources: [writeSource, fifo], parameters: { BEAT_BITS: 4, SLOT_BITS: 1, QUEUE: 2, OPEN_BITS: 4 } },
    ...rest,
  });
const gatherSource = `${blocks}/write-gather/write_gather.sv`;

const sequencer: Prove = bound('sequencer', `${blocks}/sequencer/sequencer.sv`, 'sequencer', {
  sources: [`${blocks}/sequencer/sequencer.sv`, fifo],
  parameters: {
    ...{ ROWS: 1, PSUM_DEPTH: 4, WEIGHT_DEPTH: 2, STREAM_BITS: 3, TAG_BITS: 3, IN_FLIGHT: 2 },
  },
  ...{ mode: 'bounded', depth: 15 },
});

const PROOFS: readonly Proof[] = [
  {
    name: 'raster order keeps two operations on one psum 3 slots apart, and K + 1 within a channel',
    task: rasterOrder,
    controls: [
      { name: 'a channel gap of 1', parameters: { TAPS: 2, CHANNEL_GAP: 1 } },
      { name: 'a channel gap of 0', parameters: { TAPS: 2, CHANNEL_GAP: 0 } },
      { name: 'non-zeros in any order', parameters: { TAPS: 2, RASTER: 0 } },
      {
        name: 'taps in any order',
        parameters: { TAPS: 2 },
        change: {
          replace: '<= list[(k-1)*ADDRESS_BITS+:ADDRESS_BITS]',
          by: '== list[(k-1)*ADDRESS_BITS+:ADDRESS_BITS]',
        },
      },
      {
        name: 'a distance of 4, which is more than there is',
        parameters: { TAPS: 3 },
        change: { replace: 'if (d < 3) assert', by: 'if (d < 4) assert' },
      },
    ],
  },
  {
    name: 'two banks of psums: each an accumulator without a pipeline, if 3 cycles lie between',
    task: bound('psum_banks', banks, 'psum_banks', {
      parameters: { PSUM_DEPTH: 4, PSUM_BITS: 6, DRAIN_BITS: 8 },
    }),
    controls: [
      { name: '2 cycles', change: premise },
      { name: 'a drain that does not clear', change: { replace: "adds2 ? sum2 : '0", by: 'sum2' } },
    ],
  },
  {
    name: 'one bank of psums: the same',
    task: bound('psum_single', single, 'psum_single', {
      sources: [single, `${blocks}/pe/mac_portable.sv`],
      parameters: { PSUM_DEPTH: 4, PSUM_BITS: 6, DRAIN_BITS: 8, DSP48: 0 },
    }),
    controls: [
      { name: '2 cycles', change: premise },
      { name: 'a psum that stays after its drain', change: { replace: '{adds3, sum3}', by: "{1'b1, sum3}" } },
    ],
  },
  {
    name: 'ofm_lane: a word is the sum of what was added to it since it was cleared, and so is what is read',
    task: bound('ofm_lane', `${blocks}/ofm-lane/ofm_lane.sv`, 'ofm_lane', { parameters: { WORDS: 4 } }),
    controls: [
      {
        name: 'a word used again after a cycle',
        change: { replace: 'assume (!(at1 && (at2 || at3)))', by: 'assume (!(at1 && at2))' },
      },
      {
        name: 'a half cleared before all is written',
        change: { replace: '(adds1 || adds2 || adds3)));', by: '(adds1 || adds2)));' },
      },
      { name: 'sums kept in the other half', change: { replace: 'half3 <= half2', by: 'half3 <= !half2' } },
      {
        name: 'a word read from the other half',
        change: { replace: 'read_half2 <= read_half', by: 'read_half2 <= !read_half' },
      },
    ],
  },
  {
    name: 'axi_read: bursts are the request, in order, stay until taken, and cross no block',
    task: bound('axi_read', readSource, 'axi_read', {}),
    controls: [
      {
        name: 'bursts to the end of the request',
        change: { replace: 'length = last ?', by: "length = last || left <= COUNT_BITS'(BURST) ?" },
      },
      { name: 'a length that is the count', change: { replace: "8'(length)", by: "8'(length) + 8'd1" } },
      {
        name: 'an address that moves on before it is taken',
        change: { replace: 'else if (arready)', by: 'else' },
      },
    ],
  },
  {
    name: 'axi_write: what is begun leaves by both channels and is answered for once',
    task: write('axi_write', {}),
    controls: [
      {
        name: 'answers not counted',
        change: { replace: 'if (!begins && bvalid)', by: 'if (begins && bvalid)' },
      },
      {
        name: 'no limit on open bursts',
        change: { replace: " && open[OPEN_BITS-1:1] != '1", by: '' },
        parameters: { BEAT_BITS: 1, SLOT_BITS: 1, QUEUE: 2, OPEN_BITS: 2 },
      },
      {
        name: 'beats read without a place',
        change: { replace: 'held && room && (begun', by: 'held && (begun' },
      },
    ],
  },
  {
    name: 'axi_write: bursts and beats leave in their turn, unchanged, the last one marked, and stay until taken (within 7 cycles)',
    task: write('axi_write_order', { mode: 'bounded', depth: 7 }),
    controls: [
      {
        name: 'a queue that writes to the wrong place',
        change: { replace: 'words[tail] <= in_word', by: 'words[head] <= in_word' },
      },
      {
        name: 'data that are the address',
        change: { replace: '.in_word({last1, read_data})', by: ".in_word({last1, 128'(read_address)})" },
      },
      {
        name: 'the first beat marked',
        change: { replace: 'last1 <= last', by: 'last1 <= begins' },
      },
      {
        name: 'a length that is the count',
        change: { replace: '({place, length})', by: "({place, length + 4'd1})" },
      },
    ],
  },
  {
    name: 'write_gather: no burst is over 16 beats or over a border of 4 KB, and each has its slot to itself',
    task: bound('write_gather', gatherSource, 'write_gather', {
      ...{ sources: [gatherSource, fifo], parameters: { STREAM_BITS: 1, BEAT_BITS: 10 }, depth: 4 },
    }),
    controls: [
      {
        name: 'runs of 16 beats wherever they begin',
        change: { replace: "address2[7:4] == '1 ? ~address2[3:0] : '1", by: "'1" },
      },
      {
        name: 'a run that stays open',
        change: { replace: 'stores && !closes;', by: 'stores;' },
      },
      {
        name: 'a slot that does not wait',
        change: { replace: '(only_closes3 || !busy3[half3])', by: "1'b1" },
        depth: 11,
      },
    ],
  },
  {
    name: 'axi_lite: one answer a request, which stays until taken',
    task: bound('axi_lite', `${blocks}/axi/axi_lite.sv`, 'axi_lite', {}),
    controls: [
      { name: 'a write while an answer waits', change: { replace: 'wvalid && !bvalid', by: 'wvalid' } },
      {
        name: 'a read while an answer waits',
        change: { replace: 'arready = !rvalid', by: "arready = 1'b1" },
      },
    ],
  },
  {
    name: 'weight_fetch: every beat that is asked for is written once, and into no half that is in use',
    task: bound('weight_fetch', `${blocks}/weight-fetch/weight_fetch.sv`, 'weight_fetch', {
      parameters: { COLS: 2, DEPTH: 4, BEAT_BITS: 6 },
    }),
    controls: [
      {
        name: 'a third unit',
        change: { replace: "used != 2'd2", by: "used != 2'd3" },
        depth: 16,
      },
      {
        name: 'units that stay in one half',
        change: { replace: 'half <= !half', by: 'half <= half' },
        depth: 12,
      },
      {
        name: 'a column a beat shorter',
        change: { replace: 'column_beats[DEPTH_BITS:0] -', by: "-3'd1 + column_beats[DEPTH_BITS:0] -" },
      },
      {
        name: 'a request that does not wait',
        change: { replace: 'asks && request_ready', by: 'asks' },
      },
    ],
  },
  {
    name: 'sequencer: a record taken loads, is announced and is over once, in order; nothing is stuck (within 15 cycles)',
    task: sequencer,
    controls: [
      {
        name: 'ready while a record waits',
        change: { replace: 'room && (!next_valid || advance)', by: 'room' },
      },
      {
        name: 'a record that stays when its wave is announced',
        change: { replace: "next_valid <= 1'b0;\n    end\n\n    if (take)", by: 'end\n\n    if (take)' },
      },
      {
        name: 'waves that are over in every row but the last',
        change: { replace: 'turned ? ~any_done : all_done', by: "turned ? '1 : all_done" },
      },
      {
        name: 'room for one wave more than there is',
        change: { replace: '(taken_next & most)', by: '(taken & most & {most[0], most[IN_FLIGHT:1]})' },
      },
    ],
  },
];

const absent = missing('yosys', 'yosys-smtbmc', 'z3');
describe.skipIf(absent)(`proofs${absent ? ` (${absent})` : ''}`, () => {
  describe.each(PROOFS)('$name', ({ task, controls }) => {
    test('holds', { timeout: 300_000 }, async () => {
      const { holds, log } = await prove(task);
      expect(holds, log).toBe(true);
    });

    test.each(controls)('refuted: $name', async ({ name: _, ...control }) => {
      const depth = control.depth ?? Math.max(8, task.depth);
      expect(await prove({ ...task, ...control, mode: 'bounded', depth })).toMatchObject({ holds: false });
    });
  });
});
