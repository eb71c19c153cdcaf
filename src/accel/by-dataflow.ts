/** The dense array that each dataflow of a SCALE-Sim configuration asks for. */
import type { Accelerator } from './accelerator.ts';
import { denseIs } from './dense-is.ts';
import { denseOs } from './dense-os.ts';
import { denseWs } from './dense-ws.ts';

export const machineByDataflow: Readonly<Record<'os' | 'ws' | 'is', Accelerator>> = {
  os: denseOs,
  ws: denseWs,
  is: denseIs,
};
