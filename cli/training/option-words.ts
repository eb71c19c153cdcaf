/** The words of training's options, and what they become: schedules, augmentation, dropout, shares of zeros by layer. */
import { z } from 'zod';
import { fail } from '../../src/errors.ts';
import { commaList, zerosShare } from '../options.ts';

export const SCHEDULE = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cosine') }),
  z.strictObject({ kind: z.literal('constant') }),
  z.strictObject({
    kind: z.literal('step'),
    at: z.array(z.number().positive().max(10_000)).min(1).max(100),
    factor: z.number().positive().max(1),
  }),
]);

export const AUGMENT = z.strictObject({
  crop: z.int().min(1).max(256).optional(), // pixels
  flip: z.boolean().optional(),
  mixup: z.number().positive().max(1).optional(), // alpha
});

const number = (text: string | undefined): number =>
  text !== undefined && /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;

/** From 0 to less than 1. */
export function share(text: string, flag: string): number {
  const n = number(text);
  return n >= 0 && n < 1 ? n : fail(`${flag} takes a share from 0 to less than 1, got "${text}"`);
}

/** cosine | constant | step:30,45:0.1 */
export function schedule(text: string, flag: string): z.output<typeof SCHEDULE> {
  const [kind, at, factor = '0.1', ...rest] = text.split(':');
  const parsed = SCHEDULE.safeParse(
    kind === 'step' ? { kind, at: commaList(at ?? '').map(number), factor: number(factor) } : { kind },
  );
  if (!parsed.success || rest.length > 0 || (kind !== 'step' && at !== undefined))
    return fail(`${flag} takes cosine, constant or step:<epochs>:<factor>, got "${text}"`, {
      hint: `${flag} step:10,15:0.1 multiplies the rate by 0.1 at epochs 10 and 15`,
    });
  return parsed.data;
}

/** crop:4,flip,mixup:0.2 */
export function augmentation(text: string, flag: string): z.output<typeof AUGMENT> {
  const found: Record<string, number | boolean> = {};
  for (const word of commaList(text)) {
    const [name = '', value, ...rest] = word.split(':');
    if (name === 'crop') found.crop = value === undefined ? 4 : number(value);
    else if (name === 'mixup') found.mixup = value === undefined ? 0.2 : number(value);
    else if (word === 'flip') found.flip = true;
    if (!['crop', 'flip', 'mixup'].includes(name) || rest.length > 0 || (name === 'flip' && word !== 'flip'))
      fail(`${flag} takes crop, flip and mixup, got "${word}"`, { hint: `${flag} crop:4,flip` });
  }
  const parsed = AUGMENT.safeParse(found);
  if (!parsed.success || Object.keys(found).length === 0)
    return fail(`${flag} takes crop:<pixels, 1 to 256>, flip and mixup:<alpha, to 1>, got "${text}"`, {
      hint: `${flag} crop:4,flip`,
    });
  return parsed.data;
}

/** 'conv1=0,fc*=0.75' as pairs; bounded, for each is looked for among all layers. */
function pairs(text: string, flag: string): readonly (readonly [string, string])[] {
  const words = commaList(text);
  if (words.length === 0 || words.length > 1000) fail(`${flag} takes 1 to 1000 pairs of layers=share`);
  return words.map((word) => {
    const cut = word.lastIndexOf('=');
    if (cut < 1) fail(`${flag} takes layers=share, got "${word}"`, { hint: `${flag} 'conv1=0,fc*=0.75'` });
    return [word.slice(0, cut), word.slice(cut + 1)];
  });
}

export const zerosOf = (text: string, flag: string): { layers: string; zeros: number }[] =>
  pairs(text, flag).map(([layers, value]) => ({ layers, zeros: zerosShare(value, flag) }));

/** A share alone stands for the hidden fully connected layers, which are found when the network is known. */
export const HIDDEN = 'hidden fully connected layers';

export const dropout = (text: string, flag: string): { layers: string; rate: number }[] =>
  text.includes('=')
    ? pairs(text, flag).map(([layers, value]) => ({ layers, rate: share(value, flag) }))
    : [{ layers: HIDDEN, rate: share(text, flag) }];
