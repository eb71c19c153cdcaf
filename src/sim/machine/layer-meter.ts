/** What each layer of a run took: cycles from the last byte of the layer before to its own last one, and its beats. */
import type { Layer } from '../../blocks/layer-control/layer.ts';
import type { WeightLayer } from '../../blocks/weight-fetch/weight-fetch.ts';
import { byKind, FIRST_WEIGHT_PORT } from './shape.ts';
import type { Machine, MachineRun } from './step-machine.ts';

export interface LayerShare {
  readonly cycles: number;
  /** Beats of 16 bytes: tables and the next layer's descriptor, ifmap, weights of all ports, wherever they came; and the ofmap. */
  readonly beatsRead: readonly number[];
  readonly beatsWritten: number;
}

/** `watch` sees the machine before each cycle; the shares of all layers add up to the run. */
export function layerMeter(): {
  readonly watch: (cycle: number, machine: Machine) => void;
  readonly shares: (run: MachineRun) => readonly LayerShare[];
} {
  const ends: LayerShare[] = []; // counts so far, where a layer ends
  const weightEnds: number[][] = []; // of each port: beats so far, where the next layer's weights begin
  let layer: Layer | undefined;
  const comes: (WeightLayer | undefined)[] = []; // through each port
  return {
    watch(cycle, { control, weights, readPorts, writePort }) {
      const beatsRead = readPorts.map((port) => port.beatsRead);
      for (const [p, port] of weights.ports.entries()) {
        const ends = (weightEnds[p] ??= []);
        if (comes[p] !== undefined && port.layer !== comes[p]) ends.push(beatsRead[FIRST_WEIGHT_PORT + p]!);
        comes[p] = port.layer;
      }
      if (!control.busy) return;
      // What the control holds before its first descriptor came is no layer.
      if (layer !== undefined && control.layer !== layer)
        ends.push({ cycles: cycle - 1, beatsRead, beatsWritten: writePort.beatsWritten });
      layer = control.layer;
    },
    shares(run) {
      const [, ...others] = ends;
      const own = [...others, run].map((end, i) => ({
        ...end,
        beatsRead: byKind([
          ...end.beatsRead.slice(0, FIRST_WEIGHT_PORT),
          ...run.beatsRead.slice(FIRST_WEIGHT_PORT).map((all, p) => weightEnds[p]?.[i] ?? all),
        ]),
      }));
      return own.map((end, i) => {
        const begin = own[i - 1];
        return {
          cycles: end.cycles - (begin?.cycles ?? 0),
          beatsRead: end.beatsRead.map((beats, port) => beats - (begin?.beatsRead[port] ?? 0)),
          beatsWritten: end.beatsWritten - (begin?.beatsWritten ?? 0),
        };
      });
    },
  };
}
