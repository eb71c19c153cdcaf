/** Random layers on the compute core in silicon, held to the plain convolution and to the closed form. */
import fc from 'fast-check';
import type { Arch } from '../../src/arch/arch.ts';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import type { LayerWork } from '../../src/model/work.ts';
import { planLayer } from '../../src/plan/plan-layer.ts';
import { addHalos } from '../../src/sim/add-halos.ts';
import { computeProgram } from '../../src/sim/compute-program.ts';
import { stepCore } from '../../src/sim/step-core.ts';
import { convReference } from '../../src/tensor/conv-reference.ts';
import { seeded } from '../../src/tensor/random.ts';
import { type CoreRunner, runCore } from './build.ts';
import { closedFormCycles } from './closed-form.ts';
import { programImage } from './images.ts';
import { anyLayer } from './layers.ts';

export interface ComputeVerification {
  readonly cases: number;
  /** Layers of which a psum, its address or an accumulator differs between silicon, stepped model and convolution. */
  readonly valueMismatches: number;
  /** Layers of which the cycles differ between silicon, stepped model and, where no record is late, closed form. */
  readonly cycleMismatches: number;
  readonly cycles: number; // of all layers
}

export interface VerifyOptions {
  readonly cases: number;
  readonly rows: number;
  readonly cols: number;
  readonly seed: number;
  readonly pe?: Partial<Arch['pe']>;
  /** The simulator; Verilator where left out. */
  readonly run?: CoreRunner;
}

/** Draw layers of every kind and run them all in one simulation; to every third one records come late. */
export async function verifyCompute({
  cases,
  rows,
  cols,
  seed,
  pe,
  run = runCore,
}: VerifyOptions): Promise<ComputeVerification> {
  const arch: Arch = { ...zcu102, array: { rows, cols }, pe: { ...zcu102.pe, ...pe } };
  return verifyWorks(fc.sample(fc.noBias(anyLayer), { numRuns: cases, seed }), arch, { seed, run });
}

export async function verifyWorks(
  works: readonly LayerWork[],
  arch: Arch,
  { seed, run = runCore }: { seed: number; run?: CoreRunner },
): Promise<ComputeVerification> {
  const { below } = seeded(seed, 'late records');
  const layers = works.map((work, i) => {
    const plan = planLayer(work, arch);
    const program = computeProgram(plan.operands, plan.schedule, { arch });
    return { plan, program, waits: i % 3 === 2 ? program.waves.map(() => below(3) * below(30)) : [] };
  });
  const runs = await run(
    layers.map(({ program, waits }) => programImage(program, arch, waits)),
    arch,
    { seed },
  );
  if (runs.length !== layers.length) throw new Error(`${layers.length} layers in, ${runs.length} out`);
  let [valueMismatches, cycleMismatches, cycles] = [0, 0, 0];
  for (const [i, { plan, program, waits }] of layers.entries()) {
    const { operands, schedule } = plan;
    const [silicon, stepped] = [runs[i]!, stepCore(program, arch, { waits })];
    const ofmaps = addHalos(program.drains, schedule, {
      psums: silicon.psums,
      images: operands.ifmaps.length,
    });
    const right = operands.ifmaps.every((ifmap, n) =>
      equal(ofmaps[n]!, convReference(ifmap, operands.weight, operands.conv)),
    );
    const same =
      silicon.psums.every((column, c) => equal(column, stepped.psums[c]!)) &&
      silicon.addresses.every((column, c) => equal(column, stepped.addresses[c]!));
    if (!right || !same) valueMismatches++;
    const closed = waits.length > 0 ? stepped.cycles : closedFormCycles(plan, arch);
    const onTime = silicon.lastPsumLast || program.waves.length === 0;
    if (silicon.cycles !== stepped.cycles || silicon.cycles !== closed || !onTime) cycleMismatches++;
    cycles += silicon.cycles;
  }
  return { cases: layers.length, valueMismatches, cycleMismatches, cycles };
}

const equal = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => value === b[i]);
