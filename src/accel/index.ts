/** Every machine. A new one is its own file and a line here. */
import { fail } from '../errors.ts';
import type { Accelerator } from './accelerator.ts';
import { denseOs } from './dense-os.ts';
import { denseWs } from './dense-ws.ts';
import { sense } from './sense.ts';

export const machines: readonly Accelerator[] = [sense, denseWs, denseOs];

export const machineNamed = (name: string): Accelerator =>
  machines.find((machine) => machine.name === name) ??
  fail(`no machine is named "${name}"`, {
    hint: `machines: ${machines.map((machine) => machine.name).join(', ')}`,
  });
