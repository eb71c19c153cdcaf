/** The sparse row-stationary chip on the real non-zeros of eight layers of the network its authors measured. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { eyerissV2, eyerissV2Chip } from '../../src/accel/eyeriss-v2.ts';
import { multipliers } from '../../src/arch/arch.ts';
import type { LayerWork } from '../../src/model/work.ts';
import { dataFile } from '../data.ts';
import { square } from './eyeriss-works.ts';

/** Sparseloop artefact, MICRO 2022, Fig. 12: masks of MobileNet v1, width 0.5, 128 x 128; pointwise layers. */
const masks = 'stats/eyerissv2_mobilenet0.5_masks';
const layers = [
  ['L07', 64, 64, 32],
  ['L09', 64, 128, 16],
  ['L13', 128, 256, 8],
  ['L19', 256, 256, 8],
  ['L21', 256, 256, 8],
  ['L23', 256, 256, 8],
  ['L25', 256, 512, 4],
  ['L27', 512, 512, 4],
] as const;

/** One bit a value, lowest first. */
function unpack(name: string): Uint8Array {
  const packed = gunzipSync(readFileSync(dataFile(`${masks}/${name}.bits.gz`)));
  return Uint8Array.from({ length: packed.length * 8 }, (_, i) => (packed[i >> 3]! >> (i & 7)) & 1);
}

function maskedWork([name, C, K, side]: (typeof layers)[number]): LayerWork {
  const [ifmap, weight] = [unpack(`${name}_iacts`), unpack(`${name}_weights`)];
  expect([ifmap.length, weight.length]).toEqual([C * side * side, K * C]);
  return {
    name,
    op: 'conv',
    conv: square([C, K, side], { R: 1, pad: 0 }),
    weight: { shape: [K, C, 1, 1], data: Int8Array.from(weight) },
    ifmaps: [ifmap],
    ofmaps: [new Uint8Array(K * side * side).fill(1)], // not in the artefact: DRAM is not looked at here
    ofmapShape: [K, side, side],
  };
}

const dense = (work: LayerWork): LayerWork => ({
  ...work,
  weight: { ...work.weight, data: new Int8Array(work.weight.data.length).fill(1) },
  ifmaps: work.ifmaps.map((ifmap) => new Uint8Array(ifmap.length).fill(1)),
});

const absent = existsSync(dataFile(`${masks}/L07_iacts.bits.gz`))
  ? ''
  : ' (skipped: no data here; set SENSE_DATA_DIR)';
describe.skipIf(absent)(`masks of a sparse MobileNet${absent}`, () => {
  const answers = () =>
    layers.map((layer) => {
      const work = maskedWork(layer);
      return {
        sparse: eyerissV2.cost(work, eyerissV2Chip),
        dense: eyerissV2.cost(dense(work), eyerissV2Chip),
      };
    });

  test('skips what can be skipped, and waits for the slowest PE', () => {
    for (const { sparse, dense } of answers()) {
      expect(sparse.computeCycles).toBeLessThan(dense.computeCycles);
      expect(sparse.computeCycles * multipliers(eyerissV2Chip)).toBeGreaterThan(sparse.macsEffectual);
      // Odd columns waste one of two multipliers; chunks of up to 32 filters keep that small.
      expect(sparse.macsIssued / sparse.macsEffectual).toBeLessThan(1.15);
    }
  });

  test('eight of the 28 layers take less time than the whole network is said to', () => {
    const cycles = answers().reduce((sum, { sparse }) => sum + sparse.computeCycles, 0);
    // Chen et al., JETCAS 2019, abstract: 1470.6 inferences a second, so 136,000 cycles at 200 MHz for all layers.
    expect(cycles).toBeLessThan(eyerissV2Chip.clock / 1470.6);
  });
});
