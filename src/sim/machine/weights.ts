/** A layer's weights as the machine reads them: unit by unit, column by column, group by group, taps packed over the lanes. */
import type { Arch } from '../../arch/arch.ts';
import type { Group } from '../../blocks/layer-control/layer.ts';
import { putBits } from '../../blocks/table-memory/beat.ts';
import { type CutLayer, cutEvery, groupsBeats, groupWords } from './cut.ts';
import { bareWordsPerBeat, tapBits, wordsPerBeat } from './shape.ts';

export interface PackedWeights {
  readonly image: Uint32Array;
  readonly units: number;
  readonly blocks: number;
  readonly chunks: number; // units a block
  readonly columnBeats: number; // of a unit
  readonly blockBeats: number;
  readonly groups: readonly Group[];
}

export function packWeights(cut: CutLayer, arch: Arch): PackedWeights {
  const { layer, groups, taps, unitBlocks, chunkGroups } = cut;
  const { cols } = arch.array;
  const blocks = Math.ceil(layer.conv.K / cols);
  const chunks = cutEvery(groups, chunkGroups);
  const perBeat = cut.bare ? bareWordsPerBeat(arch) : wordsPerBeat(arch);
  const placed: Group[] = [];
  let header = 0;
  for (const [first, end] of chunks) {
    let at = 0; // words
    for (let g = first; g < end; g++) {
      const words = groupWords(taps, g, arch);
      placed.push({ words, header, beat: Math.floor(at / perBeat), word: at % perBeat });
      header += words;
      at += words;
    }
  }
  const blockBeats = Math.max(1, ...chunks.map((chunk) => groupsBeats(cut, chunk, arch)));
  const columnBeats = blockBeats * unitBlocks;
  const units = chunks.length > 1 ? blocks * chunks.length : Math.ceil(blocks / unitBlocks);
  const image = new Uint32Array(4 * units * cols * columnBeats);
  for (let unit = 0; unit < units; unit++)
    for (let c = 0; c < cols; c++)
      for (let b = 0; b < unitBlocks; b++) {
        const block = chunks.length > 1 ? Math.floor(unit / chunks.length) : unit * unitBlocks + b;
        const k = block * cols + c;
        if (block >= blocks || k >= layer.conv.K) continue;
        const [first, end] = chunks[unit % chunks.length]!;
        const base = (unit * cols + c) * columnBeats + b * blockBeats;
        for (let g = first; g < end; g++) {
          const { beat, word } = placed[g]!;
          packGroup(image, [base + beat, word], {
            cut,
            group: g,
            filter: cut.ofmap.order.channels[k]!,
            arch,
          });
        }
      }
  return { image, units, blocks, chunks: chunks.length, columnBeats, blockBeats, groups: placed };
}

/** The taps of one filter for the rows of one group, from a word of a beat on. */
function packGroup(
  image: Uint32Array,
  [beat, firstWord]: readonly [number, number],
  { cut, group, filter, arch }: { cut: CutLayer; group: number; filter: number; arch: Arch },
): void {
  const { layer, virtual, lowered, taps, pitch, bare } = cut;
  const { C, R, S } = layer.conv;
  const { weightLanes, psumDepth } = arch.pe;
  const [width, perBeat] = bare ? [8, bareWordsPerBeat(arch)] : [tapBits(psumDepth), wordsPerBeat(arch)];
  let place = 0;
  for (let v = group * arch.array.rows; v < (group + 1) * arch.array.rows; v++) {
    const end = place + taps[v]!;
    const it = virtual[v];
    if (it)
      for (const tap of lowered.slices[it.slice]!.taps) {
        const weight = layer.weight[(filter * C + it.channel) * R * S + tap.weight]!;
        if (weight === 0) continue;
        const [word, lane] = [firstWord + Math.floor(place / weightLanes), place % weightLanes];
        const bits =
          128 * (beat + Math.floor(word / perBeat)) + ((word % perBeat) * weightLanes + lane) * width;
        if (!bare) putBits(image, bits, width - 8, tap.y * pitch + tap.x);
        putBits(image, bits + width - 8, 8, weight);
        place++;
      }
    place = end;
  }
}
