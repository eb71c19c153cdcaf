/** A Timeloop problem or a ZigZag workload: told apart by what the YAML file holds at its top. */
import { fail } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { listed } from './text.ts';
import { importProblem } from './timeloop.ts';
import { isYamlList, isYamlMap, readYaml } from './yaml.ts';
import { importWorkload } from './zigzag.ts';

export function importLayers(bytes: Uint8Array, name: string): Model {
  const file = readYaml(bytes, 'file of layers');
  if (isYamlList(file.value)) return importWorkload(file, name);
  if (isYamlMap(file.value) && file.value.has('problem')) return importProblem(file, name);
  const keys = isYamlMap(file.value) ? [...file.value.keys()].map(String) : [];
  return fail(
    keys.length === 0
      ? 'the file holds neither a Timeloop problem nor a ZigZag workload'
      : `the file holds ${listed(keys)}, but neither a Timeloop problem nor a ZigZag workload`,
    keys.includes('ERT') ? { hint: 'an energy reference table is given with --energy' } : {},
  );
}
