/**
 * Which component and action of an Accelergy table stands for which action of ours, in words:
 * "bufferBit=shared_glb:read+write/64,weightAccess=PEWeightRegs:read/8,skip=PEWeightBuffer".
 */
import type { Action } from '../arch/energy/table.ts';
import { fail } from '../errors.ts';
import { quoted } from './text.ts';

export interface ChosenAction {
  readonly component: string;
  readonly actions: readonly string[]; // their mean counts
  readonly bits: number; // of one access
}

export interface EnergyMap {
  readonly chosen: ReadonlyMap<Action, ChosenAction>;
  readonly skipped: readonly string[]; // components left out on purpose
}

const ACTIONS: readonly Action[] = ['mac', 'weightAccess', 'psumAccess', 'hop', 'bufferBit', 'dramBit'];
const ENTRY = /^([^:=]{1,200}):([\w+]{1,200})\/(\d{1,5})$/;

export function parseEnergyMap(text: string): EnergyMap {
  const chosen = new Map<Action, ChosenAction>();
  const skipped: string[] = [];
  for (const entry of text.split(',')) {
    const [key = '', ...rest] = entry.trim().split('=');
    const value = rest.join('=').trim();
    if (key.trim() === 'skip') {
      skipped.push(value);
      continue;
    }
    const action =
      ACTIONS.find((known) => known === key.trim()) ??
      fail(`${quoted(key)} is none of our actions`, { hint: `${ACTIONS.join(', ')}, or skip=<component>` });
    const [, component, actions = '', bits = ''] = ENTRY.exec(value) ?? [];
    if (component === undefined || Number(bits) < 1)
      return fail(`${quoted(entry)} is not of the form ${action}=<component>:<action>[+<action>]/<bits>`);
    if (chosen.has(action)) fail(`${action} is given twice`);
    chosen.set(action, { component: component.trim(), actions: actions.split('+'), bits: Number(bits) });
  }
  return { chosen, skipped };
}
