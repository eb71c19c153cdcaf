/** Files of other tools, and yaml behind them. */
export { importErt } from '../../src/peers/accelergy.ts';
export { parseEnergyMap } from '../../src/peers/energy-map.ts';
export { importLayers } from '../../src/peers/import-layers.ts';
export { importTopology } from '../../src/peers/scale-sim.ts';
export { archOf, readScaleSimConfig } from '../../src/peers/scale-sim-config.ts';
