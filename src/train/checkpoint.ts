/**
 * Where training stands after a step, as a plain record, and that record as bytes. What is not in it (the order of the
 * images, how each is augmented, the learning rate) follows from the seed, the epoch and the step.
 *
 *   'SENSECP1' | u32 length of the header | header: JSON, padded to 8 bytes | arrays, each padded to 8 bytes
 */
import { fail } from '../errors.ts';

export interface Checkpoint {
  readonly schema: 'sense.checkpoint/1';
  /** What the run was asked for: training goes on only under the same. */
  readonly options: string;
  /** Steps done. */
  readonly step: number;
  /** Over the epoch at hand. */
  readonly lossSum: number;
  readonly correct: number;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly moments: ReadonlyMap<string, Float32Array>;
  readonly masks: ReadonlyMap<string, Uint8Array>;
}

const MAGIC = 'SENSECP1';
const GROUPS = ['parameters', 'moments', 'masks'] as const;

interface Entry {
  readonly group: (typeof GROUPS)[number];
  readonly name: string;
  readonly length: number; // elements
}

const upTo8 = (bytes: number): number => Math.ceil(bytes / 8) * 8;

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { schema, options, step, lossSum, correct } = checkpoint;
  const arrays = GROUPS.flatMap((group) =>
    [...checkpoint[group]].map(([name, values]) => ({ group, name, length: values.length, values })),
  );
  const entries: Entry[] = arrays.map(({ group, name, length }) => ({ group, name, length }));
  const header = new TextEncoder().encode(
    JSON.stringify({ schema, options, step, lossSum, correct, arrays: entries }),
  );
  const start = upTo8(12 + header.length);
  const out = new Uint8Array(arrays.reduce((sum, { values }) => sum + upTo8(values.byteLength), start));
  out.set(new TextEncoder().encode(MAGIC));
  new DataView(out.buffer).setUint32(8, header.length, true);
  out.set(header, 12);
  let at = start;
  for (const { values } of arrays) {
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += upTo8(values.byteLength);
  }
  return out;
}

export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const spoilt = (why: string): never =>
    fail(`this is not a checkpoint: ${why}`, { hint: 'go back to an earlier one, or train from the start' });
  if (bytes.length < 12 || new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC)
    spoilt('it does not begin as one');
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (12 + headerLength > bytes.length) spoilt('it ends inside its header');
  const header =
    parsed(new TextDecoder().decode(bytes.subarray(12, 12 + headerLength))) ??
    spoilt('its header is damaged');
  const groups = {
    parameters: new Map<string, Float32Array>(),
    moments: new Map<string, Float32Array>(),
    masks: new Map<string, Uint8Array>(),
  };
  let at = upTo8(12 + headerLength);
  for (const { group, name, length } of header.arrays) {
    const size = group === 'masks' ? length : length * 4;
    if (at + size > bytes.length) spoilt(`it ends inside "${name}"`);
    const copy = Uint8Array.from(bytes.subarray(at, at + size)); // Buffer.slice would not copy, nor align
    if (group === 'masks') groups.masks.set(name, copy);
    else groups[group].set(name, new Float32Array(copy.buffer));
    at += upTo8(size);
  }
  if (at !== bytes.length) spoilt('it is longer than its header says');
  const { schema, options, step, lossSum, correct } = header;
  return { schema, options, step, lossSum, correct, ...groups };
}

type Header = Pick<Checkpoint, 'schema' | 'options' | 'step' | 'lossSum' | 'correct'> & {
  readonly arrays: readonly Entry[];
};

const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;

/** The header, or undefined where anything in it is not what encodeCheckpoint writes. */
function parsed(text: string): Header | undefined {
  let header: Partial<Record<keyof Header, unknown>>;
  try {
    header = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { schema, options, step, lossSum, correct, arrays } = header ?? {};
  const sound =
    schema === 'sense.checkpoint/1' &&
    typeof options === 'string' &&
    isCount(step) &&
    isCount(correct) &&
    typeof lossSum === 'number' &&
    Array.isArray(arrays) &&
    arrays.every(
      (entry: Partial<Entry> | null) =>
        entry && GROUPS.includes(entry.group!) && typeof entry.name === 'string' && isCount(entry.length),
    );
  return sound ? (header as Header) : undefined;
}
