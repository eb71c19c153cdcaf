/** The report, schema sense.report/1: what `sense run --json` prints and what the library returns. */
import type { BoundBy, Reuse } from '../cost/layer-cost.ts';

export interface DramBytes {
  readonly ifmap: number;
  readonly weight: number;
  readonly ofmap: number;
  readonly total: number;
  readonly lowerBound: number;
}

export interface EnergyPj {
  readonly mac: number;
  readonly pe: number;
  readonly buffer: number;
  readonly dram: number;
  readonly static: number;
  readonly total: number;
}

export interface LayerReport {
  readonly name: string;
  readonly op: 'conv' | 'fc';
  readonly cycles: number; // a count, over all images
  readonly computeCycles: number;
  readonly dramCycles: number;
  readonly boundBy: BoundBy;
  readonly dataflow: Reuse;
  readonly tile: readonly [number, number];
  readonly waves: number;
  readonly macsDense: number;
  readonly macsEffectual: number;
  readonly macsIssued: number;
  readonly utilization: number; // macsEffectual / (cycles * multipliers)
  readonly density: { readonly ifmap: number; readonly weight: number; readonly ofmap: number };
  readonly dramBytes: DramBytes;
  readonly energyPj: EnergyPj;
}

export interface Totals {
  readonly cycles: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly macsDense: number;
  readonly macsEffectual: number;
  readonly macsIssued: number;
  readonly utilization: number;
  readonly dramBytes: DramBytes;
  readonly energyPj: EnergyPj;
  readonly powerW: number;
}

/** How the integer network answered, when real inputs were given. */
export interface Prediction {
  readonly input: string;
  readonly top: readonly {
    readonly index: number;
    readonly label?: string | undefined;
    readonly score: number;
  }[];
  readonly fp32Top1: number; // class index of the untouched fp32 network
}

export interface Accuracy {
  readonly images: number;
  /** Share of images on which the integer network's top-1 is the fp32 network's. */
  readonly top1Agreement: number;
  /** Top-1 against labels, where labels were given. */
  readonly fp32Top1?: number | undefined;
  readonly integerTop1?: number | undefined;
}

/** A layer as the machine itself ran it, stepped cycle by cycle, beside what the closed form says of it; over all images. */
export interface ExecutedLayer {
  readonly name: string;
  readonly cycles: number;
  readonly costCycles: number;
  readonly dramBytes: {
    readonly table: number; // descriptor and tables, which the closed form does not count
    readonly ifmap: number;
    readonly weight: number;
    readonly ofmap: number;
    readonly total: number;
  };
  readonly costDramBytes: number;
  /** Every byte of its ofmap is that of the network in integers. */
  readonly equal: boolean;
}

/** What was run besides the closed form, where `fidelity` is sim or rtl. */
export interface Execution {
  /** Lists of layers that the machine ran without the host between them. */
  readonly chains: number;
  readonly cycles: number;
  readonly costCycles: number;
  readonly dramBytes: number;
  readonly costDramBytes: number;
  /** Of its memory, in cycles to the first beat of a burst; each of its ports reads a beat of 16 bytes a cycle. */
  readonly latency: number;
  readonly layers: readonly ExecutedLayer[];
  /** Every ofmap byte equals the integers'. */
  readonly equal: boolean;
  /** With fidelity rtl: the silicon left the same bytes in memory in the same cycles, with the same beats, as the stepped machine. */
  readonly siliconEqual?: boolean | undefined;
}

export interface Report {
  readonly schema: 'sense.report/1';
  readonly machine: string;
  readonly model: string;
  readonly fidelity: 'cost' | 'sim' | 'rtl';
  readonly batch: number;
  readonly images: number; // all images of the run; totals are over all of them
  readonly seed: number;
  readonly source: {
    readonly weights: 'synthetic' | 'file';
    readonly activations: 'published' | 'dense' | 'measured' | 'given';
    readonly note?: string | undefined; // how synthetic values were drawn
    /** Where one order of a layer's channels was fixed beforehand: its own, or by work in other inputs, or by taps. */
    readonly order?: 'own' | 'taps' | 'inputs' | undefined;
  };
  readonly rule: { readonly kind: string; readonly zeros: number };
  readonly arch: Readonly<Record<string, unknown>>;
  readonly totals: Totals;
  readonly conv: Totals;
  readonly layers: readonly LayerReport[];
  readonly hostOps: readonly { readonly name: string; readonly op: string }[];
  readonly predictions?: readonly Prediction[] | undefined;
  readonly accuracy?: Accuracy | undefined;
  /** Present, and true, where every layer was also computed in the machine's own order and equalled the plain convolution. */
  readonly verified?: true | undefined;
  /** With fidelity sim or rtl; layers and totals above stay the closed form's, with channels in the same order. */
  readonly execution?: Execution | undefined;
  readonly receipts: Readonly<Record<string, string>>;
}
