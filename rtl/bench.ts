/** A design with its testbench, for any engine that runs them as one program: whole files in and out, never single cycles. */
export interface Bench {
  readonly top: string;
  readonly sources: readonly string[];
  readonly parameters: Readonly<Record<string, number>>;
  /** C++ with a main(in, out, seed), written for Verilator: it includes V<top>.h. */
  readonly testbench: string;
  /** What else of ours it includes. */
  readonly headers?: readonly string[];
  readonly macros?: Readonly<Record<string, number>>;
}
