// The loops of a layer around its passes: which partition, which block, which chunk of its channels comes next, and
// whether what it needs is on chip.
//
//   ifmap first    for partition, for unit of weights, for block of the unit      a pass each: for tile, for group
//   weight first   for unit of weights, for partition, for block of the unit
//
// A pass is offered when its partition and its unit are loaded and its half of the ofmap lanes is free: at most two
// regions (partition and block) are on the way. Where a block's weights come in several units, its chunks of groups, the
// region stays open from chunk to chunk. The next pass is found while the waves of this one go out:
//
//   step      counters go on, down to 1               settle   what ends with this pass
//   reload    those of the blocks begin again         prepare  its tiles and groups
//   offer     until it can begin and is taken
module pass_walk #(
    parameter int ENTRIES = 256,
    parameter int WEIGHT_BEATS = 256,
    parameter int TILE_INDEX_BITS = 10,
    localparam int INDEX_BITS = $clog2(ENTRIES),
    localparam int WEIGHT_BITS = $clog2(WEIGHT_BEATS)
) (
    input  logic                       clk,
    input  logic                       reset,
    input  logic                       start,
    input  logic                       weight_first,
    input  logic [               15:0] partitions,
    input  logic [               15:0] units,
    input  logic [               15:0] blocks,
    input  logic [               15:0] unit_blocks,
    input  logic [               15:0] chunks,
    input  logic [               15:0] chunk_groups,
    input  logic [               15:0] groups,
    input  logic [               15:0] block_beats,
    input  logic                       ifmap_loaded,
    input  logic                       weights_loaded,
    input  logic                       region_emitted,
    input  logic                       half_cleared,
    input  logic                       lanes_ready,
    output logic                       idle,           // no pass is left, every region is emitted: a cycle late
    output logic [               15:0] partition_address,
    input  logic [              127:0] partition,
    output logic                       offered,
    input  logic                       taken,
    // The pass that is offered.
    output logic [               15:0] block,
    output logic                       ifmap_half,
    output logic                       weight_half,
    output logic                       ofm_half,
    output logic [    WEIGHT_BITS-1:0] block_base,     // of its weights, in beats
    output logic [TILE_INDEX_BITS-1:0] first_tile,
    output logic [TILE_INDEX_BITS-1:0] tiles,
    output logic                       one_tile,
    output logic [     INDEX_BITS-1:0] first_group,
    output logic [       INDEX_BITS:0] pass_groups,
    output logic                       one_group,
    output logic                       chunk_last,     // it completes its region
    output logic                       pass_last,
    output logic                       frees_ifmap,
    output logic                       frees_weights
);
  localparam logic [2:0] IDLE = 3'd0, STEP = 3'd1, RELOAD = 3'd2, SETTLE = 3'd3, PREPARE = 3'd4, OFFER = 3'd5;
  logic [2:0] state;

  // What is on chip and not yet taken by a pass, the next layer's weights among it; regions between their first wave and
  // their emission; halves of the lanes until they are clear again, which may be in the next layer.
  logic [1:0] ifmaps, weights, unwritten, halves;
  logic need_ifmap, need_weights, opens, able;  // opens: the pass is the first of its region

  logic [15:0] at_partition, partitions_left, units_left, chunks_left;
  logic [15:0] unit_blocks_left, blocks_left;  // of this unit, of all
  logic [15:0] first_block, first_left;  // of the unit; blocks left from there
  logic [15:0] groups_left;  // from this chunk on
  logic partition_last, unit_last, block_last, reloads, whole_chunk, one_unit, one_partition;
  wire unit_turns = block_last && (!weight_first || partition_last);
  wire partition_turns = block_last && (weight_first || unit_last);
  wire opens_next = unit_turns ? chunk_last : opens;
  wire needs_weights = unit_turns && !one_unit;
  wire needs_ifmap = partition_turns && !one_partition;

  assign partition_address = at_partition;
  assign offered = state == OFFER && able;
  assign pass_last = block_last && unit_last && partition_last;
  // After this pass nobody reads the partition, or the unit, any more: until it is loaded again.
  assign frees_ifmap = block_last && (weight_first ? !one_partition || unit_last : unit_last);
  assign frees_weights = block_last && (weight_first ? partition_last : !one_unit || partition_last);

  always_ff @(posedge clk) begin
    idle <= state == IDLE && unwritten == '0;
    ifmaps  <= ifmaps + 2'(ifmap_loaded) - 2'(taken && need_ifmap);
    weights <= weights + 2'(weights_loaded) - 2'(taken && need_weights);
    unwritten <= unwritten + 2'(taken && opens) - 2'(region_emitted);
    halves <= halves + 2'(taken && opens) - 2'(half_cleared);
    able <= lanes_ready && (!need_ifmap || ifmaps != '0) && (!need_weights || weights != '0) && (!opens || halves != 2'd2);

    one_partition <= partitions == 16'd1;
    one_unit <= units == 16'd1;
    partition_last <= partitions_left == 16'd1;
    unit_last <= units_left == 16'd1;
    chunk_last <= chunks_left == 16'd1;
    block_last <= unit_blocks_left == 16'd1 || blocks_left == 16'd1;
    whole_chunk <= chunk_groups < groups_left;
    pass_groups <= (INDEX_BITS + 1)'(whole_chunk ? chunk_groups : groups_left);
    one_group <= pass_groups == (INDEX_BITS + 1)'(1);
    first_tile <= partition[56+:TILE_INDEX_BITS];
    tiles <= partition[66+:TILE_INDEX_BITS];
    one_tile <= tiles == TILE_INDEX_BITS'(1);

    case (state)
      STEP: state <= RELOAD;
      RELOAD: state <= SETTLE;
      SETTLE: state <= PREPARE;
      PREPARE: state <= OFFER;
      OFFER: if (taken) state <= pass_last ? IDLE : STEP;
      default: if (start) state <= RELOAD;
    endcase

    if (state == STEP) begin
      reloads <= block_last;
      block <= block + 1'b1;
      unit_blocks_left <= unit_blocks_left - 1'b1;
      blocks_left <= blocks_left - 1'b1;
      block_base <= block_last ? '0 : block_base + WEIGHT_BITS'(block_beats);
      need_ifmap <= needs_ifmap;
      need_weights <= needs_weights;
      opens <= opens_next;
      ifmap_half <= ifmap_half ^ needs_ifmap;
      weight_half <= weight_half ^ needs_weights;
      ofm_half <= ofm_half ^ opens_next;
      if (unit_turns) begin
        units_left <= unit_last ? units : units_left - 1'b1;
        chunks_left <= chunk_last ? chunks : chunks_left - 1'b1;
        first_group <= chunk_last ? '0 : first_group + INDEX_BITS'(chunk_groups);
        groups_left <= chunk_last ? groups : groups_left - chunk_groups;
        if (chunk_last) begin
          first_block <= unit_last ? '0 : first_block + unit_blocks;
          first_left  <= unit_last ? blocks : first_left - unit_blocks;
        end
      end
      if (partition_turns) begin
        at_partition <= partition_last ? '0 : at_partition + 1'b1;
        partitions_left <= partition_last ? partitions : partitions_left - 1'b1;
      end
    end
    if (state == RELOAD && reloads) begin
      block <= first_block;
      blocks_left <= first_left;
      unit_blocks_left <= unit_blocks;
    end

    if (start) begin
      ifmaps <= '0;
      need_ifmap <= 1'b1;
      need_weights <= 1'b1;
      opens <= 1'b1;
      reloads <= 1'b1;
      ifmap_half <= 1'b0;
      weight_half <= !weight_half;
      ofm_half <= !ofm_half;
      at_partition <= '0;
      partitions_left <= partitions;
      units_left <= units;
      chunks_left <= chunks;
      first_block <= '0;
      first_left <= blocks;
      first_group <= '0;
      groups_left <= groups;
      block_base <= '0;
    end
    if (reset) begin
      idle <= 1'b1;
      state <= IDLE;
      weights <= '0;
      {unwritten, halves} <= '0;
      weight_half <= 1'b1;
      ofm_half <= 1'b1;
    end
  end
  wire unused_bits = &{1'b0, block_beats, partition};
endmodule
