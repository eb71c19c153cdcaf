/** Energy per action. Energy is Activity times one of these tables and nothing else; every entry names its source. */

/**
 * What costs energy. Buffer and DRAM actions are per bit; the others per word of the table's width.
 *   mac            one multiplication and addition with both operands at hand
 *   weightAccess   a tap read from, or written to, a PE's weight memory
 *   psumAccess     a psum read from, or written to, a PE's psum memory
 *   hop            a word passed from one PE to its neighbour
 */
export type Action = 'mac' | 'weightAccess' | 'psumAccess' | 'hop' | 'bufferBit' | 'dramBit';

export interface EnergyEntry {
  readonly picojoules: number;
  readonly bits: number; // width of the word the figure is for
  readonly source: string; // author, venue, year, and how it was derived from there
  readonly quality: 'published' | 'derived' | 'estimate';
}

export interface EnergyTable {
  readonly name: string;
  readonly node: string;
  readonly actions: Readonly<Record<Action, EnergyEntry>>;
  /** Power drawn whether or not anything happens. */
  readonly staticWatts: {
    readonly watts: number;
    readonly source: string;
    readonly quality: EnergyEntry['quality'];
  };
}
