/** The pictures of docs/silicon/walk.md are what their command draws, and what they draw is what the core did. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stretches } from '../experiments/walk/timeline-picture.ts';
import { arch, rowPsums, walk, walkLayer } from '../experiments/walk/trace.ts';
import { pictures } from '../experiments/walk.ts';
import { closedFormCycles } from '../rtl/compute/closed-form.ts';
import { planLayer } from '../src/plan/plan-layer.ts';

const folder = new URL('../docs/silicon/', import.meta.url);
const page = readFileSync(new URL('walk.md', folder), 'utf8');

test.each(Object.entries(pictures()))('%s is up to date, and the page shows it', (name, picture) => {
  expect(readFileSync(new URL(name, folder), 'utf8')).toBe(picture);
  expect(page).toContain(`(${name})`);
});

describe('the trace behind them', () => {
  const trace = walk();

  test('what the rows gather adds up to what leaves the column', () => {
    for (const tile of [0, 1]) {
      const rows = rowPsums(trace, { tile, column: 0 });
      const depth = arch.pe.psumDepth;
      const left = trace.psums.slice(tile * depth, (tile + 1) * depth);
      expect(left.map(({ psum }) => psum)).toEqual(
        left.map(({ address }) => rows.reduce((sum, row) => sum + row[address]!, 0)),
      );
    }
  });

  test('a row takes its slots for a wave, without a pause, and some row is a wave ahead of another', () => {
    for (const { wave, row, start, end } of trace.waves) {
      expect(end - start).toBe(trace.program.entrySlots[wave * arch.array.rows + row]);
      const before = trace.waves.find((other) => other.row === row && other.wave === wave - 1);
      if (before) expect(start).toBeGreaterThanOrEqual(before.end + arch.pe.channelGap);
    }
    const ahead = trace.waves.filter(({ wave, start }) =>
      trace.waves.some((other) => other.wave === wave - 1 && other.end > start),
    );
    expect(ahead.length).toBeGreaterThan(0);
  });

  test('the page says how long the layer is, and so does the closed form', () => {
    expect(closedFormCycles(planLayer(walkLayer(), arch), arch)).toBe(trace.run.cycles);
    expect(page).toContain(`${trace.run.cycles} cycles`);
  });

  test('stretches join neighbours alone', () => {
    expect(stretches([3, 4, 5, 8, 9])).toEqual([
      [3, 6],
      [8, 10],
    ]);
  });
});
