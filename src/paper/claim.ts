/** What a claim of the papers is, and what comes of it: measured values, whether it holds, and, where not, the written reason. */
import type { Lab } from './lab.ts';
import type { Trial } from './trial.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface Measured {
  readonly model: string; // a network, or the machine itself
  readonly value: number;
  readonly unit: string;
  /** How it was measured, where a claim is measured in several ways. */
  readonly setting: string;
  /** The machine or record it is measured against. */
  readonly against?: string | undefined;
  /** What the text says of this very value. */
  readonly claimed?: Range | undefined;
  /** Present where this value has a part in the verdict; the others are shown beside it. */
  readonly holds?: boolean | undefined;
}

/** Why a value misses the claim, as far as we know; it speaks for the values that match. */
export interface Reason {
  readonly model?: string;
  readonly setting?: string;
  readonly against?: string;
  readonly why: string;
}

export interface Claim {
  readonly id: string; // C4
  readonly text: string; // v1, or "v2, tvlsi"
  readonly says: string;
  /** None where the text gives no figure. */
  readonly claimed: (Range & { readonly unit: string }) | undefined;
  readonly trials: readonly Trial[];
  readonly measure: (lab: Lab) => readonly Measured[];
  /** What is not at hand, where without it the claim cannot be said to hold. */
  readonly lacks?: (lab: Lab) => string | undefined;
  /** What was assumed where the text is silent, and what decides the verdict. */
  readonly note: string;
  readonly reasons: readonly Reason[];
}

/** A line of `sense paper`, schema sense.paper/1. */
export interface Verdict {
  readonly id: string;
  readonly text: string;
  readonly says: string;
  readonly claimed: (Range & { readonly unit: string }) | null;
  readonly measured: readonly Measured[];
  readonly holds: boolean;
  /** Where it does not hold: why, as far as we know. Absent where nobody has written one, which is an error. */
  readonly reason?: string;
  readonly note: string;
}

export function judge(claim: Claim, lab: Lab): Verdict {
  const measured = claim.measure(lab);
  const broken = measured.find(({ value }) => !Number.isFinite(value));
  if (broken) throw new Error(`${claim.id}: ${broken.setting} of ${broken.model} is ${broken.value}`);
  const deciding = measured.filter(({ holds }) => holds !== undefined);
  const missed = deciding.filter(({ holds }) => !holds);
  const speaksFor = (value: Measured, { model, setting, against }: Reason): boolean =>
    (model === undefined || model === value.model) &&
    (setting === undefined || setting === value.setting) &&
    (against === undefined || against === value.against);
  const reasons = claim.reasons.filter((reason) => missed.some((value) => speaksFor(value, reason)));
  const explained = missed.every((value) => reasons.some((reason) => speaksFor(value, reason)));
  const nothing = deciding.length === 0 ? 'not measured on the networks asked for' : undefined;
  const lacking = claim.lacks?.(lab) ?? nothing;
  const { id, text, says, claimed = null, note } = claim;
  const holds = lacking === undefined && missed.length === 0;
  const why = [...reasons.map((reason) => reason.why), ...(lacking === undefined ? [] : [lacking])];
  return {
    ...{ id, text, says, claimed, measured, holds },
    ...(!holds && explained && { reason: why.join('; ') }),
    note,
  };
}

export const isSettled = ({ holds, reason }: Verdict): boolean => holds || reason !== undefined;

/** At least what the text says counts as holding: more saved is no failure. */
export const atLeast = (value: number, { low }: Range): boolean => value >= low;
