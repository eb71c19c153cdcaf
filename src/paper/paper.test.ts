import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../index.ts';
import { IDEAS } from './ablation.ts';
import { ablationFigure } from './ablation-figure.ts';
import { type Claim, isSettled, judge, type Measured } from './claim.ts';
import { taken } from './claims/device.ts';
import { claims } from './claims/index.ts';
import { claimsFigure } from './claims-figure.ts';
import { labOf, type NetworkReports, runTrials } from './lab.ts';
import { claimIds, claimsNamed, isSound, paperOf, trialsFor } from './paper.ts';
import { paperTable } from './table.ts';
import { OURS } from './trial.ts';

const asked = { claims: undefined, ablation: true };
const NETWORK = 'lenet5'; // small: the networks of the texts are for `sense paper` itself
const reports = new Map<string, NetworkReports>([
  [NETWORK, runTrials(NETWORK, trialsFor(asked), { seed: 1 })],
]);
const lab = labOf({ seed: 1, reports, training: [] });
const paper = paperOf(lab, { claims, ablation: true });

test('every claim of the three texts is there, with its text, its range and a note', () => {
  expect(claimIds).toEqual(Array.from({ length: 14 }, (_, i) => `C${i + 1}`));
  for (const { text, claimed, note, says } of paper.claims) {
    expect(text).toMatch(/^(v1|v2|tvlsi)(, (v2|tvlsi))*$/);
    if (claimed) expect(claimed.low).toBeLessThanOrEqual(claimed.high);
    expect(note.length).toBeGreaterThan(20);
    expect(says).not.toBe('');
  }
  expect(paper.schema).toBe('sense.paper/1');
});

test('the claims asked for, in the order of the texts', () => {
  expect(claimsNamed(['C11', 'C4']).map(({ id }) => id)).toEqual(['C4', 'C11']);
});

test('a trial is what sense run reports of that machine', () => {
  const { machine: _, ...trialled } = lab.of(NETWORK, OURS);
  const { machine: __, ...alone } = run(NETWORK);
  expect(trialled).toEqual(alone);
});

test('the whole machine of the ablation is the machine, and each row says what is in it', () => {
  const rows = paper.ablation!.rows;
  const all = rows.at(-1)!;
  expect(all.ideas).toEqual(IDEAS);
  expect(all.networks[0]!.cycles).toBe(lab.of(NETWORK, OURS).conv.cycles);
  expect(rows[0]!.networks[0]).toMatchObject({ speedUp: 1, dramSaved: 1 });
  const sets = rows.map(({ ideas }) => [...ideas].sort().join());
  expect(new Set(sets).size).toBe(rows.length);
  for (const idea of IDEAS) {
    expect(sets).toContain(idea);
    expect(sets).toContain(
      IDEAS.filter((other) => other !== idea)
        .sort()
        .join(),
    );
  }
});

const value = (changes: Partial<Measured>): Measured => ({
  ...{ model: 'a', value: 1, unit: 'x', setting: 'conv layers', holds: true },
  ...changes,
});
const claimOf = (measured: readonly Measured[], changes: Partial<Claim> = {}): Claim => ({
  ...{
    id: 'C0',
    text: 'v1',
    says: 'something',
    claimed: undefined,
    trials: [],
    note: 'assumed',
    reasons: [],
  },
  measure: () => measured,
  ...changes,
});

test('a claim holds where all that decides holds; what does not decide is only shown', () => {
  const { holds: _, ...shown } = value({ value: 0 });
  expect(judge(claimOf([value({}), shown]), lab)).toMatchObject({ holds: true });
  expect(judge(claimOf([value({}), value({ holds: false })]), lab)).toMatchObject({ holds: false });
});

test('a miss without a written reason for it is not settled', () => {
  const missed = [value({ model: 'a', holds: false }), value({ model: 'b', holds: false })];
  const half = judge(claimOf(missed, { reasons: [{ model: 'a', why: 'known of a' }] }), lab);
  expect([isSettled(half), half.reason]).toEqual([false, undefined]);
  const both = [
    { model: 'a', why: 'known of a' },
    { setting: 'conv layers', model: 'b', why: 'known of b' },
  ];
  const whole = judge(claimOf(missed, { reasons: both }), lab);
  expect([isSettled(whole), whole.reason]).toEqual([true, 'known of a; known of b']);
  expect(isSound({ ...paper, claims: [half] })).toBe(false);
  expect(paperTable({ ...paper, claims: [half] })).toContain('none is written, so sense paper fails');
});

test('a value that is no number is our mistake, never a miss', () => {
  const broken = claimOf([value({ value: Number.NaN, holds: false })], { reasons: [{ why: 'covers all' }] });
  expect(() => judge(broken, lab)).toThrow('C0: conv layers of a is NaN');
});

test('reasons for what holds are not told, and what is not measured does not hold', () => {
  expect(judge(claimOf([value({})], { reasons: [{ why: 'beside the point' }] }), lab)).not.toHaveProperty(
    'reason',
  );
  expect(judge(claimOf([]), lab)).toMatchObject({
    holds: false,
    reason: expect.stringContaining('not measured'),
  });
  const lacking = claimOf([value({})], { lacks: () => 'no pictures' });
  expect(judge(lacking, lab)).toMatchObject({ holds: false, reason: 'no pictures' });
});

test('figures and table: no number is missing', () => {
  for (const text of [claimsFigure(paper), ablationFigure(paper.ablation!), paperTable(paper)])
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
});

test('the LUTs that C7 counts are those that docs/silicon.md reports, within the error of the fit', () => {
  const page = readFileSync(new URL('../../docs/silicon.md', import.meta.url), 'utf8');
  const [, luts] = /\*\*in all\*\*[^\d]*([\d,]+)/.exec(page)!;
  const reported = Number(luts!.replaceAll(',', ''));
  expect(Math.abs(taken.lut - reported) / reported).toBeLessThan(0.03);
});
