/** `sense rtl verify --whole`: random networks on the whole machine, from DRAM to DRAM. */
import type { LeanSize } from '../../rtl/lean.ts';
import type { OptionValues, Session } from '../command.ts';
import { type Engine, machineRunner, simulatorName } from './rtl-tools.ts';
import { deliver } from './shared.ts';

/** Networks a simulation takes at a time, so that there is progress to show. */
const BATCH = 25;

export async function verifyWhole(
  { engine, ...machine }: LeanSize & { readonly engine: Engine },
  options: OptionValues,
  session: Session,
): Promise<number> {
  const { verifyMachine } = await import('../../rtl/core/verify.ts');
  const run = await machineRunner(engine, session);
  const [cases, seed] = [options.cases as number, options.seed as number];
  const total = { drawn: 0, cases: 0, tooLarge: 0, partitioned: 0, weightFirst: 0, chunked: 0, chains: 0 };
  const found = { valueMismatches: 0, cycleMismatches: 0, cycles: 0 };
  session.progress.step({ stage: 'building the simulator', done: 0, total: 1 });
  for (let batch = 0; total.drawn < cases; batch++) {
    const size = Math.min(BATCH, cases - total.drawn);
    const ran = await verifyMachine({
      ...machine,
      cases: size,
      run,
      seed: (seed + batch * 0x9e3779b1) >>> 0, // a batch's own draw, and the user's for the first
    });
    total.drawn += size;
    for (const key of ['cases', 'tooLarge', 'partitioned', 'weightFirst', 'chunked', 'chains'] as const)
      total[key] += ran[key];
    for (const key of ['valueMismatches', 'cycleMismatches', 'cycles'] as const) found[key] += ran[key];
    session.progress.step({ stage: 'networks', done: total.drawn, total: cases });
  }
  const { drawn, ...counts } = total;
  const { rows, cols } = machine;
  const text = (): string =>
    `${counts.cases} random networks on a ${rows} x ${cols} machine, ${found.cycles} cycles in ${simulatorName(engine)}\n` +
    `  ${counts.chains} of several layers, ${counts.partitioned} in partitions, ${counts.weightFirst} with weights first, ${counts.chunked} in chunks\n` +
    `  ${counts.tooLarge} of the ${drawn} drawn do not fit the small memories of this test\n` +
    `  ${found.valueMismatches} with a byte that differs from plain arithmetic, or in memory from the stepped machine\n` +
    `  ${found.cycleMismatches} with cycles or traffic that differ from the stepped machine\n`;
  const json = { schema: 'sense.rtl-machine/1', ...counts, ...found, ...machine, seed, engine };
  await deliver({ json, text }, options, session);
  return counts.cases > 0 && found.valueMismatches === 0 && found.cycleMismatches === 0 ? 0 : 1;
}
