/** "did you mean vgg16? known: …": the hint beside an unknown name, where more may be said than failUnknown says. */
import { nearest } from '../src/errors.ts';

export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `${near === undefined ? '' : `did you mean ${near}? `}known: ${known.join(', ')}`;
}
