/** The tables of a layer on chip, and who reads them: each reader has its own copy of partitions and tiles. */
import type { IfmLoad } from '../../blocks/ifm-load/ifm-load.ts';
import {
  emitCodec,
  filterCodec,
  groupCodec,
  partitionCodec,
  tileCodec,
} from '../../blocks/layer-control/layer.ts';
import type { LayerControl } from '../../blocks/layer-control/layer-control.ts';
import type { OfmDrain } from '../../blocks/ofm-drain/ofm-drain.ts';
import type { OfmEmit } from '../../blocks/ofm-emit/ofm-emit.ts';
import type { Beat } from '../../blocks/table-memory/beat.ts';
import { TableMemory } from '../../blocks/table-memory/table-memory.ts';
import type { WaveIssue } from '../../blocks/wave-issue/wave-issue.ts';

interface Readers {
  readonly control: LayerControl;
  readonly ifmLoad: IfmLoad;
  readonly issue: WaveIssue;
  readonly emit: OfmEmit;
  readonly drain: OfmDrain;
}

export class OnChipTables {
  readonly taps = new TableMemory<Beat>();
  readonly groups = new TableMemory<ReturnType<typeof groupCodec.decode>>();
  readonly issueTiles = new TableMemory<ReturnType<typeof tileCodec.decode>>();
  readonly drainTiles = new TableMemory<ReturnType<typeof tileCodec.decode>>();
  readonly loadPartitions = new TableMemory<ReturnType<typeof partitionCodec.decode>>();
  readonly issuePartitions = new TableMemory<ReturnType<typeof partitionCodec.decode>>();
  readonly emitPartitions = new TableMemory<ReturnType<typeof partitionCodec.decode>>();
  readonly emits = new TableMemory<ReturnType<typeof emitCodec.decode>>();
  readonly filters = new TableMemory<ReturnType<typeof filterCodec.decode>>();

  tick({ control, ifmLoad, issue, emit, drain }: Readers): void {
    const into = control.table;
    const write = <T>(name: string, decode: (beat: Beat) => T) =>
      into?.name === name ? { address: into.index, word: decode(into.beat) } : undefined;
    this.taps.tick(
      ifmLoad.tapsAddress,
      write('taps', (words) => words),
    );
    this.groups.tick(issue.groupAddress, write('groups', groupCodec.decode));
    this.issueTiles.tick(issue.tileAddress, write('tiles', tileCodec.decode));
    this.drainTiles.tick(drain.tileAddress, write('tiles', tileCodec.decode));
    this.loadPartitions.tick(ifmLoad.partitionAddress, write('partitions', partitionCodec.decode));
    this.issuePartitions.tick(issue.partitionAddress, write('partitions', partitionCodec.decode));
    this.emitPartitions.tick(emit.partitionAddress, write('partitions', partitionCodec.decode));
    this.emits.tick(emit.entryAddress, write('emits', emitCodec.decode));
    this.filters.tick(emit.filterAddress, write('filters', filterCodec.decode));
  }
}
