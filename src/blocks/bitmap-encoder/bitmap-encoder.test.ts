import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { bitmapBytes } from '../../cost/sizes.ts';
import { bitmap } from '../../format/bitmap.ts';
import { type Random, seeded } from '../../tensor/random.ts';
import { type Beat, BitmapEncoder, type EncodedByte } from './bitmap-encoder.ts';

interface Stream {
  readonly dense: boolean;
  readonly channels: readonly Uint8Array[];
}

/** Channels of all sizes about a beat's, empty and full ones among them. */
function draw(random: Random): Stream {
  const density = random.below(5) / 4;
  const channels = Array.from({ length: 1 + random.below(6) }, () => {
    const size = 1 + (random.below(4) === 0 ? random.below(300) : random.below(20));
    const share = random.below(4) === 0 ? 0 : density;
    return Uint8Array.from({ length: size }, () => (random.uniform() < share ? 1 + random.below(255) : 0));
  });
  return { dense: random.below(6) === 0, channels };
}

const drawMany = (count: number, seed: number): readonly Stream[] => {
  const random = seeded(seed, 'streams');
  return Array.from({ length: count }, () => draw(random));
};

/** What format/bitmap.ts makes of each channel: its mask filled up to whole bytes, and its values. */
function plain({ dense, channels }: Stream): {
  readonly mask: readonly number[];
  readonly value: readonly number[];
} {
  if (dense) return { mask: [], value: channels.flatMap((channel) => [...channel]) };
  const mask: number[] = [];
  const value: number[] = [];
  for (const channel of channels) {
    // Zeros behind the channel up to a whole byte change no value and put the first one on a byte's border.
    const filled = new Uint8Array(Math.ceil(channel.length / 8) * 8);
    filled.set(channel);
    const { stream } = bitmap.encode(filled);
    mask.push(...stream.subarray(0, filled.length / 8));
    value.push(...stream.subarray(filled.length / 8));
  }
  return { mask, value };
}

const bitsOf = (beat: Beat | undefined): bigint | undefined =>
  beat?.bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** Streams one after another under random pauses on all three sides, and what the wires were. */
function play(streams: readonly Stream[], random: Random, eager = false) {
  const block = new BitmapEncoder();
  const words: (EncodedByte & { readonly dense: boolean })[] = streams.flatMap(({ dense, channels }) =>
    channels.flatMap((channel, c) =>
      [...channel].map((byte, i) => {
        const last = i === channel.length - 1;
        // A flush that is not at a channel's end means nothing.
        return { byte, last, flush: last ? c === channels.length - 1 : byte % 2 === 0, dense };
      }),
    ),
  );
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const sides = { mask: [[]] as Beat[][], value: [[]] as Beat[][] };
  let [at, t] = [0, 0];
  for (; sides.mask.length <= streams.length || sides.value.length <= streams.length; t++) {
    const pressure = eager ? 0 : Math.floor(t / 150) % 3;
    const next = at < words.length && random.below(4) >= pressure ? words[at] : undefined;
    const ready = (): boolean => eager || random.below(4) >= 2 - pressure;
    const [maskReady, valueReady, dense] = [ready(), ready(), words[at]?.dense ?? false];
    vectors.push({
      ...{ dense, in_valid: next !== undefined, in_byte: next?.byte ?? random.below(256) },
      ...{ in_last: next?.last ?? random.below(2), in_flush: next?.flush ?? random.below(2) },
      ...{ mask_ready: maskReady, value_ready: valueReady },
    });
    expected.push({
      ...{
        in_ready: block.inReady,
        mask_valid: block.mask !== undefined,
        value_valid: block.value !== undefined,
      },
      ...{ mask_beat: bitsOf(block.mask), mask_bytes: block.mask?.bytes.length, mask_last: block.mask?.last },
      ...{
        value_beat: bitsOf(block.value),
        value_bytes: block.value?.bytes.length,
        value_last: block.value?.last,
      },
    });
    for (const [side, isReady] of [
      ['mask', maskReady],
      ['value', valueReady],
    ] as const) {
      const beat = block[side];
      if (!beat || !isReady) continue;
      sides[side].at(-1)!.push(beat);
      if (beat.last) sides[side].push([]);
    }
    if (next && block.inReady) at++;
    block.tick({ dense, word: next, maskReady, valueReady });
    block.commit();
  }
  return { vectors, expected, ...sides, cycles: t };
}

describe('the block', () => {
  const streams = drawMany(400, 1);
  const { mask, value } = play(streams, seeded(1, 'pauses'));
  const bytesOf = (beats: readonly Beat[]): readonly number[] => beats.flatMap(({ bytes }) => bytes);

  test('makes the mask and the values of the bitmap format, channel by channel', () => {
    for (const [i, stream] of streams.entries())
      expect({ mask: bytesOf(mask[i]!), value: bytesOf(value[i]!) }).toEqual(plain(stream));
  });

  test('makes as many bytes as the cost model counts', () => {
    for (const [i, { dense, channels }] of streams.entries()) {
      const counted = channels.reduce(
        (sum, channel) => sum + bitmapBytes(1, channel.length, channel.filter((byte) => byte !== 0).length),
        0,
      );
      if (!dense) expect(bytesOf(mask[i]!).length + bytesOf(value[i]!).length).toBe(counted);
    }
  });

  test('fills every beat but the last, and marks the last on both sides', () => {
    for (const beats of [...mask.slice(0, -1), ...value.slice(0, -1)])
      for (const [i, { bytes, last }] of beats.entries()) {
        expect(last).toBe(i === beats.length - 1);
        if (!last) expect(bytes).toHaveLength(16);
      }
  });

  test('takes 16 bytes in 17 cycles at worst', () => {
    const full = { dense: false, channels: [new Uint8Array(16 * 1000).fill(7)] };
    // Every 128 bytes a mask beat is full together with a value beat, so it costs nothing more.
    expect(play([full], { ...seeded(1), below: () => 3 }, true).cycles).toBe(17 * 1000);
  });

  test('the order of ticks changes nothing', () => {
    const run = (order: readonly (0 | 1)[]) => {
      const [a, b] = [new BitmapEncoder(), new BitmapEncoder()];
      const random = seeded(5, 'order');
      return Array.from({ length: 2000 }, () => {
        const word = random.below(3)
          ? { byte: random.below(3), last: random.below(9) === 0, flush: true }
          : undefined;
        const [maskReady, valueReady] = [random.below(2) > 0, random.below(2) > 0];
        // The second block encodes the first byte of each of the first one's value beats.
        const beat = a.value;
        const again = beat && { byte: beat.bytes[0] ?? 0, last: beat.last, flush: false };
        const ticks = [
          () => a.tick({ dense: false, word, maskReady, valueReady: b.inReady }),
          () => b.tick({ dense: false, word: again, maskReady: true, valueReady }),
        ] as const;
        for (const i of order) ticks[i]();
        for (const block of [a, b]) block.commit();
        return [a.mask, b.value];
      });
    };
    expect(run([0, 1])).toEqual(run([1, 0]));
  });
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(
  `bitmap_encoder.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`,
  () => {
    test('every wire, every cycle', async () => {
      const { vectors, expected } = play(drawMany(400, 2), seeded(2, 'pauses'));
      const sources = ['src/blocks/bitmap-encoder/bitmap_encoder.sv'];
      expect(
        await differenceToSilicon({ top: 'bitmap_encoder', sources, vectors }, expected),
      ).toBeUndefined();
    });
  },
);
