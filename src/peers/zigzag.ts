/**
 * A ZigZag workload (YAML, a list of operators, each an equation over loops): convolutions, grouped ones and matrix
 * products become layers; pools and sums, which have no multiplications for an array, are left out and named.
 */
import { fail, within } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { convOfEinsum, type Place, type Term } from './einsum.ts';
import { layerName, lineAt, modelOf, type TableLayer } from './layer-table.ts';
import { listed, quoted } from './text.ts';
import {
  countOf,
  isYamlMap,
  listOf,
  mapOf,
  stringOf,
  type YamlFile,
  type YamlMap,
  type YamlValue,
} from './yaml.ts';

const MADE_BY = 'ZigZag workload';
const MULTIPLIED = new Set(['Conv', 'Conv_downsample', 'Gemm']);
const LEFT_OUT = new Set(['Max', 'Add', 'Pooling', 'Pool', 'MaxPool', 'AveragePool', 'GlobalAveragePool']);

export function importWorkload({ value, lineOf }: YamlFile, name: string): Model {
  const layers: TableLayer[] = [];
  const [left, batched, wide]: [string[], string[], string[]] = [[], [], []];
  listOf(value, 'the file').forEach((entry, i) => {
    const line = lineOf(i);
    within(lineAt(line), () => {
      const operator = mapOf(entry, 'an operator');
      const type = stringOf(operator.get('operator_type'), '"operator_type"');
      const own = nameOf(operator, i);
      if (LEFT_OUT.has(type)) return void left.push(own);
      if (!MULTIPLIED.has(type)) fail(`the operator type ${quoted(type)} is not known`);
      const { conv, images } = convOfEinsum(einsumOf(operator));
      if (images > 1) batched.push(`${own} (${images})`);
      if (!isByteWide(operator.get('operand_precision'))) wide.push(own);
      layers.push({ name: own, line, conv });
    });
  });
  return modelOf(name, {
    madeBy: MADE_BY,
    layers,
    notes: [
      'where a layer states no padding, its ifmap is what the loops read, borders included',
      ...(left.length > 0 ? [`left out, for they multiply nothing: ${listed(left)}`] : []),
      ...(batched.length > 0 ? [`layers of several images, give --batch for them: ${listed(batched)}`] : []),
      ...(wide.length > 0
        ? [`operand_precision is not used (word widths come from --arch): not 8 bits in ${listed(wide)}`]
        : []),
    ],
  });
}

function nameOf(operator: YamlMap, i: number): string {
  const name = operator.get('name');
  const id = operator.get('id');
  const otherwise = `Layer${typeof id === 'number' ? id : i}`;
  return name === undefined || name === null ? otherwise : layerName(stringOf(name, '"name"'), otherwise);
}

const isByteWide = (precision: YamlValue | undefined): boolean =>
  !isYamlMap(precision) || ['I', 'W'].every((operand) => (precision.get(operand) ?? 8) === 8);

/** O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix] */
const EQUATION = /^O((?:\[\w+\])+)\+?=([IW])((?:\[\w+\])+)\*([IW])((?:\[\w+\])+)$/;
/** ix=2*ox+1*fx */
const RELATION = /^(\w+)=(?:(\d{1,9})\*)?(\w+)\+(?:(\d{1,9})\*)?(\w+)$/;
const LONGEST = 400; // characters of an equation

function einsumOf(operator: YamlMap) {
  const written = spaceless(operator.get('equation'), '"equation"');
  const [, ofmap = '', first, left = '', second, right = ''] = EQUATION.exec(written) ?? [];
  if (first === undefined || first === second)
    return fail(`the equation ${quoted(written)} is not of the form O[..]+=W[..]*I[..]`);
  const [weight, ifmap] = first === 'W' ? [left, right] : [right, left];
  const relations = relationsOf(operator);
  const padded = paddingOf(operator);
  return {
    sizes: sizesOf(operator),
    ofmap: indices(ofmap),
    weight: indices(weight),
    ifmap: indices(ifmap).map((index): Place => {
      const pad = padded.get(index);
      const terms = relations.get(index) ?? [{ loop: index, times: 1 }];
      return pad === undefined ? { terms } : { terms, pad };
    }),
  };
}

const spaceless = (value: YamlValue | undefined, what: string): string => {
  const text = stringOf(value, what);
  return text.length > LONGEST
    ? fail(`${what} has more than ${LONGEST} characters`)
    : text.replace(/\s/g, '');
};

/** [b][oy] -> B, OY: loops are in capitals in loop_dims. */
const indices = (text: string): readonly string[] =>
  [...text.matchAll(/\[(\w+)\]/g)].map(([, index]) => index!.toUpperCase());

function sizesOf(operator: YamlMap): ReadonlyMap<string, number> {
  const loops = listOf(operator.get('loop_dims'), '"loop_dims"');
  const sizes = listOf(operator.get('loop_sizes'), '"loop_sizes"');
  if (loops.length !== sizes.length)
    fail(`loop_dims has ${loops.length} entries and loop_sizes ${sizes.length}`);
  const named = loops.map((loop, i): [string, number] => {
    const name = stringOf(loop, 'a loop').toUpperCase();
    return [name, countOf(sizes[i], `the size of ${quoted(name)}`)];
  });
  const map = new Map(named);
  return map.size === named.length ? map : fail('a loop is named twice in loop_dims');
}

function relationsOf(operator: YamlMap): ReadonlyMap<string, readonly Term[]> {
  const given = operator.get('dimension_relations') ?? [];
  return new Map(
    listOf(given, '"dimension_relations"').map((value): [string, readonly Term[]] => {
      const text = spaceless(value, 'a dimension relation');
      const [, place, a = '1', first, b = '1', second] = RELATION.exec(text) ?? [];
      if (place === undefined) fail(`the relation ${quoted(text)} is not of the form ix=2*ox+1*fx`);
      const terms = [
        { loop: first!.toUpperCase(), times: Number(a) },
        { loop: second!.toUpperCase(), times: Number(b) },
      ];
      return [place!.toUpperCase(), terms];
    }),
  );
}

function paddingOf(operator: YamlMap): ReadonlyMap<string, readonly [number, number]> {
  const [loops, padding] = [operator.get('pr_loop_dims') ?? [], operator.get('padding') ?? []];
  const names = listOf(loops, '"pr_loop_dims"');
  return new Map(
    listOf(padding, '"padding"').map((entry, i): [string, readonly [number, number]] => {
      const [before, after] = listOf(entry, 'a padding');
      return [
        stringOf(names[i], 'a loop of "pr_loop_dims"').toUpperCase(),
        [countOf(before, 'a padding', 0), countOf(after, 'a padding', 0)],
      ];
    }),
  );
}
