/** Numbers that know their unit: the type checker refuses bits where words are wanted; at run time they are plain. */
import { fail } from './errors.ts';

declare const unit: unique symbol;
export type Quantity<U extends string> = number & { readonly [unit]: U };

export type Cycles = Quantity<'cycles'>;
export type Bits = Quantity<'bits'>;
export type Bytes = Quantity<'bytes'>;
export type Words = Quantity<'words'>;
export type Macs = Quantity<'macs'>;
export type Hertz = Quantity<'Hz'>;

const whole = (n: number, name: string): number =>
  Number.isSafeInteger(n) && n >= 0 ? n : fail(`a count of ${name} must be a whole number, got ${n}`);
const amount = (n: number, name: string): number =>
  Number.isFinite(n) && n >= 0 ? n : fail(`${name} must be a finite number from 0 up, got ${n}`);

export const cycles = (n: number): Cycles => whole(n, 'cycles') as Cycles;
export const bits = (n: number): Bits => whole(n, 'bits') as Bits;
export const bytes = (n: number): Bytes => whole(n, 'bytes') as Bytes;
export const words = (n: number): Words => whole(n, 'words') as Words;
export const macs = (n: number): Macs => whole(n, 'MACs') as Macs;
export const hertz = (n: number): Hertz => amount(n, 'a frequency') as Hertz;
