/**
 * A Timeloop problem (YAML, `problem:` with a shape and an instance): one layer. What each loop is for is read from the
 * projections of the data spaces, so that convolutions, grouped and depthwise ones and matrix products need no names;
 * the old built-in shape `cnn-layer` has its projections here.
 */
import { fail, within } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { convOfEinsum, type Einsum, type Place, type Term } from './einsum.ts';
import { layerName, lineAt, modelOf } from './layer-table.ts';
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

const MADE_BY = 'Timeloop problem';

export function importProblem({ value, lineOf }: YamlFile, name: string): Model {
  const problem = mapOf(mapOf(value, 'the file').get('problem'), '"problem"');
  const inner = problem.get('instance');
  const instance = inner === undefined ? problem : mapOf(inner, '"instance"');
  const line = inner === undefined ? lineOf('problem') : lineOf('problem', 'instance');
  return within(lineAt(line), () => {
    const space = spaceOf(problem.get('shape'));
    const sizes = new Map(
      space.loops.map((loop) => [loop, countOf(instance.get(loop), `the size of ${quoted(loop)}`)]),
    );
    const times = (coefficient: YamlValue | undefined): number => {
      if (coefficient === undefined) return 1;
      const named = stringOf(coefficient, 'a coefficient');
      return countOf(instance.get(named) ?? space.coefficients.get(named) ?? 1, quoted(named));
    };
    const { conv, images } = convOfEinsum(einsumOf(space, sizes, times));
    const known = new Set<unknown>([...space.loops, ...space.coefficients.keys(), 'shape']);
    const left = [...instance.keys()].filter((key) => !known.has(key)).map(String);
    return modelOf(name, {
      madeBy: MADE_BY,
      layers: [{ name: layerName(name, 'layer'), line, conv }],
      notes: [
        'a problem has no padding: the ifmap is what the loops read, borders included',
        ...(images > 1 ? [`the problem has ${images} images: give --batch ${images} for them`] : []),
        ...(left.length > 0 ? [`not used: ${listed(left, 12)}`] : []),
      ],
    });
  });
}

interface DataSpace {
  readonly name: string;
  readonly places: readonly (readonly (readonly YamlValue[])[])[]; // place, term, [loop, coefficient]
  readonly written: boolean;
}

interface Space {
  readonly loops: readonly string[];
  readonly coefficients: ReadonlyMap<string, number>; // their defaults
  readonly tensors: readonly DataSpace[];
}

function spaceOf(shape: YamlValue | undefined): Space {
  if (shape === 'cnn-layer') return CNN_LAYER;
  if (!isYamlMap(shape))
    return fail('the shape is neither "cnn-layer" nor a map of dimensions and data_spaces', {
      hint: 'give the file after its includes were expanded (parsed-processed-input.yaml)',
    });
  const loops = listOf(shape.get('dimensions'), '"dimensions"').map((loop) => stringOf(loop, 'a dimension'));
  const coefficients = new Map(
    (shape.has('coefficients') ? listOf(shape.get('coefficients'), '"coefficients"') : []).map((each) => {
      const entry = mapOf(each, 'a coefficient');
      return [
        stringOf(entry.get('name'), 'the name of a coefficient'),
        countOf(entry.get('default') ?? 1, 'its default'),
      ];
    }),
  );
  return { loops, coefficients, tensors: listOf(shape.get('data_spaces'), '"data_spaces"').map(dataSpace) };
}

function dataSpace(value: YamlValue): DataSpace {
  const map: YamlMap = mapOf(value, 'a data space');
  const name = stringOf(map.get('name'), 'the name of a data space');
  const what = `the projection of ${quoted(name)}`;
  return {
    name,
    written: map.get('read_write') === true,
    places: listOf(map.get('projection'), what).map((place) =>
      listOf(place, what).map((term) => listOf(term, what)),
    ),
  };
}

/** Which data space is which: the one written is the ofmap; weights are named so, or B, or else come second. */
function einsumOf(
  { tensors }: Space,
  sizes: ReadonlyMap<string, number>,
  times: (coefficient: YamlValue | undefined) => number,
): Einsum {
  const written = tensors.filter((tensor) => tensor.written);
  const read = tensors.filter((tensor) => !tensor.written);
  if (written.length !== 1 || read.length !== 2)
    fail(`the problem reads ${read.length} data spaces and writes ${written.length}, expected 2 and 1`);
  const weights = read.find(({ name }) => /weight|filter|kernel/i.test(name) || name === 'B') ?? read[1]!;
  const ifmaps = read.find((tensor) => tensor !== weights)!;
  const placesOf = ({ name, places }: DataSpace): readonly Place[] =>
    places.map((terms) => ({
      terms: terms.map(
        ([loop, coefficient]): Term => ({
          loop: stringOf(loop, `a dimension of ${quoted(name)}`),
          times: times(coefficient),
        }),
      ),
    }));
  const loopsOf = (tensor: DataSpace): readonly string[] =>
    placesOf(tensor).flatMap(({ terms }) => terms.map(({ loop }) => loop));
  return { sizes, ofmap: loopsOf(written[0]!), weight: loopsOf(weights), ifmap: placesOf(ifmaps) };
}

/** Timeloop's documentation, problem shapes: R goes with P and Wstride, S with Q and Hstride. */
const CNN_LAYER: Space = {
  loops: ['C', 'M', 'N', 'P', 'Q', 'R', 'S'],
  coefficients: new Map(['Wstride', 'Hstride', 'Wdilation', 'Hdilation'].map((name) => [name, 1])),
  tensors: [
    { name: 'Weights', written: false, places: [[['C']], [['M']], [['R']], [['S']]] },
    {
      name: 'Inputs',
      written: false,
      places: [
        [['N']],
        [['C']],
        [
          ['R', 'Wdilation'],
          ['P', 'Wstride'],
        ],
        [
          ['S', 'Hdilation'],
          ['Q', 'Hstride'],
        ],
      ],
    },
    { name: 'Outputs', written: true, places: [[['N']], [['M']], [['Q']], [['P']]] },
  ],
};
