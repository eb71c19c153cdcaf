/** Class names from a text file, one a line; in synset_words.txt style each begins with its WordNet id. */
import { fail } from '../../src/errors.ts';

export interface Labels {
  readonly names: readonly string[];
  /** WordNet id -> class index, where lines begin with one. */
  readonly wnids: ReadonlyMap<string, number>;
}

const MAX_CLASSES = 100_000;
const WNID = /^(n\d{8})(?:\s+(.*))?$/;

export function readLabels(bytes: Uint8Array): Labels {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1]!.trim() === '') lines.pop();
  if (lines.length === 0) fail('the file of labels is empty');
  if (lines.length > MAX_CLASSES) fail(`the file of labels has more than ${MAX_CLASSES} lines`);
  const wnids = new Map<string, number>();
  const names = lines.map((line, i) => {
    const [, wnid, words] = WNID.exec(line.trim()) ?? [];
    if (wnid === undefined) return line.trim();
    wnids.set(wnid, i);
    return words ?? wnid;
  });
  return { names, wnids };
}

export interface AlignedLabels extends Labels {
  /** Added to a class index of the label file to get the network's: 1 where output 0 means "background". */
  readonly shift: 0 | 1;
}

/** TensorFlow's ImageNet networks have 1001 outputs, the first one "background". */
export function alignLabels({ names, wnids }: Labels, outputs: number): AlignedLabels {
  if (names.length === outputs) return { names, wnids, shift: 0 };
  if (names.length + 1 === outputs) return { names: ['background', ...names], wnids, shift: 1 };
  return fail(`the file of labels has ${names.length} lines, the network has ${outputs} outputs`, {
    hint: 'one line a class, in the order of the outputs',
  });
}

/** The class a picture's name tells: n01440764_tench.JPEG. */
export function classInName(name: string, { wnids }: Pick<Labels, 'wnids'>): number | undefined {
  const wnid = /^(n\d{8})[_.-]/.exec(name)?.[1];
  return wnid === undefined ? undefined : wnids.get(wnid);
}
