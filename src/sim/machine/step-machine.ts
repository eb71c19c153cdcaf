/**
 * The whole machine cycle by cycle, from DRAM to DRAM: its blocks ticked and committed together. Cycles and every
 * byte are those of rtl/core/sense_core.sv.
 */
import type { Arch } from '../../arch/arch.ts';
import { PeArray } from '../../blocks/array/array.ts';
import { AxiRead } from '../../blocks/axi/axi-read.ts';
import { AxiWrite } from '../../blocks/axi/axi-write.ts';
import { FEED } from '../../blocks/feed.ts';
import { IfmLoad } from '../../blocks/ifm-load/ifm-load.ts';
import { IfmStream, type RowEntry } from '../../blocks/ifm-stream/ifm-stream.ts';
import { LayerControl } from '../../blocks/layer-control/layer-control.ts';
import { OfmDrain } from '../../blocks/ofm-drain/ofm-drain.ts';
import { OfmEmit } from '../../blocks/ofm-emit/ofm-emit.ts';
import { OfmLane } from '../../blocks/ofm-lane/ofm-lane.ts';
import { OfmPack, streamsOf } from '../../blocks/ofm-pack/ofm-pack.ts';
import { tapWordBits } from '../../blocks/pe/pe.ts';
import { PsumDrain } from '../../blocks/psum-drain/psum-drain.ts';
import { RowPace } from '../../blocks/row-pace/row-pace.ts';
import { Sequencer } from '../../blocks/sequencer/sequencer.ts';
import { BEAT_BYTES, type Beat } from '../../blocks/table-memory/beat.ts';
import { tapWordOf } from '../../blocks/table-memory/tap-memory.ts';
import { BARE, tagOf, WaveIssue, type WaveTag } from '../../blocks/wave-issue/wave-issue.ts';
import { WeightPorts } from '../../blocks/weight-fetch/weight-ports.ts';
import { type LoadHeader, type TapWord, WeightLoader } from '../../blocks/weight-loader/weight-loader.ts';
import { WriteGather } from '../../blocks/write-gather/write-gather.ts';
import { Delay } from './delay.ts';
import { type DramImage, DramReadPort, type DramTiming, DramWritePort, idealDram } from './dram.ts';
import { OnChipTables } from './on-chip-tables.ts';
import {
  bareWordsPerBeat,
  FIRST_WEIGHT_PORT,
  type MachineShape,
  machineShape,
  readersOf,
  subBits,
  tapBits,
  wordsPerBeat,
} from './shape.ts';

export interface MachineRun {
  /** From the start to the last byte of the last layer's ofmap in memory. */
  readonly cycles: number;
  /** The cycle in which each layer's ifmap could be loaded. */
  readonly layerStarts: readonly number[];
  readonly overflow: boolean;
  /** Beats read by each port (descriptors and tables, bitmaps, values, then those of weights), and written. */
  readonly beatsRead: readonly number[];
  readonly beatsWritten: number;
  readonly burstsWritten: number;
}

export interface MachineOptions {
  readonly first: number; // beat of the first descriptor
  readonly timing?: DramTiming;
  readonly shape?: MachineShape;
  readonly limit?: number; // cycles
  /** Called with the blocks before each cycle: for traces. */
  readonly watch?: (cycle: number, machine: Machine) => void;
}

/** Run the layers from the first descriptor on; the image is read and written in place. */
export function stepMachine(dram: DramImage, arch: Arch, options: MachineOptions): MachineRun {
  const { first, timing = idealDram, shape = machineShape(arch), limit = 1e9, watch } = options;
  const machine = new Machine(arch, shape, { dram, timing });
  const layerStarts: number[] = [];
  let cycles = 0;
  for (let t = 0; ; t++) {
    if (t > limit) throw new Error(`the machine has not finished after ${limit} cycles`);
    if (machine.control.layerStart) layerStarts.push(cycles);
    if (machine.control.done) break;
    watch?.(t, machine);
    if (machine.control.busy) cycles++;
    machine.step(t === 0 ? first : undefined);
  }
  return {
    cycles,
    layerStarts,
    overflow: machine.ifmLoad.overflow,
    beatsRead: machine.readPorts.map((port) => port.beatsRead),
    beatsWritten: machine.writePort.beatsWritten,
    burstsWritten: machine.writePort.burstsWritten,
  };
}

/** The ports of ifmaps. */
const [BITMAPS, VALUES] = [1, 2];

/** A wave that starts or ends in the sequencer, and whether a drain starts with its end. */
interface SequencerEvent {
  readonly ended: WaveTag | undefined;
  readonly started: WaveTag | undefined;
  readonly drains: boolean;
}

const NO_EVENT: SequencerEvent = { ended: undefined, started: undefined, drains: false };

/** What the memories of headers, values and taps answer. */
interface Streams {
  readonly header: LoadHeader | undefined;
  readonly values: readonly number[];
  readonly taps: readonly (TapWord | undefined)[];
}

export class Machine {
  readonly control = new LayerControl();
  readonly readers: readonly AxiRead[];
  readonly readPorts: readonly DramReadPort[];
  readonly gather: WriteGather;
  readonly writer = new AxiWrite();
  readonly writePort: DramWritePort;
  readonly ifmLoad: IfmLoad;
  readonly weights: WeightPorts;
  readonly issue: WaveIssue;
  readonly sequencer: Sequencer;
  readonly paces: readonly RowPace[];
  readonly feeders: readonly IfmStream[];
  readonly loader: WeightLoader;
  readonly psumDrain: PsumDrain;
  readonly array: PeArray;
  readonly drain: OfmDrain;
  readonly lanes: readonly OfmLane[];
  readonly emit: OfmEmit;
  readonly #pack: OfmPack;
  readonly #tables = new OnChipTables();
  readonly #headers: Uint8Array;
  readonly #entries: (RowEntry | undefined)[][];
  readonly #entry: (RowEntry | undefined)[];
  readonly #values: readonly Uint8Array[];
  readonly #columns: readonly Beat[][]; // beats of weights of each
  readonly #unpacked: { at: number; beat: Beat | undefined; word: TapWord | undefined }[] = [];
  // What these memories answer to the addresses of the cycle before last, and of the last one.
  #streams: Streams = { header: undefined, values: [], taps: [] };
  #streamsNext = this.#streams;
  readonly #events: SequencerEvent[] = new Array(FEED - 3).fill(NO_EVENT);
  readonly #ifmapLeaving: Delay;
  readonly #weightsLeaving: Delay;
  readonly #arch: Arch;
  readonly #parts: readonly { commit(): void }[];

  constructor(arch: Arch, shape: MachineShape, { dram, timing }: { dram: DramImage; timing: DramTiming }) {
    const { rows, cols } = arch.array;
    const { pe } = arch;
    this.#arch = arch;
    const readers = readersOf(shape);
    this.readers = Array.from({ length: readers }, () => new AxiRead());
    this.readPorts = this.readers.map((_, port) => new DramReadPort(dram, timing, port));
    this.writePort = new DramWritePort(dram, timing, readers);
    this.ifmLoad = new IfmLoad({ ...shape, rows, psumDepth: pe.psumDepth });
    this.weights = new WeightPorts({ cols, ports: shape.weightPorts, depth: shape.weightBeats });
    this.issue = new WaveIssue({ ...shape, psumBanks: pe.psumBanks, subBits: subBits(arch) });
    this.sequencer = new Sequencer({ tapWords: 2 ** tapWordBits(pe) });
    this.paces = Array.from({ length: rows }, (_, r) => new RowPace(pe, r));
    this.feeders = Array.from({ length: rows }, () => new IfmStream({ ...pe, signed: false }));
    this.loader = new WeightLoader({
      ...{ cols, wordsPerBeat: wordsPerBeat(arch), bareWords: bareWordsPerBeat(arch), bareFrom: BARE },
    });
    this.psumDrain = new PsumDrain({ rows, cols });
    this.array = new PeArray({ rows, cols, ...pe });
    this.drain = new OfmDrain({ rows, cols, words: shape.ofmWords });
    this.lanes = Array.from({ length: cols }, () => new OfmLane({ words: shape.ofmWords }));
    this.gather = new WriteGather(streamsOf(shape.ofmLanes));
    this.#pack = new OfmPack({ lanes: shape.ofmLanes, psumDepth: pe.psumDepth });
    this.emit = new OfmEmit({ cols, lanes: shape.ofmLanes, words: shape.ofmWords }, this.#pack);
    this.#headers = new Uint8Array(shape.headerBeats * BEAT_BYTES);
    this.#entries = Array.from({ length: rows }, () => []);
    this.#entry = new Array(rows).fill(undefined);
    this.#values = Array.from({ length: rows }, () => new Uint8Array(2 * shape.valueBeats * BEAT_BYTES));
    this.#columns = Array.from({ length: cols }, () => []);
    this.#ifmapLeaving = new Delay(rows + cols + 8);
    this.#weightsLeaving = new Delay(rows + cols + 8);
    this.#parts = [
      ...[this.control, ...this.readers, ...this.readPorts, this.gather, this.writer, this.writePort],
      ...[this.ifmLoad, this.weights, this.issue, this.sequencer, ...this.paces, ...this.feeders],
      ...[
        this.loader,
        this.psumDrain,
        this.array,
        this.drain,
        ...this.lanes,
        this.emit,
        ...Object.values(this.#tables),
      ],
    ];
  }

  /** One clock cycle; `start` names the first descriptor in the cycle that starts the machine. */
  step(start: number | undefined): void {
    this.#tickMemory(start);
    this.#tickEngines();
    this.#tickArray();
    this.#tickOfmaps();
    const writes = this.#memoryWrites();
    for (const part of this.#parts) part.commit();
    for (const write of writes) write();
  }

  /** Non-zeros x taps of every row in a wave, by the address of its entries. */
  rowSlots(entry: number): readonly number[] {
    return this.#entries.map((row) => row[entry]?.slots ?? 0);
  }

  /** Who asks through each reader. */
  get #asking() {
    return [this.control, ...this.ifmLoad.ports, ...this.weights.ports];
  }

  /** Whether a reader takes what it is asked for in this cycle. */
  #taken(reader: number): boolean {
    return this.#asking[reader]!.request !== undefined && this.readers[reader]!.requestReady;
  }

  /** The beat that a reader takes in this cycle. */
  #beat(reader: number): Beat | undefined {
    return this.#asking[reader]!.inReady ? this.readPorts[reader]!.data : undefined;
  }

  #tickMemory(start: number | undefined): void {
    const { control, gather, writer, writePort } = this;
    for (const [m, reader] of this.readers.entries()) {
      const port = this.readPorts[m]!;
      reader.tick({ request: this.#asking[m]!.request, taken: port.ready });
      port.tick({ burst: reader.burst, taken: this.#beat(m) !== undefined });
    }
    gather.tick({
      write: this.#pack.write,
      flush: this.emit.emitted,
      burstTaken: writer.burstReady,
      freed: writer.freed,
      readAddress: writer.readAddress ?? 0,
    });
    writer.tick({
      burst: gather.burst,
      readData: gather.readData,
      addressTaken: writePort.addressReady,
      dataTaken: writePort.dataReady,
      answered: writePort.answered,
    });
    writePort.tick({ address: writer.address, data: writer.data });
    control.tick({
      start,
      requestTaken: this.#taken(0),
      beat: this.#beat(0),
      layerDone: this.issue.idle && gather.idle && writer.idle,
    });
    this.#tables.tick(this);
  }

  #tickEngines(): void {
    const { layer, layerStart: start } = this.control;
    const { control, ifmLoad, weights, issue, sequencer } = this;
    ifmLoad.tick({
      ...{ start, layer, release: this.#ifmapLeaving.out },
      requestsTaken: [this.#taken(BITMAPS), this.#taken(VALUES)],
      bitmaps: this.readPorts[BITMAPS]!.data,
      valuesArrive: this.readPorts[VALUES]!.data !== undefined,
      partition: this.#tables.loadPartitions.out,
      taps: this.#tables.taps.out,
      waveAddress: issue.waveAddress,
    });
    weights.tick({
      ...{ start: control.followingKnown, layer: control.following, release: this.#weightsLeaving.out },
      requestsTaken: weights.ports.map((_, p) => this.#taken(FIRST_WEIGHT_PORT + p)),
      beats: weights.ports.map((_, p) => this.#beat(FIRST_WEIGHT_PORT + p)),
    });
    issue.tick({
      ...{ start, layer, ifmapLoaded: ifmLoad.loaded, weightsLoaded: weights.loaded },
      ...{
        regionEmitted: this.emit.emitted,
        halfCleared: this.emit.cleared,
        lanesReady: this.emit.lanesReady && control.tablesReady,
        works: ifmLoad.works,
      },
      partition: this.#tables.issuePartitions.out,
      group: this.#tables.groups.out,
      tile: this.#tables.issueTiles.out,
      recordReady: sequencer.recordReady,
    });
    sequencer.tick({
      record: issue.record,
      weightStep: layer.weightStep,
      done: this.paces.map(({ done }) => done),
    });
  }

  #tickArray(): void {
    const { sequencer, paces, feeders, loader, psumDrain, array } = this;
    for (const [r, feeder] of feeders.entries()) {
      const [pace, entry] = [paces[r]!, this.#entry[r]];
      pace.tick({ announced: r === 0 ? sequencer.announced : paces[r - 1]!.announced, entry });
      feeder.signed = this.control.layer.signed === 1;
      feeder.tick({ control: pace.control, entry, value: this.#streams.values[r] ?? 0 });
    }
    loader.tick({ load: sequencer.load, ...this.#streams });
    psumDrain.tick({ drain: sequencer.drain, finish: sequencer.finish });
    array.tick({
      rows: feeders.map((feeder) => feeder.operation),
      reads: feeders.map((feeder) => feeder.read),
      drain: psumDrain.command,
      chains: this.lanes.map((_, c) => loader.chain(c)),
    });
  }

  /** What the compute core lets be heard of its sequencer, 3 cycles before it reaches the array. */
  get #heard(): SequencerEvent {
    return this.#events.at(-1)!;
  }

  #tickOfmaps(): void {
    const { drain, lanes, emit } = this;
    const { layer } = this.control;
    const { drains, ended } = this.#heard;
    drain.tick({
      drain: drains ? ended : undefined,
      tile: this.#tables.drainTiles.out,
      pitch: layer.pitch,
      leaves: this.psumDrain.leaving(0) !== undefined,
    });
    for (const [c, lane] of lanes.entries()) {
      const place = drain.place === undefined ? undefined : { half: drain.half, address: drain.place };
      lane.tick({
        psum: this.array.psum(c),
        place: c === 0 ? place : lanes[c - 1]!.east,
        read: emit.read,
        clear: emit.clear,
      });
    }
    emit.tick({
      ...{ layer, region: this.issue.region, regionDone: drain.regionDone },
      partition: this.#tables.emitPartitions.out,
      entry: this.#tables.emits.out,
      filter: this.#tables.filters.out,
      words: lanes.map((lane) => lane.word),
      writeReady: this.gather.inReady,
    });
  }

  /** What the plain memories and delays do at the end of the cycle, found out before anything commits. */
  #memoryWrites(): readonly (() => void)[] {
    const { sequencer, ifmLoad, weights } = this;
    const entries = this.paces.map(({ entryAddress }, r) => this.#entries[r]![entryAddress]);
    const streams = this.#read();
    const { ended, started } = this.#heard;
    const freesIfmap = ended?.freesIfmap === true;
    const freesWeights = started?.freesWeights === true;
    const event = {
      ended: sequencer.ended && tagOf(sequencer.ended.tag),
      started: sequencer.announced && tagOf(sequencer.started),
      drains: sequencer.drain !== undefined,
    };
    const [table, entry] = [this.control.table, ifmLoad.entry];
    const [valuePlace, valueBeat] = [ifmLoad.valuePlace, this.#beat(VALUES)];
    const { writes } = weights;
    return [
      () => {
        [this.#streams, this.#streamsNext] = [this.#streamsNext, streams];
        for (const [r, each] of entries.entries()) this.#entry[r] = each;
        this.#events.copyWithin(1, 0);
        this.#events[0] = event;
        this.#ifmapLeaving.shift(freesIfmap);
        this.#weightsLeaving.shift(freesWeights);
        if (table?.name === 'headers')
          this.#headers.set(new Uint8Array(table.beat.slice().buffer), table.index * BEAT_BYTES);
        if (entry) this.#entries[entry.row]![entry.address] = entry.entry;
        if (valuePlace && valueBeat)
          this.#values[valuePlace.row]!.set(
            new Uint8Array(valueBeat.slice().buffer),
            valuePlace.address * BEAT_BYTES,
          );
        for (const { column, address, beat } of writes) this.#columns[column]![address] = beat;
      },
    ];
  }

  #read(): Streams {
    const { loader, feeders } = this;
    const header = this.#headers[loader.headerAddress] ?? 0;
    return {
      header: Array.from({ length: this.#arch.pe.weightLanes }, (_, l) =>
        (header >> (2 * l + 1)) & 1 ? { last: ((header >> (2 * l)) & 1) === 1 } : undefined,
      ),
      values: feeders.map((feeder, r) => this.#values[r]![feeder.valueAddress] ?? 0),
      taps: Array.from(loader.tapAddress, (at, c) => this.#tapWord(c, at)),
    };
  }

  /** A column is asked for the same word until a load moves on: it is unpacked once. */
  #tapWord(column: number, at: number): TapWord | undefined {
    const words = 2 ** subBits(this.#arch);
    const beat = this.#columns[column]![Math.floor((at % BARE) / words)];
    const kept = this.#unpacked[column];
    if (kept?.at === at && kept.beat === beat) return kept.word;
    const { weightLanes: lanes, psumDepth } = this.#arch.pe;
    const word =
      beat && tapWordOf(beat, { word: at % words, bare: at >= BARE }, { lanes, tapBits: tapBits(psumDepth) });
    this.#unpacked[column] = { at, beat, word };
    return word;
  }
}
