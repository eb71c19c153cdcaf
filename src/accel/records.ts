/**
 * Published points of CNN accelerators on the ZCU102, as printed, and in one set of units: what ours is held beside.
 * None of them is modelled here. Where a figure is from and what is doubtful about it: docs/papers/fpga-records.md.
 */

/** A range where the text gives one: several networks or settings. */
export interface Figure {
  readonly what: string;
  readonly network?: string; // a zoo name
  readonly low: number;
  readonly high: number;
  readonly unit: 'images/s' | 'GOP/s';
}

export interface Printed {
  readonly dsp?: number;
  readonly logic?: { readonly count: number; readonly unit: 'LUT' | 'logic cell' };
  readonly blockRam?: { readonly count: number; readonly kbits: 36 | 18 };
  readonly watts?: number;
}

export interface FpgaRecord {
  readonly key: string;
  readonly cite: string;
  readonly device: string;
  readonly sparse: boolean;
  readonly bits: string;
  readonly megahertz: number;
  readonly printed: Printed;
  readonly results: readonly Figure[];
  /** What the text leaves open, and how it is read here. */
  readonly reading: readonly string[];
}

/** XCZU9EG, the device of the ZCU102 (AMD DS891, product table). */
export const zcu102Device = { logicCells: 599_550, luts: 274_080, bram36: 912, dsp: 2520 } as const;

/** 2.19: what AMD counts as logic cells for each LUT that is there. */
const CELLS_A_LUT = zcu102Device.logicCells / zcu102Device.luts;

export interface Converted {
  readonly dsp?: number;
  readonly luts?: number;
  readonly bram36?: number;
  readonly watts?: number;
  /** Each conversion that was made, with its numbers. */
  readonly how: readonly string[];
}

/** LUTs, 36-Kbit block RAMs, DSPs and watts, and how each that was not printed so came about. */
export function converted({ printed: { dsp, logic, blockRam, watts } }: FpgaRecord): Converted {
  const cells = logic?.unit === 'logic cell';
  const halves = blockRam?.kbits === 18;
  const luts = logic && Math.round(cells ? logic.count / CELLS_A_LUT : logic.count);
  const bram36 = blockRam && (halves ? blockRam.count / 2 : blockRam.count);
  return {
    ...(dsp !== undefined && { dsp }),
    ...(luts !== undefined && { luts }),
    ...(bram36 !== undefined && { bram36 }),
    ...(watts !== undefined && { watts }),
    how: [
      ...(cells ? [`${logic.count} logic cells / ${CELLS_A_LUT.toFixed(2)} = ${luts} LUTs`] : []),
      ...(halves ? [`${blockRam.count} BRAM18 / 2 = ${bram36} BRAM36`] : []),
    ],
  };
}

const device = 'XCZU9EG (ZCU102)';
const rate = (network: string, low: number, high = low): Figure => ({
  what: 'throughput',
  network,
  low,
  high,
  unit: 'images/s',
});
const CELLS = `printed above the device's ${zcu102Device.luts} LUTs, so read as logic cells`;
const HALF_BRAM = `printed above the device's ${zcu102Device.bram36} BRAM36, so read as BRAM18`;
const zhu =
  'Zhu et al., An Efficient Hardware Accelerator for Structured Sparse Convolutional Neural Networks on FPGAs, IEEE TVLSI 2020, arXiv:2001.01955';

export const fpgaRecords: readonly FpgaRecord[] = [
  {
    key: 'lu-2019',
    cite: 'Lu et al., An Efficient Hardware Accelerator for Sparse Convolutional Neural Networks on FPGAs, IEEE FCCM 2019',
    device,
    sparse: true,
    bits: '16',
    megahertz: 200,
    printed: { watts: 23.6 },
    results: [{ what: 'effective throughput', low: 223.4, high: 309, unit: 'GOP/s' }],
    reading: [
      'LUTs, block RAMs and DSPs are in its text, which is not at hand; v2 says that it spends many LUTs',
    ],
  },
  {
    key: 'zhu-2020-16',
    cite: zhu,
    device,
    sparse: true,
    bits: '16',
    megahertz: 200,
    printed: {
      dsp: 1350,
      logic: { count: 390_000, unit: 'logic cell' },
      blockRam: { count: 1460, kbits: 18 },
      watts: 15.4,
    },
    results: [rate('alexnet', 987), rate('vgg16', 48)],
    reading: [CELLS, HALF_BRAM],
  },
  {
    key: 'zhu-2020-8',
    cite: zhu,
    device,
    sparse: true,
    bits: '8',
    megahertz: 200,
    printed: {
      dsp: 2520,
      logic: { count: 405_000, unit: 'logic cell' },
      blockRam: { count: 1460, kbits: 18 },
      watts: 17.1,
    },
    results: [rate('vgg16', 96), rate('resnet50', 57)],
    reading: [CELLS, HALF_BRAM, 'ResNet-50 is "about 57" in a secondary table'],
  },
  {
    key: 'spec-2023',
    cite: 'SPEC, Micromachines 14(3):528, 2023',
    device,
    sparse: true,
    bits: '8',
    megahertz: 200,
    printed: {
      dsp: 1024,
      logic: { count: 500_000, unit: 'logic cell' },
      blockRam: { count: 320, kbits: 18 },
      watts: 15,
    },
    results: [rate('resnet50', 83, 150)],
    reading: [CELLS, 'two figures for ResNet-50; what tells them apart is in its text, which is not at hand'],
  },
  {
    key: 'film-qnn-2022',
    cite: 'Sun et al., FILM-QNN: Efficient FPGA Acceleration of Deep Neural Networks with Intra-Layer, Mixed-Precision Quantization, FPGA 2022',
    device,
    sparse: false,
    bits: 'weights 4 (95 %) and 8, activations 5',
    megahertz: 150,
    printed: {
      dsp: 2092,
      logic: { count: 180_000, unit: 'LUT' },
      blockRam: { count: 440, kbits: 36 },
      watts: 12.9,
    },
    results: [rate('resnet50', 109.1)],
    reading: [],
  },
  {
    key: 'dpu-3xb4096',
    cite: 'AMD DPUCZDX8G, 3 x B4096: product guide PG338, 2022; Vitis AI Library UG1354',
    device,
    sparse: false,
    bits: '8',
    megahertz: 281,
    printed: { dsp: 1686, logic: { count: 160_000, unit: 'LUT' }, blockRam: { count: 771, kbits: 36 } },
    results: [rate('resnet50', 190)],
    reading: ['several threads keep the three cores busy; latency of one image is longer than 1/190 s'],
  },
];

/** Effective operations a second for each watt, where both are printed in those units. */
export function gopsPerWatt({
  printed: { watts },
  results,
}: FpgaRecord): readonly [number, number] | undefined {
  const figure = results.find(({ unit }) => unit === 'GOP/s');
  return figure && watts !== undefined ? [figure.low / watts, figure.high / watts] : undefined;
}
