/** Swallow beside Sense on one array: what is left out costs time and DRAM, and nothing else differs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyWork } from '../../rtl/random-work.ts';
import { type Arch, peakGops } from '../arch/arch.ts';
import { withoutPorts } from '../arch/ports.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { UserError } from '../errors.ts';
import { run } from '../index.ts';
import { sense } from './sense.ts';
import { swallow } from './swallow.ts';

test('its array has the peak of its text', () => {
  expect(peakGops(swallow.arch)).toBeCloseTo(614.4, 9); // "614 GOP/s", abstract, IEEE TCAD 2020
});

describe('on the same array and the same values', () => {
  const cramped: Arch = {
    ...zcu102,
    array: { rows: 4, cols: 4 },
    buffers: { ifmapBytes: 400, weightBytes: 128, ofmapBytes: 8192 },
  };

  test('it keeps its habits whatever architecture it is given', () => {
    fc.assert(
      fc.property(anyWork, (work) => {
        try {
          const own = swallow.cost(work, cramped);
          expect(own.dataflow).toBe('reuse-ifmap-first');
          expect(own).toEqual(
            sense.cost(work, {
              ...withoutPorts(cramped),
              ...{ rearrange: 'none', pace: 'lock-step', reuse: 'reuse-ifmap-first' },
            }),
          );
        } catch (error) {
          if (!(error instanceof UserError && /fits the machine/.test(error.message))) throw error;
        }
      }),
      { numRuns: 60 },
    );
  });

  test('sorting channels shortens waves: the same MACs are issued in no more compute cycles on VGG conv4', () => {
    const on = (machine: string) =>
      run('vgg16', {
        machine,
        arch: zcu102,
        layers: 'conv4_*',
        rule: { kind: 'equal-per-kernel', zeros: 0.5 },
      });
    const [fast, slow] = [on('sense'), on('swallow')];
    expect(fast.totals.macsIssued).toBe(slow.totals.macsIssued);
    for (const [i, layer] of fast.layers.entries()) {
      expect(layer.computeCycles).toBeLessThan(slow.layers[i]!.computeCycles);
      expect(layer.dramBytes.total).toBeLessThanOrEqual(slow.layers[i]!.dramBytes.total);
    }
  });
});

test('its own rule leaves kernels unequal, so its rows wait: more MAC slots for as many weights', () => {
  const issued = (kind: 'magnitude' | 'equal-per-kernel'): number =>
    run('vgg16', { machine: swallow, arch: zcu102, layers: 'conv3_2', rule: { kind, zeros: 0.5 } }).totals
      .macsIssued;
  expect(swallow.rule(0.5, zcu102).kind).toBe('magnitude');
  expect(issued('magnitude') / issued('equal-per-kernel')).toBeGreaterThan(1.3);
});
