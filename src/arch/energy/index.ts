/** The energy tables, by name. */
import { failUnknown } from '../../errors.ts';
import { horowitz45nm } from './45nm-horowitz.ts';
import { sparseloop45nm } from './45nm-sparseloop.ts';
import type { EnergyTable } from './table.ts';
import { zcu102Energy } from './zcu102.ts';

export { horowitz45nm } from './45nm-horowitz.ts';
export { zcu102Energy } from './zcu102.ts';

export const energyTables: readonly EnergyTable[] = [horowitz45nm, sparseloop45nm, zcu102Energy];

export const energyTable = (name: string): EnergyTable =>
  energyTables.find((table) => table.name === name) ??
  failUnknown(
    'energy table',
    name,
    energyTables.map((table) => table.name),
  );
