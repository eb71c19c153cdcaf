/** A model's receipts in an ONNX file: for tools as JSON in the metadata, for readers as lines of the doc string. */
import type { Receipt } from '../model/model.ts';
import type { ModelProto } from './proto/onnx_pb.gen.ts';

const KEY = 'sense-cnn/receipts';
/** A file may say anything: what is longer or more than this is not ours, and is left unread. */
const [MOST_LETTERS, MOST_RECEIPTS] = [100_000, 200];

export const receiptsIn = (receipts: readonly Receipt[]) => ({
  docString: receipts.map(({ madeBy, note }) => [madeBy, note].filter(Boolean).join(': ')).join('\n'),
  metadataProps: [{ key: KEY, value: JSON.stringify(receipts) }],
});

/** What the file says of how it was made; nothing where it does not say it in our words. */
export function receiptsOutOf({ metadataProps }: ModelProto): readonly Receipt[] {
  const text = metadataProps.find(({ key }) => key === KEY)?.value ?? '';
  if (text.length > MOST_LETTERS) return [];
  try {
    const said: unknown = JSON.parse(text);
    return Array.isArray(said) ? said.slice(0, MOST_RECEIPTS).flatMap(receiptOf) : [];
  } catch {
    return [];
  }
}

function receiptOf(said: unknown): readonly Receipt[] {
  if (typeof said !== 'object' || said === null) return [];
  const { madeBy, from, seed, note } = said as Record<string, unknown>;
  if (typeof madeBy !== 'string') return [];
  return [
    {
      madeBy,
      ...(typeof from === 'string' && { from }),
      ...(typeof seed === 'number' && { seed }),
      ...(typeof note === 'string' && { note }),
    },
  ];
}
