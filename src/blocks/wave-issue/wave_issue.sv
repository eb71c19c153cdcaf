// Makes a record for every wave of a layer, in order, as soon as what the wave needs is on chip.
//
//   pass_walk ─ pass ─▶ for tile, for group ─▶ tables, work ─▶ record ─▶ queue ─▶ sequencer
//
// Waves follow each other by a cycle, from pass to pass too where the next one can begin, and wait in a queue for the
// sequencer. What ends with a wave is known a cycle ahead: counters run down.
//
//   cycle 0   tables, and whether it has work, are asked for wave (tile, group)      cycle 1   they come
//                                                                                    cycle 2   its record enters the queue
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
    parameter int SUB_BITS = 3,  // of a tap's address: which word of its beat
    parameter int STREAM_BITS = 16,
    parameter int TILE_INDEX_BITS = 10,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int PSUMS_BITS = $clog2(PSUM_DEPTH + 1),
    localparam int LOAD_BITS = $clog2(ROWS * WEIGHT_DEPTH + 1),
    localparam int RECIPROCAL_BITS = 2 * ADDRESS_BITS + 1,
    localparam int TAG_BITS = 4 + TILE_INDEX_BITS,
    localparam int TILE_BITS = 1 + 2 * ADDRESS_BITS + RECIPROCAL_BITS,
    localparam int RECORD_BITS = 2 + LOAD_BITS + TILE_BITS + PSUMS_BITS + ADDRESS_BITS + 3 * STREAM_BITS + TAG_BITS,
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
    input  logic [               15:0] unit_blocks,        // blocks a unit, 1 where blocks come in chunks
    input  logic [               15:0] chunks,
    input  logic [               15:0] chunk_groups,
    input  logic [               15:0] groups,
    input  logic                       bare,               // taps have no offsets
    input  logic [               15:0] block_beats,        // of weights, a column
    input  logic                       ifmap_loaded,
    input  logic                       weights_loaded,
    input  logic                       region_emitted,
    input  logic                       half_cleared,       // of the ofmap lanes
    input  logic                       lanes_ready,        // the ofmap lanes are cleared after reset
    output logic                       idle,               // every wave is in the queue, every region emitted: a cycle late
    output logic [               15:0] partition_address,
    input  logic [              127:0] partition,
    output logic [               15:0] group_address,
    input  logic [              127:0] group_data,
    output logic [TILE_INDEX_BITS-1:0] tile_address,
    input  logic [              127:0] tile_data,
    output logic [       INDEX_BITS:0] wave_address,
    input  logic                       works,              // a cycle later: the wave has any work
    output logic                       region_valid,       // a pulse: this region has its last wave in the queue
    output logic [               15:0] region_partition,
    output logic [               15:0] region_block,
    output logic                       region_half,
    output logic                       record_valid,
    input  logic                       record_ready,
    output logic [    RECORD_BITS-1:0] record
);
  localparam int QUEUE = 8;
  localparam int COUNT_BITS = $clog2(QUEUE + 1);

  // The pass that comes next.
  logic offered, next_ifmap_half, next_weight_half, next_ofm_half, next_one_tile, next_one_group;
  logic next_chunk_last, next_pass_last, next_frees_ifmap, next_frees_weights;
  logic [15:0] next_block;
  logic [WEIGHT_BITS-1:0] next_block_base;
  logic [TILE_INDEX_BITS-1:0] next_tile, next_tiles;
  logic [INDEX_BITS-1:0] next_group;
  logic [INDEX_BITS:0] next_groups;

  // The pass whose waves go out, and where they stand.
  logic active, one_group, chunk_last, pass_last, frees_ifmap, frees_weights, ifmap_half, weight_half;
  logic [WEIGHT_BITS-1:0] block_base;
  logic [TILE_INDEX_BITS-1:0] tile, tiles_left;
  logic [INDEX_BITS-1:0] group, first_group, entry, tile_entry;  // entry of this wave, of the next tile's first one
  logic [INDEX_BITS:0] groups_left, pass_groups;
  logic psum_bank, group_last, tile_last;
  wire wave_last = group_last && tile_last;

  // Records in the queue and on their way there.
  logic [COUNT_BITS-1:0] ahead;
  logic room, popped;
  wire issue = active && room;
  wire [COUNT_BITS-1:0] ahead_next = ahead + COUNT_BITS'(issue) - COUNT_BITS'(popped);
  wire takes = offered && (!active || (issue && wave_last));

  pass_walk #(
      .ENTRIES(ENTRIES),
      .WEIGHT_BEATS(WEIGHT_BEATS),
      .TILE_INDEX_BITS(TILE_INDEX_BITS)
  ) passes (
      .clk,
      .reset,
      .start,
      .weight_first,
      .partitions,
      .units,
      .blocks,
      .unit_blocks,
      .chunks,
      .chunk_groups,
      .groups,
      .block_beats,
      .ifmap_loaded,
      .weights_loaded,
      .region_emitted,
      .half_cleared,
      .lanes_ready,
      .idle,
      .partition_address,
      .partition,
      .offered,
      .taken(takes),
      .block(next_block),
      .ifmap_half(next_ifmap_half),
      .weight_half(next_weight_half),
      .ofm_half(next_ofm_half),
      .block_base(next_block_base),
      .first_tile(next_tile),
      .tiles(next_tiles),
      .one_tile(next_one_tile),
      .first_group(next_group),
      .pass_groups(next_groups),
      .one_group(next_one_group),
      .chunk_last(next_chunk_last),
      .pass_last(next_pass_last),
      .frees_ifmap(next_frees_ifmap),
      .frees_weights(next_frees_weights)
  );

  assign group_address = 16'(group);
  assign tile_address = tile;
  assign wave_address = {ifmap_half, entry};
  assign region_valid = issue && wave_last && chunk_last;

  // Cycle 1.
  logic valid1, final1, ends_tile1, bank1, weight_half1;
  logic [INDEX_BITS:0] entry1;
  logic [WEIGHT_BITS-1:0] block_base1;
  logic [TAG_BITS-1:0] tag1;

  // Cycle 2.
  logic valid2, final2, ends_tile2, weight_half2;
  logic [INDEX_BITS:0] entry2;
  logic [WEIGHT_BITS-1:0] beat2;
  logic [TAG_BITS-1:0] tag2;
  logic works2;
  logic [LOAD_BITS-1:0] words2;
  logic [TILE_BITS-1:0] place2;
  logic [PSUMS_BITS-1:0] psums2;
  logic [STREAM_BITS-1:0] header2;
  logic [3:0] sub2;
  wire [STREAM_BITS-1:0] tap2 = (STREAM_BITS'({weight_half2, beat2}) << SUB_BITS) | STREAM_BITS'(sub2);
  logic queue_ready;
  logic [COUNT_BITS-1:0] queued;
  fifo #(
      .WIDTH(RECORD_BITS),
      .DEPTH(QUEUE)
  ) queue (
      .clk,
      .reset,
      .in_valid(valid2),
      .in_ready(queue_ready),
      .in_word({
        final2, ends_tile2, works2 ? words2 : LOAD_BITS'(0), place2, psums2, {ADDRESS_BITS{1'b0}}, header2,
        {bare, tap2[STREAM_BITS-2:0]}, STREAM_BITS'(entry2), tag2
      }),
      .out_valid(record_valid),
      .out_ready(record_ready),
      .out_word(record),
      .count(queued)
  );

  always_ff @(posedge clk) begin
    popped <= record_valid && record_ready;
    ahead <= ahead_next;
    room <= ahead_next != COUNT_BITS'(QUEUE);

    if (issue) begin
      group <= group_last ? first_group : group + 1'b1;
      groups_left <= group_last ? pass_groups : groups_left - 1'b1;
      group_last <= group_last ? one_group : groups_left == (INDEX_BITS + 1)'(2);
      entry <= group_last ? tile_entry : entry + 1'b1;
      if (group_last) begin
        tile <= tile + 1'b1;
        tiles_left <= tiles_left - 1'b1;
        tile_last <= tiles_left == TILE_INDEX_BITS'(2);
        tile_entry <= tile_entry + INDEX_BITS'(groups);
        psum_bank <= PSUM_BANKS == 2 && !psum_bank;
      end
      if (wave_last) active <= 1'b0;
    end
    if (takes) begin
      active <= 1'b1;
      {chunk_last, pass_last, frees_ifmap, frees_weights} <= {
        next_chunk_last, next_pass_last, next_frees_ifmap, next_frees_weights
      };
      {ifmap_half, weight_half, region_half} <= {next_ifmap_half, next_weight_half, next_ofm_half};
      region_partition <= partition_address;
      region_block <= next_block;
      block_base <= next_block_base;
      {tile, tiles_left, tile_last} <= {next_tile, next_tiles, next_one_tile};
      {group, groups_left, group_last} <= {next_group, next_groups, next_one_group};
      {first_group, pass_groups, one_group} <= {next_group, next_groups, next_one_group};
      entry <= next_group;
      tile_entry <= next_group + INDEX_BITS'(groups);
    end

    valid1 <= issue;
    final1 <= wave_last && pass_last;
    ends_tile1 <= group_last;
    bank1 <= psum_bank;
    weight_half1 <= weight_half;
    entry1 <= wave_address;
    block_base1 <= block_base;
    tag1 <= {wave_last && frees_ifmap, wave_last && frees_weights, wave_last && chunk_last, region_half, tile};

    {valid2, final2, ends_tile2, weight_half2, entry2, tag2} <= {valid1, final1, ends_tile1, weight_half1, entry1, tag1};
    beat2 <= block_base1 + group_data[32+:WEIGHT_BITS];
    sub2 <= group_data[44+:4];
    header2 <= group_data[16+:STREAM_BITS];
    words2 <= group_data[LOAD_BITS-1:0];
    works2 <= works;
    place2 <= {bank1, tile_data[8+:ADDRESS_BITS], tile_data[16+:ADDRESS_BITS], tile_data[32+:RECIPROCAL_BITS]};
    psums2 <= tile_data[PSUMS_BITS-1:0];

    if (reset) begin
      active <= 1'b0;
      psum_bank <= 1'b0;
      {valid1, valid2} <= '0;
      popped <= 1'b0;
      ahead <= '0;
      room <= 1'b1;
    end
  end
  wire unused_bits = &{1'b0, groups, queue_ready, queued, group_data, tile_data, tap2};
endmodule
