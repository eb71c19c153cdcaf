/** What each layer of a run took: cycles and beats, from the fetch of its descriptor to the fetch of the next one's. */
import type { Machine, MachineRun } from './step-machine.ts';

export interface LayerShare {
  readonly cycles: number;
  /** Beats of 16 bytes: descriptor and tables, ifmap, weights; and the ofmap. */
  readonly beatsRead: readonly number[];
  readonly beatsWritten: number;
}

/** `watch` sees the machine before each cycle; the shares of all layers add up to the run. */
export function layerMeter(): {
  readonly watch: (cycle: number, machine: Machine) => void;
  readonly shares: (run: MachineRun) => readonly LayerShare[];
} {
  const ends: LayerShare[] = []; // counts so far, where a layer ends
  let runs = false;
  return {
    watch(cycle, { control, readPorts, writePort }) {
      if (control.layerStart) runs = true;
      else if (runs && control.request) {
        runs = false;
        const beatsRead = readPorts.map((port) => port.beatsRead);
        ends.push({ cycles: cycle - 1, beatsRead, beatsWritten: writePort.beatsWritten });
      }
    },
    shares: (run) =>
      [...ends, run].map((end, i) => {
        const begin = ends[i - 1];
        return {
          cycles: end.cycles - (begin?.cycles ?? 0),
          beatsRead: end.beatsRead.map((beats, port) => beats - (begin?.beatsRead[port] ?? 0)),
          beatsWritten: end.beatsWritten - (begin?.beatsWritten ?? 0),
        };
      }),
  };
}
