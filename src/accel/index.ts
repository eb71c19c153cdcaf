/** Every machine. A new one is its own file and a line here. */
import { fail } from '../errors.ts';
import type { Accelerator } from './accelerator.ts';
import { cambriconS } from './cambricon-s.ts';
import { denseIs } from './dense-is.ts';
import { denseOs } from './dense-os.ts';
import { denseWs } from './dense-ws.ts';
import { eyeriss } from './eyeriss.ts';
import { eyerissV2 } from './eyeriss-v2.ts';
import { fesa } from './fesa.ts';
import { s2engine } from './s2engine.ts';
import { scnn } from './scnn.ts';
import { sense } from './sense.ts';
import { sparten } from './sparten.ts';
import { spots } from './spots.ts';
import { swallow } from './swallow.ts';

export const machines: readonly Accelerator[] = [
  sense,
  denseWs,
  denseOs,
  denseIs,
  swallow,
  fesa,
  spots,
  eyeriss,
  eyerissV2,
  scnn,
  sparten,
  cambriconS,
  s2engine,
];

export const machineNamed = (name: string): Accelerator =>
  machines.find((machine) => machine.name === name) ??
  fail(`no machine is named "${name}"`, {
    hint: `machines: ${machines.map((machine) => machine.name).join(', ')}`,
  });
