/** The grid of PEs and the skew of its drain commands: every wire is to a neighbour. Its silicon is pe_array.sv. */
import {
  type ChainWord,
  type DrainCommand,
  type Operation,
  Pe,
  type PeShape,
  type TapRead,
} from '../pe/pe.ts';

export interface ArrayInputs {
  readonly rows: readonly (Operation | undefined)[]; // on the west edge, row r is r cycles behind row 0
  readonly reads: readonly (TapRead | undefined)[]; // likewise, each a cycle before its operation
  readonly drain: DrainCommand | undefined; // for row 0
  readonly chains: readonly (ChainWord | undefined)[]; // on the north edge, column c is c cycles behind column 0
}

export class PeArray {
  readonly grid: readonly (readonly Pe[])[];
  readonly #drains: (DrainCommand | undefined)[]; // on the west edge of each row but the first
  #inputs: ArrayInputs = { rows: [], reads: [], drain: undefined, chains: [] };

  constructor({ rows, cols, ...shape }: PeShape & { readonly rows: number; readonly cols: number }) {
    this.grid = Array.from({ length: rows }, () => Array.from({ length: cols }, () => new Pe(shape)));
    this.#drains = new Array(rows - 1).fill(undefined);
  }

  /** What leaves a column at the south edge. */
  psum(column: number): number {
    return this.grid.at(-1)![column]!.psum;
  }

  tick(inputs: ArrayInputs): void {
    this.#inputs = inputs;
    const { grid } = this;
    for (let r = 0; r < grid.length; r++) {
      const [row, above] = [grid[r]!, grid[r - 1]];
      for (let c = 0; c < row.length; c++) {
        const [west, north] = [row[c - 1], above?.[c]];
        row[c]!.tick({
          read: west ? west.read : inputs.reads[r],
          operation: west ? west.operation : inputs.rows[r],
          drain: west ? west.drain : r > 0 ? this.#drains[r - 1] : inputs.drain,
          taps: north ? north.taps : inputs.chains[c],
          psum: north ? north.psum : 0,
        });
      }
    }
  }

  commit(): void {
    for (const row of this.grid) for (const pe of row) pe.commit();
    if (this.#drains.length === 0) return;
    this.#drains.copyWithin(1, 0);
    this.#drains[0] = this.#inputs.drain;
  }
}
