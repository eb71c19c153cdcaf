/** A network of the zoo: its topology, and where the zeros of its activations are said to be. */
import type { Model } from '../model.ts';

/** Share of non-zeros of the map a layer reads, and who says so; `assumed:` where nobody has published it. */
export interface IfmapDensity {
  readonly ifmap: number;
  readonly source: string;
}

/** Share of non-zeros of what a layer writes, where it is not what the next conv layer reads. */
export interface OfmapDensity {
  readonly ofmap: number;
  readonly source: string;
}

export interface ZooEntry {
  readonly name: string;
  readonly title: string;
  readonly cite: string;
  /** Topology only: no layer has weights. */
  readonly build: () => Model;
  /** By conv and FC layer; every one of them has an entry. */
  readonly densities: ReadonlyMap<string, IfmapDensity>;
  /** Layers with an LRN straight behind: the host computes it, so the map in front of it is what is written. */
  readonly ofmapDensities: ReadonlyMap<string, OfmapDensity>;
  /** One sentence for the report: where the densities come from. */
  readonly densityNote: string;
}

/** Densities that share one source, in order. */
export const fromSource = (
  source: string,
  ifmaps: Readonly<Record<string, number>>,
): readonly (readonly [string, IfmapDensity])[] =>
  Object.entries(ifmaps).map(([layer, ifmap]) => [layer, { ifmap, source }]);

/**
 * Density of a square map of `size` inside its padding, where a table counts the padding's zeros among the map's.
 * Eyeriss's tables do (docs/decisions/005): their CONV4 of AlexNet writes 30.4 % and their CONV5 reads the same map at 23.0 %.
 */
export const insidePadding = (density: number, size: number, pad: number): number =>
  Math.min(1, (density * (size + 2 * pad) ** 2) / size ** 2);

/** The set the measured densities were taken on; exact zeros of fp32, so int8 rounding may add some. */
export const IMAGENET50 = '50 ImageNet sample images, fp32';
