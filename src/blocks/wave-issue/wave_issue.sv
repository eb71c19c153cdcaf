// The loops of a layer: makes a record for every wave, in order, as soon as what the wave needs is on chip.
//
//   ifmap first    for partition, for unit of weights, for block of the unit      a pass each: for tile, for group
//   weight first   for unit of weights, for partition, for block of the unit
//
// A pass starts when its partition and its unit are loaded and its half of the ofmap lanes is free: at most two
// regions (partition and block) are open. Where a block's weights come in several units, its chunks of groups, the
// region stays open from chunk to chunk. Waves follow each other by a cycle, and wait in a queue for the sequencer.
//
//   cycle 0   tables and slots are asked for wave (tile, group)      cycle 1   its record enters the queue
//
// Tags tell the others what a wave's start and end mean: {the ifmap half is free, the weight half is free, the region
// is complete, half of the ofmap lanes, tile}.
module wave_issue #(
    parameter int ROWS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BANKS = 2,
    parameter int WEIGHT_DEPTH = 32,
    parameter int ENTRIES = 256,
    parameter int WEIGHT_BEATS = 256,
    parameter int WORDS_PER_BEAT = 3,
    parameter int STREAM_BITS = 16,
    parameter int TILE_INDEX_BITS = 10,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int PSUMS_BITS = $clog2(PSUM_DEPTH + 1),
    localparam int SLOT_BITS = $clog2(PSUM_DEPTH * WEIGHT_DEPTH + 1),
    localparam int LOAD_BITS = $clog2(ROWS * WEIGHT_DEPTH + 1),
    localparam int RECIPROCAL_BITS = 2 * ADDRESS_BITS + 1,
    localparam int TAG_BITS = 4 + TILE_INDEX_BITS,
    localparam int TILE_BITS = 1 + 2 * ADDRESS_BITS + RECIPROCAL_BITS,
    localparam int RECORD_BITS = 2 + SLOT_BITS + LOAD_BITS + TILE_BITS + PSUMS_BITS + ADDRESS_BITS + 3 * STREAM_BITS + TAG_BITS,
    localparam int INDEX_BITS = $clog2(ENTRIES),
    localparam int WEIGHT_BITS = $clog2(WEIGHT_BEATS),
    localparam int SUB_BITS = $clog2(WORDS_PER_BEAT)
) (
    input  logic                       clk,
    input  logic                       reset,
    input  logic                       start,
    input  logic                       weight_first,
    input  logic [               15:0] partitions,
    input  logic [               15:0] units,
    input  logic [               15:0] blocks,
    input  logic [               15:0] unit_blocks,        // blocks a unit, 1 where blocks come in chunks
    input  logic [               15:0] chunks,
    input  logic [               15:0] chunk_groups,
    input  logic [               15:0] groups,
    input  logic [               15:0] block_beats,        // of weights, a column
    input  logic                       ifmap_loaded,
    input  logic                       weights_loaded,
    input  logic                       region_emitted,
    input  logic                       lanes_ready,        // the ofmap lanes are cleared after reset
    output logic                       idle,               // every wave is in the queue, every region emitted
    output logic [               15:0] partition_address,
    input  logic [              127:0] partition,
    output logic [               15:0] group_address,
    input  logic [              127:0] group_data,
    output logic [TILE_INDEX_BITS-1:0] tile_address,
    input  logic [              127:0] tile_data,
    output logic [       INDEX_BITS:0] slots_address,
    input  logic [      SLOT_BITS-1:0] slots,
    output logic                       region_valid,       // a pulse: this region has its last wave in the queue
    output logic [               15:0] region_partition,
    output logic [               15:0] region_block,
    output logic                       region_half,
    output logic                       record_valid,
    input  logic                       record_ready,
    output logic [    RECORD_BITS-1:0] record
);
  localparam int QUEUE = 4;
  localparam logic [2:0] IDLE = 3'd0, ACQUIRE = 3'd1, FIND = 3'd2, READY = 3'd3, ISSUE = 3'd4, NEXT = 3'd5;
  logic [2:0] state;

  // What is on chip and not yet taken by a pass, the next layer's weights among it; regions between their first wave and
  // their emission.
  logic [1:0] ifmaps, weights, regions;
  logic need_ifmap, need_weights, ifmap_half, weight_half, ofm_half;

  // Where the loops stand.
  logic [15:0] at_partition, unit, block_of_unit, first_block, chunk, first_group;
  wire [15:0] this_block = first_block + block_of_unit;
  wire block_last = block_of_unit + 1'b1 == unit_blocks || this_block + 1'b1 == blocks;
  wire unit_last = unit + 1'b1 == units;
  wire partition_last = at_partition + 1'b1 == partitions;
  wire chunk_last = chunk + 1'b1 == chunks;
  wire one_unit = units == 16'd1;
  wire one_partition = partitions == 16'd1;
  wire pass_last = block_last && unit_last && partition_last;
  // After this pass nobody reads the partition, or the unit, any more: until it is loaded again.
  wire frees_ifmap = block_last && (weight_first ? !one_partition || unit_last : unit_last);
  wire frees_weights = block_last && (weight_first ? partition_last : !one_unit || partition_last);

  // Where the waves of the pass stand.
  logic [TILE_INDEX_BITS-1:0] tile, end_tile;
  logic [15:0] group, end_group;
  logic [INDEX_BITS-1:0] tile_index;  // of the tile's group 0
  logic [WEIGHT_BITS-1:0] block_base;
  logic psum_bank;
  wire group_last = group + 1'b1 == end_group;
  wire tile_last = tile + 1'b1 == end_tile;
  wire wave_last = group_last && tile_last;
  logic [2:0] queued;
  wire issue = state == ISSUE && queued < 3'd3;
  wire [15:0] past_chunk = first_group + chunk_groups;

  assign partition_address = at_partition;
  assign group_address = group;
  assign tile_address = tile;
  assign slots_address = {ifmap_half, tile_index + INDEX_BITS'(group)};
  assign idle = state == IDLE && regions == '0;
  assign region_valid = issue && wave_last && chunk_last;
  assign region_partition = at_partition;
  assign region_block = this_block;
  assign region_half = ofm_half;

  wire acquires = state == ACQUIRE && lanes_ready && (!need_ifmap || ifmaps != '0) && (!need_weights || weights != '0) &&
      (chunk != '0 || regions != 2'd2);

  // Cycle 1.
  logic valid1, final1, ends_tile1, bank1, weight_half1;
  logic [INDEX_BITS:0] entry1;
  logic [WEIGHT_BITS-1:0] block_base1;
  logic [TAG_BITS-1:0] tag1;
  wire [WEIGHT_BITS-1:0] beat1 = block_base1 + group_data[32+:WEIGHT_BITS];
  wire [LOAD_BITS-1:0] words1 = slots == '0 ? '0 : group_data[LOAD_BITS-1:0];
  logic queue_ready;
  wire unused_bits = &{1'b0, block_beats, queue_ready, group_data, tile_data, partition};
  fifo #(
      .WIDTH(RECORD_BITS),
      .DEPTH(QUEUE)
  ) queue (
      .clk,
      .reset,
      .in_valid(valid1),
      .in_ready(queue_ready),
      .in_word({
        final1, ends_tile1, slots, words1, bank1, tile_data[8+:ADDRESS_BITS], tile_data[16+:ADDRESS_BITS],
        tile_data[32+:RECIPROCAL_BITS], tile_data[PSUMS_BITS-1:0], {ADDRESS_BITS{1'b0}}, group_data[16+:STREAM_BITS],
        STREAM_BITS'({weight_half1, beat1}) << SUB_BITS, STREAM_BITS'(entry1), tag1
      }),
      .out_valid(record_valid),
      .out_ready(record_ready),
      .out_word(record),
      .count(queued)
  );

  always_ff @(posedge clk) begin
    ifmaps  <= ifmaps + 2'(ifmap_loaded) - 2'(acquires && need_ifmap);
    weights <= weights + 2'(weights_loaded) - 2'(acquires && need_weights);
    regions <= regions + 2'(acquires && chunk == '0) - 2'(region_emitted);

    case (state)
      IDLE: if (start) state <= ACQUIRE;
      ACQUIRE:
      if (acquires) begin
        ifmap_half <= ifmap_half ^ need_ifmap;
        weight_half <= weight_half ^ need_weights;
        ofm_half <= ofm_half ^ (chunk == '0);
        need_ifmap <= 1'b0;
        need_weights <= 1'b0;
        state <= FIND;
      end
      FIND: state <= READY;
      READY: begin
        tile <= partition[56+:TILE_INDEX_BITS];
        end_tile <= partition[56+:TILE_INDEX_BITS] + partition[66+:TILE_INDEX_BITS];
        group <= first_group;
        end_group <= past_chunk < groups ? past_chunk : groups;
        tile_index <= '0;
        state <= ISSUE;
      end
      ISSUE:
      if (issue) begin
        group <= group_last ? first_group : group + 1'b1;
        if (group_last) begin
          tile <= tile + 1'b1;
          tile_index <= tile_index + INDEX_BITS'(groups);
          psum_bank <= PSUM_BANKS == 2 && !psum_bank;
        end
        if (wave_last) state <= NEXT;
      end
      default: begin
        state <= pass_last ? IDLE : ACQUIRE;
        block_of_unit <= block_last ? '0 : block_of_unit + 1'b1;
        block_base <= block_last ? '0 : block_base + WEIGHT_BITS'(block_beats);
        if (block_last && (!weight_first || partition_last)) begin
          need_weights <= !one_unit;
          unit <= unit_last ? '0 : unit + 1'b1;
          chunk <= chunk_last ? '0 : chunk + 1'b1;
          first_group <= chunk_last ? '0 : past_chunk;
          if (chunk_last) first_block <= unit_last ? '0 : first_block + unit_blocks;
        end
        if (block_last && (weight_first || unit_last)) begin
          need_ifmap   <= !one_partition;
          at_partition <= partition_last ? '0 : at_partition + 1'b1;
        end
      end
    endcase

    valid1 <= issue;
    final1 <= wave_last && pass_last;
    ends_tile1 <= group_last;
    bank1 <= psum_bank;
    weight_half1 <= weight_half;
    entry1 <= slots_address;
    block_base1 <= block_base;
    tag1 <= {wave_last && frees_ifmap, wave_last && frees_weights, wave_last && chunk_last, ofm_half, tile};

    if (start) begin
      ifmaps <= '0;
      need_ifmap <= 1'b1;
      need_weights <= 1'b1;
      ifmap_half <= 1'b1;
      at_partition <= '0;
      unit <= '0;
      block_of_unit <= '0;
      block_base <= '0;
      first_block <= '0;
      chunk <= '0;
      first_group <= '0;
    end
    if (reset) begin
      state <= IDLE;
      weights <= '0;
      regions <= '0;
      weight_half <= 1'b1;
      ofm_half <= 1'b1;
      psum_bank <= 1'b0;
      valid1 <= 1'b0;
    end
  end
endmodule
