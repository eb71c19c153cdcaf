/** `sense rtl emit`: a layer as a folder of SystemVerilog, memory images and a testbench that checks itself. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../../src/errors.ts';
import type { OptionValues, Session } from '../command.ts';
import { at, deliver, textOption, told } from './shared.ts';

export interface EmitRequest {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
}

export async function emit({ name, rows, cols }: EmitRequest, options: OptionValues, session: Session) {
  const folder =
    textOption(options, 'output') ??
    fail('-o names the folder to write, and is missing', { hint: `sense rtl emit ${name} -o ${name}-rtl` });
  checkFolder(at(session, folder), options.force === true);
  session.progress.step({ stage: 'loading', done: 0, total: 1 });
  const library = await session.library();
  const [{ loadModel }, { layerWork }, { emitLayer }, { zcu102 }, { channelOrders }] = await Promise.all([
    import('../model-file.ts'),
    import('../../rtl/emit/work.ts'),
    import('../../rtl/emit/layer.ts'),
    import('../../src/arch/presets/zcu102.ts'),
    import('../../src/workload/channel-orders.ts'),
  ]);
  const { model, zoo } = told(
    await loadModel(/\.|[\\/]/.test(name) ? at(session, name) : name, library),
    session,
  );
  const arch = { ...zcu102, array: { rows, cols }, rearrange: 'static' } as const; // as the whole core has it
  const { work, note } = layerWork({
    ...{ model, densities: zoo?.densities, arch, seed: options.seed as number },
    layer: textOption(options, 'layer'),
  });
  session.progress.step({ stage: `running ${work.name}`, done: 0, total: 1 });
  const order = channelOrders(model, arch, 0).orderOf(work, [0, 0]);
  const { files, cycles, psums } = await emitLayer({ ...work, order }, arch, note);
  for (const { path } of files) mkdirSync(dirname(at(session, join(folder, path))), { recursive: true });
  const result = {
    schema: 'sense.rtl-emit/1',
    model: model.name,
    layer: work.name,
    rows,
    cols,
    cycles,
    psums,
  };
  await deliver(
    {
      json: { ...result, folder, files: files.map(({ path }) => path) },
      text: () =>
        `${model.name} ${work.name} on a ${rows} x ${cols} compute core: ${cycles} cycles, ${psums} psums a column\n` +
        `  ${folder}/README.md says how to run it\n`,
      files: files.map(({ path, content }) => ({ path: join(folder, path), content })),
    },
    options,
    session,
  );
  return 0;
}

/** What is there already is not ours to write over, unless we are told so. */
function checkFolder(folder: string, force: boolean): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) fail('cannot write: it is a file, expected a folder', { at: folder });
  if (!force && readdirSync(folder).length > 0)
    fail('the folder is not empty', { at: folder, hint: 'name another one, or add --force' });
}
