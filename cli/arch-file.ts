/** --arch: a preset's name, or a JSON file that says a whole architecture or only what differs from a preset. */
import { z } from 'zod';
import type { Arch } from '../src/arch/arch.ts';
import { fail } from '../src/errors.ts';
import { hertz } from '../src/units.ts';
import { didYouMean } from './did-you-mean.ts';
import { stem } from './files.ts';
import { checked, readJson } from './inputs/json-file.ts';

const count = (low: number, high: number) => z.int().min(low).max(high);
const bufferBytes = count(64, 2 ** 30);
/** Values are bytes throughout; wider words are stored wider. */
const wordWidth = count(8, 32);

const portCount = count(1, 64);
const PORTS = z.strictObject({
  bytesPerCycle: z.number().min(0.01).max(65_536).describe("of one port, a cycle of the core's clock"),
  ifmap: portCount,
  weight: portCount.describe(
    'each for its share of the columns: of these, the largest power of two that divides them',
  ),
  ofmap: portCount,
});

const FIELDS = {
  array: z.strictObject({ rows: count(1, 1024), cols: count(1, 1024) }),
  pe: z.strictObject({
    psumDepth: count(1, 65_536),
    psumBanks: z.union([z.literal(1), z.literal(2)]),
    psumBits: count(16, 32),
    weightDepth: count(1, 4096),
    weightLanes: count(1, 1024),
    gatherChannels: count(1, 1024)
      .optional()
      .describe('channels whose weights a column takes in a cycle where each tile has its own order'),
    channelGap: count(0, 64),
  }),
  clock: z.number().min(1e3).max(1e11).describe('Hz'),
  wordBits: z.strictObject({ ifmap: wordWidth, weight: wordWidth, ofmap: wordWidth }),
  buffers: z.strictObject({ ifmapBytes: bufferBytes, weightBytes: bufferBytes, ofmapBytes: bufferBytes }),
  dram: z.strictObject({
    name: z.string().min(1).max(200),
    bytesPerSecond: z.number().min(1e6).max(1e14).describe('peak'),
    efficiency: z.number().min(0.01).max(1).describe('share of the peak that long streams reach'),
    burstBytes: count(1, 65_536),
    ports: PORTS.optional().describe(
      'left out, ifmaps, weights and ofmaps share the bandwidth as each needs it',
    ),
    source: z.string().min(1).max(1000).describe('where these numbers come from'),
  }),
  rearrange: z
    .enum(['none', 'static', 'per-tile'])
    .describe(
      'channels as listed, in one order a layer, or sorted tile by tile, which the hardware here does not do',
    ),
  pace: z
    .enum(['free', 'lock-step'])
    .describe('whether a row goes on to its next wave by itself, or all rows of a wave wait for the slowest'),
  reuse: z
    .enum(['reuse-ifmap-first', 'reuse-weight-first'])
    .optional()
    .describe('one order of reuse for every layer; left out, whichever moves fewer bytes'),
  storage: z
    .enum(['packed', 'dense'])
    .optional()
    .describe('dense: zeros are stored and moved like any value; left out, packed where that is smaller'),
  ofmLanes: count(1, 1024)
    .optional()
    .describe(
      'filters of which a pixel is requantised in a cycle: of these, the largest power of two that divides the columns, at most half of them; left out, that takes no time',
    ),
};
const name = z.string().min(1).max(100);
const energy = z.string().min(1).max(100).describe('name of the energy table');

const ARCH = z.strictObject({ ...FIELDS, name, energy });

/** What the file may hold; with `base`, everything else may be left out. */
export const ARCH_FILE = z.strictObject({
  base: name.optional().describe('a preset, whose values hold where this file says nothing'),
  name: name.optional(),
  array: FIELDS.array.partial().optional(),
  pe: FIELDS.pe.partial().optional(),
  clock: FIELDS.clock.optional(),
  wordBits: FIELDS.wordBits.partial().optional(),
  buffers: FIELDS.buffers.partial().optional(),
  dram: FIELDS.dram
    .extend({ ports: PORTS.partial().nullable().describe('null: none, whatever the base has') })
    .partial()
    .optional(),
  rearrange: FIELDS.rearrange.optional(),
  pace: FIELDS.pace.optional(),
  reuse: FIELDS.reuse,
  storage: FIELDS.storage,
  ofmLanes: FIELDS.ofmLanes.nullable().describe('null: requantising takes no time, whatever the base has'),
  energy: energy.optional(),
});

export interface KnownArchs {
  readonly presets: readonly Arch[];
  /** Names of the energy tables, where they are to be checked. */
  readonly energies?: readonly string[] | undefined;
}

export function archNamed(text: string, known: KnownArchs): Arch {
  const names = known.presets.map((preset) => preset.name);
  const preset = known.presets.find((arch) => arch.name === text);
  if (preset !== undefined) return preset;
  if (!/\.json$/i.test(text))
    fail(`unknown architecture "${text}"`, { hint: `${didYouMean(text, names)}, or a .json or .cfg file` });
  return archFromFile(text, known);
}

function archFromFile(path: string, { presets, energies }: KnownArchs): Arch {
  const { base, ...given } = readJson(path, 'architecture', ARCH_FILE);
  const preset = presets.find((arch) => arch.name === base);
  if (base !== undefined && preset === undefined)
    fail(`unknown base "${base}"`, {
      at: path,
      hint: didYouMean(
        base,
        presets.map((arch) => arch.name),
      ),
    });
  const whole = { ...preset, name: stem(path), ...given };
  const merged = preset === undefined ? whole : { ...whole, ...mergedParts(preset, given) };
  const arch = checked(withoutNulls(merged), ARCH, { at: path, what: 'architecture' });
  if (energies !== undefined && !energies.includes(arch.energy))
    fail(`unknown energy table "${arch.energy}"`, { at: path, hint: didYouMean(arch.energy, energies) });
  return checkFits({ ...arch, clock: hertz(arch.clock) }, path);
}

const PARTS = ['array', 'pe', 'wordBits', 'buffers', 'dram'] as const;

function mergedParts(preset: Arch, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const parts = PARTS.map((part) => [part, { ...preset[part], ...(given[part] as object | undefined) }]);
  const merged: Record<string, unknown> = Object.fromEntries(parts);
  const dram = given.dram as { readonly ports?: object | null } | undefined;
  if (dram?.ports) merged.dram = { ...preset.dram, ...dram, ports: { ...preset.dram.ports, ...dram.ports } };
  return merged;
}

/** What a file says is not there. */
function withoutNulls(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(
    kept.map(([name, value]) =>
      typeof value === 'object' ? [name, withoutNulls(value as Record<string, unknown>)] : [name, value],
    ),
  );
}

/** The smallest piece of work must fit: one tile's psums, its ifmap, one wave of weights. */
export function checkFits(arch: Arch, at: string): Arch {
  const { array, pe, wordBits, buffers } = arch;
  const tile = `a tile of ${pe.psumDepth} psums on a ${array.rows}x${array.cols} array`;
  const needs: readonly (readonly [string, number, number])[] = [
    [`${tile} drains into the ofmap buffer`, array.cols * pe.psumDepth * 4, buffers.ofmapBytes],
    [`${tile} reads the ifmap buffer`, (array.rows * pe.psumDepth * wordBits.ifmap) / 8, buffers.ifmapBytes],
    [
      `one wave of ${pe.weightDepth} taps a PE reads the weight buffer`,
      (array.rows * array.cols * pe.weightDepth * wordBits.weight) / 8,
      buffers.weightBytes,
    ],
  ];
  for (const [what, needed, there] of needs)
    if (needed > there)
      fail(`${what} and needs ${needed} bytes of it, there are ${there}`, {
        at,
        hint: 'a larger buffer, a smaller array, or a smaller psumDepth or weightDepth',
      });
  return arch;
}
