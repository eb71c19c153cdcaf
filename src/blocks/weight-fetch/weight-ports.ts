/** The weights' ports: each fills its own columns, and a unit is there when the last of them has it. Silicon: weight_ports.sv. */
import type { Beat } from '../table-memory/beat.ts';
import { WeightFetch, type WeightFetchInputs, type WeightWrite } from './weight-fetch.ts';

export interface WeightPortsInputs extends Pick<WeightFetchInputs, 'start' | 'layer' | 'release'> {
  readonly requestsTaken: readonly boolean[]; // a port each
  readonly beats: readonly (Beat | undefined)[]; // each taken where its port is `inReady`
}

export class WeightPorts {
  readonly ports: readonly WeightFetch[];
  readonly #own: number; // columns of a port
  readonly #ahead: number[]; // units that a port has and another has not

  /** `ports`, a power of two that divides `cols`; `depth` beats a column and half. */
  constructor({ cols, ports, depth }: { cols: number; ports: number; depth: number }) {
    this.#own = cols / ports;
    this.ports = Array.from(
      { length: ports },
      (_, port) => new WeightFetch({ cols: this.#own, depth, ports, port }),
    );
    this.#ahead = new Array(ports).fill(0);
  }

  /** A pulse: all columns have the unit. */
  get loaded(): boolean {
    return this.ports.every(({ loaded }, p) => loaded || this.#ahead[p]! > 0);
  }

  /** What goes into the column memories in this cycle, a beat a port at most; `column` counts all of them. */
  get writes(): readonly WeightWrite[] {
    return this.ports.flatMap(({ write }, p) =>
      write ? [{ ...write, column: p * this.#own + write.column }] : [],
    );
  }

  tick({ requestsTaken, beats, ...common }: WeightPortsInputs): void {
    for (const [p, port] of this.ports.entries())
      port.tick({ ...common, requestTaken: requestsTaken[p]!, beat: beats[p] });
  }

  commit(): void {
    const { loaded } = this;
    for (const [p, port] of this.ports.entries()) {
      this.#ahead[p]! += Number(port.loaded) - Number(loaded);
      port.commit();
    }
  }
}
