/** A layer as a folder that stands alone: the core's sources, its memory images, a testbench that checks itself. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Arch } from '../../src/arch/arch.ts';
import { fail } from '../../src/errors.ts';
import type { LayerWork } from '../../src/model/work.ts';
import { planLayer } from '../../src/plan/plan-layer.ts';
import { addHalos } from '../../src/sim/add-halos.ts';
import { computeProgram } from '../../src/sim/compute-program.ts';
import { stepCore } from '../../src/sim/step-core.ts';
import { convReference } from '../../src/tensor/conv-reference.ts';
import { computeSources } from '../compute/build.ts';
import { closedFormCycles } from '../compute/closed-form.ts';
import { streamImages } from '../compute/images.ts';
import { coreWidths, STREAM_BITS } from '../compute/widths.ts';
import { constraints, readme, vivadoScript } from './scripts.ts';
import { testbench } from './testbench.ts';
import { coreTrace } from './trace.ts';

export interface EmittedFile {
  readonly path: string; // in the folder
  readonly content: string;
}

export interface EmittedLayer {
  readonly files: readonly EmittedFile[];
  readonly cycles: number;
  readonly psums: number; // of a column
}

/** More would take minutes in a simulator and files of gigabytes. */
const MOST_CYCLES = 2_000_000;

export async function emitLayer(work: LayerWork, arch: Arch, note: string): Promise<EmittedLayer> {
  const plan = planLayer(work, arch);
  const { operands, schedule } = plan;
  const needed = closedFormCycles(plan, arch);
  if (needed > MOST_CYCLES)
    fail(`the layer takes ${needed} cycles on ${arch.array.rows} x ${arch.array.cols}, too many to emit`, {
      at: work.name,
      hint: 'take another layer with --layer, or a larger array with --rows and --cols',
    });
  const program = computeProgram(operands, schedule, { arch });
  const trace = coreTrace(arch);
  const stepped = stepCore(program, arch, { watch: trace.watch });
  const ofmaps = addHalos(program.drains, schedule, { psums: stepped.psums, images: operands.ifmaps.length });
  for (const [n, ifmap] of operands.ifmaps.entries())
    if (!equal(ofmaps[n]!, convReference(ifmap, operands.weight, operands.conv)))
      throw new Error(`${work.name}: the stepped core differs from the plain convolution`);

  const images = streamImages(program, arch);
  const values = Math.max(...images.values.map((row) => row.length));
  if (Math.max(values, images.waves, images.words) >= 2 ** STREAM_BITS)
    fail(`the layer's streams are longer than ${2 ** STREAM_BITS} words`, { at: work.name });
  const w = coreWidths(arch);
  const lanes = arch.pe.weightLanes;
  const psums = stepped.psums[0]!.length;
  const drained = stepped.psums.flatMap((column, c) =>
    Array.from(column, (psum, i) => Uint32Array.of(psum, stepped.addresses[c]![i]!)),
  );
  const padded = images.values.flatMap((row) =>
    Array.from({ length: Math.max(1, values) }, (_, i) => Uint32Array.of(row[i] ?? 0)),
  );
  const sources = await Promise.all(
    computeSources.map(async (source) => ({
      path: `rtl/${basename(source)}`,
      content: await readFile(source, 'utf8'),
    })),
  );
  const described = { name: work.name, shape: shapeOf(work), cycles: stepped.cycles, psums, note };
  const paths = sources.map(({ path }) => path);
  return {
    cycles: stepped.cycles,
    psums,
    files: [
      ...sources,
      { path: 'sources.f', content: `${paths.join('\n')}\n` },
      { path: 'images/records.hex', content: hex(images.records, w.record) },
      { path: 'images/entries.hex', content: hex(images.entries, w.entry) },
      { path: 'images/values.hex', content: hex(padded, 8) },
      { path: 'images/headers.hex', content: hex(images.headers, 2 * lanes) },
      { path: 'images/taps.hex', content: hex(images.taps, lanes * w.tap) },
      { path: 'images/expected.hex', content: hex(drained, 64) },
      {
        path: 'testbench.sv',
        content: testbench(arch, {
          ...{ signed: program.signed, weightStep: program.weightStep },
          ...{ waves: images.waves, words: images.words, values },
          ...{ psums, cycles: stepped.cycles },
        }),
      },
      { path: 'trace.vcd', content: trace.text() },
      { path: 'clock.xdc', content: constraints(arch) },
      { path: 'vivado.tcl', content: vivadoScript(arch, paths) },
      { path: 'README.md', content: readme(arch, described) },
    ],
  };
}

/** Words as $readmemh reads them; a memory without words has one, of zeros. */
function hex(words: readonly Uint32Array[], width: number): string {
  const digits = Math.ceil(width / 4);
  const line = (word: Uint32Array): string =>
    Array.from(word, (part) => part.toString(16).padStart(8, '0'))
      .reverse()
      .join('')
      .padStart(digits, '0')
      .slice(-digits);
  return `${(words.length === 0 ? [Uint32Array.of(0)] : words).map(line).join('\n')}\n`;
}

function shapeOf({ op, conv, ifmaps }: LayerWork): string {
  const { C, H, W, K, R, S, stride, groups } = conv;
  return `${op}, ifmap ${ifmaps.length} x ${C} x ${H} x ${W}, ${K} filters of ${C / groups} x ${R} x ${S}, stride ${stride.join(' x ')}`;
}

const equal = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => value === b[i]);
