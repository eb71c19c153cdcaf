/**
 * Models that come quantised: their quantize and dequantize layers say which format each value has.
 * They are taken out, and what they said becomes value formats with zero point 0.
 *
 *   codes 0..255, zero point 0         uint8, exactly
 *   codes 0..255, zero point 128       int8, exactly: the same codes less 128; likewise -128..127 around 0
 *   any other zero point               int8 wide enough for the range, coarser by up to 2: `covered`, with a note
 *
 * Between the two, a layer that only moves values may work on the codes themselves.
 */
import { fail } from '../errors.ts';
import type { Layer, QuantizeLayer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { ValueFormat } from '../model/quantized.ts';
import { movesValues } from './shared-scales.ts';

export interface ImportedFormats {
  /** Without quantize layers and the dequantize layers that undo them. */
  readonly model: Model;
  /** The model's own formats, kept exactly. */
  readonly exact: ReadonlyMap<string, ValueFormat>;
  /** Stand-ins for formats with a zero point; measured ranges may be tighter. */
  readonly covered: ReadonlyMap<string, ValueFormat>;
  readonly notes: readonly string[];
}

type Coding = Pick<QuantizeLayer, 'scale' | 'zeroPoint' | 'low' | 'high'>;

export function importedFormats(model: Model): ImportedFormats {
  const renamed = new Map<string, string>();
  const now = (value: string): string => renamed.get(value) ?? value;
  const codings = new Map<string, Coding>(); // by the original name of a value that holds codes
  const exact = new Map<string, ValueFormat>();
  const covered = new Map<string, ValueFormat>();
  const codingOf = new Map<string, Coding>(); // by the name of the value that now stands for them
  const notes: string[] = [];
  const layers: Layer[] = [];

  const declare = (value: string, coding: Coding): void => {
    const first = codingOf.get(value);
    if (first) {
      if (!sameCoding(first, coding))
        notes.push(`"${value}" is quantised in two ways; the first, scale ${first.scale}, is used for both`);
      return;
    }
    codingOf.set(value, coding);
    const format = exactFormat(coding);
    if (format) exact.set(value, format);
    else {
      covered.set(value, coveringFormat(coding));
      notes.push(
        `"${value}" has zero point ${coding.zeroPoint} in ${coding.low}..${coding.high}; the machine's zero point is 0, so it is held in symmetric int8`,
      );
    }
  };

  for (const layer of model.layers) {
    const coded = layer.inputs.map((input) => codings.get(input));
    const [coding] = coded;
    const rewired = { ...layer, inputs: layer.inputs.map(now) };
    if (layer.op === 'quantize') {
      if (coding) return refuse(layer);
      declare(now(layer.inputs[0]!), layer);
      codings.set(layer.name, layer);
      renamed.set(layer.name, now(layer.inputs[0]!));
    } else if (layer.op === 'dequantize' && coding) {
      if (coding.scale !== layer.scale || coding.zeroPoint !== layer.zeroPoint)
        fail(`"${layer.name}" dequantises with other scale or zero point than its value was quantised with`, {
          hint: 'export the model again; each QuantizeLinear and its DequantizeLinear must agree',
        });
      renamed.set(layer.name, now(layer.inputs[0]!));
    } else if (coding) {
      const moving = onValues(rewired, coding);
      if (!moving || coded.some((other) => !other || !sameCoding(other, coding))) return refuse(layer);
      codings.set(layer.name, coding);
      declare(layer.name, coding);
      layers.push(moving);
    } else {
      if (coded.some(Boolean)) refuse(layer);
      layers.push(rewired);
    }
  }
  return { model: { ...model, layers, outputs: model.outputs.map(now) }, exact, covered, notes };
}

/** A layer on codes as a layer on the values they stand for, where that is the same thing. */
function onValues(layer: Layer, { zeroPoint }: Coding): Layer | undefined {
  if (layer.op === 'pad') return layer.value === zeroPoint ? { ...layer, value: 0 } : undefined;
  return movesValues(layer) ? layer : undefined;
}

function refuse(layer: Layer): never {
  fail(`"${layer.name}" (${layer.op}) computes on integer codes`, {
    hint: 'export the model in QDQ form: QuantizeLinear and DequantizeLinear around each operator',
  });
}

const sameCoding = (a: Coding, b: Coding): boolean =>
  a.scale === b.scale && a.zeroPoint === b.zeroPoint && a.low === b.low && a.high === b.high;

function exactFormat({ scale, zeroPoint, low, high }: Coding): ValueFormat | undefined {
  const [least, most] = [low - zeroPoint, high - zeroPoint];
  if (least === 0 && most === 255) return { scale, type: 'uint8' };
  if ((least === -128 || least === -127) && most === 127) return { scale, type: 'int8' };
  return undefined;
}

function coveringFormat({ scale, zeroPoint, low, high }: Coding): ValueFormat {
  if (low === zeroPoint) return { scale: Math.fround((scale * (high - low)) / 255), type: 'uint8' };
  return { scale: Math.fround((scale * Math.max(zeroPoint - low, high - zeroPoint)) / 127), type: 'int8' };
}
