// The machine: runs the layers of a network, one descriptor after another, from DRAM to DRAM.
//
//             ┌─ layer_control ── descriptor, tables
//   AXI read ─┼─ ifm_load ──▶ row memories ────┐   work
//             └─ weight_ports ▶ column memories │    ▼
//                                    │      ┌───┴─ wave_issue
//                                    ▼      ▼ records
//                                   compute_core ─▶ ofm_lane a column ─▶ ofm_emit ─▶ write_gather ─▶ AXI write
//                                         └ ofm_drain: places ─┘
//
// Masters read (descriptors and tables, bitmaps, values, then WEIGHT_PORTS shares of the weights) and one writes; addresses
// count beats of 128 bits.
module sense_core #(
    parameter int ROWS = 4,
    parameter int COLS = 4,
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BANKS = 2,
    parameter int PSUM_BITS = 28,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int CHANNEL_GAP = 2,
    parameter int PSUM_BLOCK = 0,  // a lone bank of psums in block RAM
    parameter int DSP48 = 0,  // with a lone bank: the vendor's multiplier
    parameter int OFM_LANES = 4,  // filters that are requantised at a time; divides COLS
    parameter int WEIGHT_PORTS = 1,  // a power of two that divides COLS
    parameter int ENTRIES = 256,  // waves an ifmap half
    parameter int VALUE_BEATS = 256,  // beats of values, a row and half
    parameter int WEIGHT_BEATS = 256,  // beats of weights, a column and half
    parameter int OFM_WORDS = 512,  // psums, a column and half
    parameter int CHANNELS = 1024,  // virtual channels
    parameter int HEADER_BEATS = 256,
    parameter int GROUPS = 256,
    parameter int TILES = 256,
    parameter int PARTITIONS = 64,
    parameter int EMITS = 1024,
    parameter int FILTERS = 1024,
    // 1: what a memory has beyond whole halves of block RAM, 512 words of 36 bits, lies in LUTs
    parameter int LUT_REMAINDERS = 0,
    parameter int BEAT_BITS = 28,
    localparam int READERS = 3 + WEIGHT_PORTS
) (
    input  logic                 clk,
    input  logic                 reset,
    input  logic                 start,
    input  logic [BEAT_BITS-1:0] first_descriptor,
    output logic                 busy,
    output logic                 done,
    output logic                 overflow,
    output logic [         63:0] cycles,            // busy ones since the last start
    output logic                 layer_start,
    // Descriptors and tables, bitmaps, values, weights; then ofmaps.
    output logic [  READERS-1:0] arvalid,
    input  logic [  READERS-1:0] arready,
    output logic [READERS*(BEAT_BITS+4)-1:0] araddr,
    output logic [READERS*8-1:0] arlen,
    input  logic [  READERS-1:0] rvalid,
    output logic [  READERS-1:0] rready,
    input  logic [READERS*128-1:0] rdata,
    output logic                 awvalid,
    input  logic                 awready,
    output logic [ BEAT_BITS+3:0] awaddr,
    output logic [          7:0] awlen,
    output logic                 wvalid,
    input  logic                 wready,
    output logic [        127:0] wdata,
    output logic                 wlast,
    input  logic                 bvalid,
    output logic                 bready
);
  localparam int STREAM_BITS = 16;
  localparam int TILE_INDEX_BITS = 10;
  localparam int TAG_BITS = 4 + TILE_INDEX_BITS;
  localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH);
  localparam int TAP_BITS = 8 + ADDRESS_BITS;
  localparam int WORDS_PER_BEAT = 128 / (WEIGHT_LANES * TAP_BITS);
  localparam int BARE_WORDS = 128 / (WEIGHT_LANES * 8);
  localparam int SUB_BITS = $clog2(BARE_WORDS);
  localparam int LANE_BITS = WEIGHT_LANES > 1 ? $clog2(WEIGHT_LANES) : 1;
  localparam int TAPS_BITS = $clog2(WEIGHT_DEPTH + 1);
  localparam int PSUMS_BITS = $clog2(PSUM_DEPTH + 1);
  localparam int SLOT_BITS = $clog2(PSUM_DEPTH * WEIGHT_DEPTH + 1);
  localparam int LOAD_BITS = $clog2(ROWS * WEIGHT_DEPTH + 1);
  localparam int RECIPROCAL_BITS = 2 * ADDRESS_BITS + 1;
  localparam int TILE_BITS = 1 + 2 * ADDRESS_BITS + RECIPROCAL_BITS;
  localparam int RECORD_BITS = 2 + LOAD_BITS + TILE_BITS + PSUMS_BITS + ADDRESS_BITS + 3 * STREAM_BITS + TAG_BITS;
  localparam int ENTRY_BITS = SLOT_BITS + TAPS_BITS + LANE_BITS + STREAM_BITS + PSUM_DEPTH;
  localparam int ENTRY_ADDRESS_BITS = $clog2(ENTRIES) + 1;
  localparam int VALUE_ADDRESS_BITS = $clog2(VALUE_BEATS) + 1;
  localparam int FIRST_VALUE_BITS = VALUE_ADDRESS_BITS + 4;  // of an entry's stream address, those that are not zero
  localparam int HEAD_BITS = SLOT_BITS + TAPS_BITS + LANE_BITS;
  localparam int STORED_BITS = HEAD_BITS + FIRST_VALUE_BITS + PSUM_DEPTH;
  localparam int WEIGHT_ADDRESS_BITS = $clog2(WEIGHT_BEATS) + 1;
  localparam int WORD_BITS = $clog2(OFM_WORDS);
  localparam int TAP_WORD_BITS = 1 + $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES);
  localparam int ROW_BITS = ROWS > 1 ? $clog2(ROWS) : 1;
  localparam int PORT_COLS = COLS / WEIGHT_PORTS;
  localparam int COLUMN_BITS = PORT_COLS > 1 ? $clog2(PORT_COLS) : 1;

  // What a layer is, the one behind it, and its tables as they come.
  logic [1023:0] descriptor, following;
  logic table_write, tables_ready, layer_done, following_known;
  logic [2:0] table_select;
  logic [15:0] table_index;
  logic [127:0] table_data;
  logic [READERS-1:0] request_valid, request_ready, in_valid, in_ready;
  logic [READERS*BEAT_BITS-1:0] request_address;
  logic [READERS*16-1:0] request_beats;
  logic [READERS*128-1:0] in_data;
  logic control_done;

  for (genvar m = 0; m < READERS; m++) begin : readers
    axi_read #(
        .BEAT_BITS(BEAT_BITS)
    ) axi_read (
        .clk,
        .reset,
        .request_valid(request_valid[m]),
        .request_ready(request_ready[m]),
        .request_address(request_address[m*BEAT_BITS+:BEAT_BITS]),
        .request_beats(request_beats[m*16+:16]),
        .out_valid(in_valid[m]),
        .out_ready(in_ready[m]),
        .out_data(in_data[m*128+:128]),
        .arvalid(arvalid[m]),
        .arready(arready[m]),
        .araddr(araddr[m*(BEAT_BITS+4)+:BEAT_BITS+4]),
        .arlen(arlen[m*8+:8]),
        .rvalid(rvalid[m]),
        .rready(rready[m]),
        .rdata(rdata[m*128+:128])
    );
  end

  layer_control #(
      .BEAT_BITS(BEAT_BITS)
  ) layer_control (
      .clk,
      .reset,
      .start,
      .first_descriptor,
      .busy,
      .done(control_done),
      .request_valid(request_valid[0]),
      .request_ready(request_ready[0]),
      .request_address(request_address[0+:BEAT_BITS]),
      .request_beats(request_beats[0+:16]),
      .in_valid(in_valid[0]),
      .in_data(in_data[0+:128]),
      .descriptor,
      .following,
      .following_known,
      .table_write,
      .table_select,
      .table_index,
      .table_data,
      .tables_ready,
      .layer_start,
      .layer_done
  );
  assign in_ready[0] = 1'b1;
  wire unused_following = &{1'b0, following};  // all but what the weights need
  assign done = control_done;
  always_ff @(posedge clk) begin
    if (busy) cycles <= cycles + 64'd1;
    if (reset || (start && !busy)) cycles <= '0;
  end

  // Tables. Each reader has its own copy of the partitions, and of the tiles, as far as it reads them; bits that no field
  // of a table takes are not kept (layer.ts has the fields).
  logic [15:0] taps_address, group_address, load_partition_address, issue_partition_address, emit_partition_address;
  logic [15:0] entry_address_wide, filter_address;
  logic [TILE_INDEX_BITS-1:0] issue_tile_address, drain_tile_address;
  logic [127:0] taps_data, group_data, load_partition, issue_partition, emit_partition, emit_entry, filter_data;
  logic [127:0] issue_tile, drain_tile_data;
  logic [STREAM_BITS-1:0] header_address;
  logic [7:0] header_byte;
  localparam int CHANNEL_BEATS = (CHANNELS + 15) / 16;

  table_memory #(
      .DEPTH(CHANNEL_BEATS)
  ) taps_table (
      .clk,
      .write(table_write && table_select == 3'd0),
      .write_address(table_index[$clog2(CHANNEL_BEATS)-1:0]),
      .write_data(table_data),
      .address(taps_address[$clog2(CHANNEL_BEATS)-1:0]),
      .data(taps_data)
  );
  lane_memory #(
      .DEPTH(HEADER_BEATS),
      .TWO_STEPS(1'b1)
  ) header_table (
      .clk,
      .write(table_write && table_select == 3'd2),
      .write_address(table_index[$clog2(HEADER_BEATS)-1:0]),
      .write_data(table_data),
      .beat(header_address[4+:$clog2(HEADER_BEATS)]),
      .sub(header_address[3:0]),
      .word(header_byte)
  );
  table_memory #(
      .WIDTH(48),
      .DEPTH(GROUPS)
  ) group_table (
      .clk,
      .write(table_write && table_select == 3'd3),
      .write_address(table_index[$clog2(GROUPS)-1:0]),
      .write_data(table_data[47:0]),
      .address(group_address[$clog2(GROUPS)-1:0]),
      .data(group_data[47:0])
  );
  table_memory #(
      .WIDTH(48),
      .DEPTH(TILES)
  ) issue_tiles (
      .clk,
      .write(table_write && table_select == 3'd4),
      .write_address(table_index[$clog2(TILES)-1:0]),
      .write_data(table_data[47:0]),
      .address(issue_tile_address[$clog2(TILES)-1:0]),
      .data(issue_tile[47:0])
  );
  table_memory #(
      .WIDTH(80),
      .DEPTH(TILES),
      .LUT_BITS(LUT_REMAINDERS * (80 % 36))
  ) drain_tiles (
      .clk,
      .write(table_write && table_select == 3'd4),
      .write_address(table_index[$clog2(TILES)-1:0]),
      .write_data({table_data[7:0], table_data[119:48]}),
      .address(drain_tile_address[$clog2(TILES)-1:0]),
      .data({drain_tile_data[7:0], drain_tile_data[119:48]})
  );
  table_memory #(
      .WIDTH(120),
      .DEPTH(PARTITIONS),
      .LUT_BITS(120)
  ) load_partitions (
      .clk,
      .write(table_write && table_select == 3'd1),
      .write_address(table_index[$clog2(PARTITIONS)-1:0]),
      .write_data(table_data[119:0]),
      .address(load_partition_address[$clog2(PARTITIONS)-1:0]),
      .data(load_partition[119:0])
  );
  table_memory #(
      .WIDTH(120),
      .DEPTH(PARTITIONS),
      .LUT_BITS(120)
  ) issue_partitions (
      .clk,
      .write(table_write && table_select == 3'd1),
      .write_address(table_index[$clog2(PARTITIONS)-1:0]),
      .write_data(table_data[119:0]),
      .address(issue_partition_address[$clog2(PARTITIONS)-1:0]),
      .data(issue_partition[119:0])
  );
  table_memory #(
      .WIDTH(120),
      .DEPTH(PARTITIONS),
      .LUT_BITS(120)
  ) emit_partitions (
      .clk,
      .write(table_write && table_select == 3'd1),
      .write_address(table_index[$clog2(PARTITIONS)-1:0]),
      .write_data(table_data[119:0]),
      .address(emit_partition_address[$clog2(PARTITIONS)-1:0]),
      .data(emit_partition[119:0])
  );
  table_memory #(
      .WIDTH(123),
      .DEPTH(EMITS)
  ) emit_table (
      .clk,
      .write(table_write && table_select == 3'd5),
      .write_address(table_index[$clog2(EMITS)-1:0]),
      .write_data(table_data[122:0]),
      .address(entry_address_wide[$clog2(EMITS)-1:0]),
      .data(emit_entry[122:0])
  );
  table_memory #(
      .WIDTH(70),
      .DEPTH(FILTERS)
  ) filter_table (
      .clk,
      .write(table_write && table_select == 3'd6),
      .write_address(table_index[$clog2(FILTERS)-1:0]),
      .write_data(table_data[69:0]),
      .address(filter_address[$clog2(FILTERS)-1:0]),
      .data(filter_data[69:0])
  );

  assign group_data[127:48] = '0;
  assign issue_tile[127:48] = '0;
  assign {drain_tile_data[127:120], drain_tile_data[47:8]} = '0;
  assign load_partition[127:120] = '0;
  assign issue_partition[127:120] = '0;
  assign emit_partition[127:120] = '0;
  assign emit_entry[127:123] = '0;
  assign filter_data[127:70] = '0;

  // On-chip ifmaps and weights, two halves each.
  logic ifmap_loaded, weights_loaded, ifmap_release, weights_release;
  logic entry_write, value_write;
  logic [ROW_BITS-1:0] entry_row, value_row;
  logic [ENTRY_ADDRESS_BITS-1:0] entry_write_address, wave_address;
  logic [ENTRY_BITS-1:0] entry_data;
  logic [VALUE_ADDRESS_BITS-1:0] value_write_address;
  logic works;
  logic [WEIGHT_PORTS-1:0] weight_write;
  logic [WEIGHT_PORTS*COLUMN_BITS-1:0] weight_column;
  logic [WEIGHT_PORTS*WEIGHT_ADDRESS_BITS-1:0] weight_write_address;
  logic [WEIGHT_PORTS*128-1:0] weight_data;

  ifm_load #(
      .ROWS(ROWS),
      .PSUM_DEPTH(PSUM_DEPTH),
      .WEIGHT_DEPTH(WEIGHT_DEPTH),
      .WEIGHT_LANES(WEIGHT_LANES),
      .ENTRIES(ENTRIES),
      .VALUE_BEATS(VALUE_BEATS),
      .CHANNELS(CHANNELS),
      .BEAT_BITS(BEAT_BITS),
      .STREAM_BITS(STREAM_BITS)
  ) ifm_load (
      .clk,
      .reset,
      .start(layer_start),
      .loads(descriptor[22*32+:16]),
      .partitions(descriptor[7*32+:16]),
      .channels(descriptor[13*32+:16]),
      .groups(descriptor[27*32+:16]),
      .channel_beats(descriptor[14*32+:16]),
      .bitmap_beats(descriptor[13*32+16+:16]),
      .value_pitch(descriptor[15*32+:16]),
      .release_half(ifmap_release),
      .loaded(ifmap_loaded),
      .overflow,
      .partition_address(load_partition_address),
      .partition(load_partition),
      .taps_address,
      .taps(taps_data),
      .request_valid(request_valid[2:1]),
      .request_ready(request_ready[2:1]),
      .request_address(request_address[BEAT_BITS+:2*BEAT_BITS]),
      .request_beats(request_beats[16+:2*16]),
      .in_valid(in_valid[2:1]),
      .in_ready(in_ready[2:1]),
      .bitmaps(in_data[128+:128]),
      .entry_write,
      .entry_row,
      .entry_address(entry_write_address),
      .entry(entry_data),
      .value_write,
      .value_row,
      .value_address(value_write_address),
      .wave_address,
      .works
  );
  weight_ports #(
      .COLS(COLS),
      .PORTS(WEIGHT_PORTS),
      .DEPTH(WEIGHT_BEATS),
      .BEAT_BITS(BEAT_BITS)
  ) weight_ports (
      .clk,
      .reset,
      .start(following_known),
      .base(following[10*32+:BEAT_BITS]),
      .units(following[7*32+16+:16]),
      .loads(following[22*32+16+:16]),
      .column_beats(following[11*32+:16]),
      .unit_beats(following[12*32+:16]),
      .release_half(weights_release),
      .loaded(weights_loaded),
      .request_valid(request_valid[READERS-1:3]),
      .request_ready(request_ready[READERS-1:3]),
      .request_address(request_address[READERS*BEAT_BITS-1:3*BEAT_BITS]),
      .request_beats(request_beats[READERS*16-1:3*16]),
      .in_valid(in_valid[READERS-1:3]),
      .in_ready(in_ready[READERS-1:3]),
      .in_data(in_data[READERS*128-1:3*128]),
      .write(weight_write),
      .write_column(weight_column),
      .write_address(weight_write_address),
      .write_data(weight_data)
  );

  logic [ROWS*STREAM_BITS-1:0] entry_address, value_address;
  logic [ROWS*ENTRY_BITS-1:0] entry;
  logic [ROWS*8-1:0] value;
  for (genvar r = 0; r < ROWS; r++) begin : row_memories
    wire [STORED_BITS-1:0] stored;
    assign entry[r*ENTRY_BITS+:ENTRY_BITS] = {
      stored[STORED_BITS-1-:HEAD_BITS],
      {(STREAM_BITS - FIRST_VALUE_BITS) {1'b0}},
      stored[FIRST_VALUE_BITS+PSUM_DEPTH-1:0]
    };
    table_memory #(
        .WIDTH(STORED_BITS),
        .DEPTH(2 * ENTRIES),
        .LUT_BITS(LUT_REMAINDERS * (STORED_BITS % 36))
    ) entries (
        .clk,
        .write(entry_write && entry_row == ROW_BITS'(r)),
        .write_address(entry_write_address),
        .write_data({entry_data[ENTRY_BITS-1-:HEAD_BITS], entry_data[FIRST_VALUE_BITS+PSUM_DEPTH-1:0]}),
        .address(entry_address[r*STREAM_BITS+:ENTRY_ADDRESS_BITS]),
        .data(stored)
    );
    lane_memory #(
        .DEPTH(2 * VALUE_BEATS),
        .TWO_STEPS(1'b1),
        .LUT_BITS(LUT_REMAINDERS * (128 % 36))
    ) values (
        .clk,
        .write(value_write && value_row == ROW_BITS'(r)),
        .write_address(value_write_address),
        .write_data(in_data[2*128+:128]),
        .beat(value_address[r*STREAM_BITS+4+:VALUE_ADDRESS_BITS]),
        .sub(value_address[r*STREAM_BITS+:4]),
        .word(value[r*8+:8])
    );
  end
  logic [COLS*STREAM_BITS-1:0] tap_address;
  logic [COLS*WEIGHT_LANES*TAP_BITS-1:0] taps;
  for (genvar c = 0; c < COLS; c++) begin : column_memories
    localparam int P = c / PORT_COLS;
    tap_memory #(
        .LANES(WEIGHT_LANES),
        .TAP_BITS(TAP_BITS),
        .WORDS(WORDS_PER_BEAT),
        .BARE_WORDS(BARE_WORDS),
        .DEPTH(2 * WEIGHT_BEATS),
        .LUT_BITS(LUT_REMAINDERS * (128 % 36))
    ) weights (
        .clk,
        .write(weight_write[P] && weight_column[P*COLUMN_BITS+:COLUMN_BITS] == COLUMN_BITS'(c % PORT_COLS)),
        .write_address(weight_write_address[P*WEIGHT_ADDRESS_BITS+:WEIGHT_ADDRESS_BITS]),
        .write_data(weight_data[P*128+:128]),
        .bare(tap_address[(c+1)*STREAM_BITS-1]),
        .beat(tap_address[c*STREAM_BITS+SUB_BITS+:WEIGHT_ADDRESS_BITS]),
        .sub(tap_address[c*STREAM_BITS+:SUB_BITS]),
        .word(taps[c*WEIGHT_LANES*TAP_BITS+:WEIGHT_LANES*TAP_BITS])
    );
  end

  // Waves.
  logic record_valid, record_ready, issue_idle, lanes_ready, emitted, cleared;
  logic region_valid, region_half, region_done;
  logic [15:0] region_partition, region_block;
  logic [RECORD_BITS-1:0] record;
  wave_issue #(
      .ROWS(ROWS),
      .PSUM_DEPTH(PSUM_DEPTH),
      .PSUM_BANKS(PSUM_BANKS),
      .WEIGHT_DEPTH(WEIGHT_DEPTH),
      .ENTRIES(ENTRIES),
      .WEIGHT_BEATS(WEIGHT_BEATS),
      .SUB_BITS(SUB_BITS),
      .STREAM_BITS(STREAM_BITS),
      .TILE_INDEX_BITS(TILE_INDEX_BITS)
  ) wave_issue (
      .clk,
      .reset,
      .start(layer_start),
      .weight_first(descriptor[5*32+17]),
      .partitions(descriptor[7*32+:16]),
      .units(descriptor[7*32+16+:16]),
      .blocks(descriptor[8*32+:16]),
      .unit_blocks(descriptor[8*32+16+:16]),
      .chunks(descriptor[9*32+:16]),
      .chunk_groups(descriptor[9*32+16+:16]),
      .groups(descriptor[27*32+:16]),
      .bare(descriptor[5*32+18]),
      .block_beats(descriptor[11*32+16+:16]),
      .ifmap_loaded,
      .weights_loaded,
      .region_emitted(emitted),
      .half_cleared(cleared),
      .lanes_ready(lanes_ready && tables_ready),
      .idle(issue_idle),
      .partition_address(issue_partition_address),
      .partition(issue_partition),
      .group_address,
      .group_data,
      .tile_address(issue_tile_address),
      .tile_data(issue_tile),
      .wave_address,
      .works,
      .region_valid,
      .region_partition,
      .region_block,
      .region_half,
      .record_valid,
      .record_ready,
      .record
  );

  // The array.
  logic started, ended, drain_start, finish, finished;
  logic [TAG_BITS-1:0] started_tag, ended_tag;
  logic [COLS-1:0] leaves;
  logic [COLS*ADDRESS_BITS-1:0] leaving;
  logic [COLS*32-1:0] psums;
  logic [63:0] core_cycles;
  compute_core #(
      .ROWS(ROWS),
      .COLS(COLS),
      .PSUM_DEPTH(PSUM_DEPTH),
      .PSUM_BLOCK(PSUM_BLOCK),
      .DSP48(DSP48),
      .PSUM_BANKS(PSUM_BANKS),
      .PSUM_BITS(PSUM_BITS),
      .WEIGHT_DEPTH(WEIGHT_DEPTH),
      .WEIGHT_LANES(WEIGHT_LANES),
      .CHANNEL_GAP(CHANNEL_GAP),
      .STREAM_BITS(STREAM_BITS),
      .WORDS_PER_BEAT(WORDS_PER_BEAT),
      .BARE_WORDS(BARE_WORDS),
      .TAG_BITS(TAG_BITS)
  ) compute_core (
      .clk,
      .reset,
      .signed_ifmap(descriptor[5*32+16]),
      .weight_step(descriptor[5*32+20+:TAP_WORD_BITS]),
      .record_valid,
      .record_ready,
      .record,
      .entry_address,
      .entry,
      .value_address,
      .value,
      .header_address,
      .header(header_byte[2*WEIGHT_LANES-1:0]),
      .tap_address,
      .taps,
      .valid(leaves),
      .address(leaving),
      .psums,
      .started,
      .started_tag,
      .ended,
      .ended_tag,
      .drain_start,
      .finish,
      .finished,
      .cycles(core_cycles)
  );

  // A half is free when its last reader is through, the last row and column a little later than the first.
  localparam int SKEW = ROWS + COLS + 8;
  logic [SKEW-1:0] ifmap_leaving, weights_leaving;
  assign ifmap_release   = ifmap_leaving[SKEW-1];
  assign weights_release = weights_leaving[SKEW-1];
  always_ff @(posedge clk) begin
    ifmap_leaving   <= {ifmap_leaving[SKEW-2:0], ended && ended_tag[TAG_BITS-1]};
    weights_leaving <= {weights_leaving[SKEW-2:0], started && started_tag[TAG_BITS-2]};
    if (reset) begin
      ifmap_leaving   <= '0;
      weights_leaving <= '0;
    end
  end

  // Psums into the lanes.
  logic [COLS:0] place_valid, place_half;
  logic [(COLS+1)*WORD_BITS-1:0] place_address;
  logic read_half;
  logic [1:0] clear_half;
  logic [WORD_BITS-1:0] read_address, clear_address;
  logic [COLS*32-1:0] words;
  ofm_drain #(
      .ROWS(ROWS),
      .COLS(COLS),
      .WORDS(OFM_WORDS),
      .TILE_INDEX_BITS(TILE_INDEX_BITS)
  ) ofm_drain (
      .clk,
      .reset,
      .region_pitch(descriptor[21*32+16+:16]),
      .drain_start,
      .drain_completes(ended_tag[TILE_INDEX_BITS+1]),
      .drain_half(ended_tag[TILE_INDEX_BITS]),
      .drain_tile(ended_tag[TILE_INDEX_BITS-1:0]),
      .tile_address(drain_tile_address),
      .tile_data(drain_tile_data),
      .leaves(leaves[0]),
      .place_valid(place_valid[0]),
      .place_half(place_half[0]),
      .place_address(place_address[0+:WORD_BITS]),
      .region_done
  );
  for (genvar c = 0; c < COLS; c++) begin : lanes
    ofm_lane #(
        .WORDS(OFM_WORDS)
    ) ofm_lane (
        .clk,
        .reset,
        .psum(psums[c*32+:32]),
        .place_valid(place_valid[c]),
        .place_half(place_half[c]),
        .place_address(place_address[c*WORD_BITS+:WORD_BITS]),
        .east_valid(place_valid[c+1]),
        .east_half(place_half[c+1]),
        .east_address(place_address[(c+1)*WORD_BITS+:WORD_BITS]),
        .read_half,
        .read_address,
        .word(words[c*32+:32]),
        .clear_half,
        .clear_address
    );
  end

  // Bytes out.
  localparam int OFM_STREAM_BITS = 1 + (OFM_LANES > 1 ? $clog2(OFM_LANES) : 1);
  logic write_valid, write_ready, write_begins, write_ends, gather_idle, write_idle;
  logic burst_valid, burst_ready, slot_freed;
  logic [OFM_STREAM_BITS-1:0] write_stream;
  logic [OFM_STREAM_BITS:0] burst_slot, freed_slot;
  logic [OFM_STREAM_BITS+4:0] gathered_address;
  logic [BEAT_BITS-1:0] burst_address;
  logic [3:0] burst_last;
  logic [127:0] gathered;
  logic [BEAT_BITS-1:0] write_address;
  logic [127:0] write_data;
  ofm_emit #(
      .COLS(COLS),
      .LANES(OFM_LANES),
      .WORDS(OFM_WORDS),
      .PSUM_DEPTH(PSUM_DEPTH),
      .BEAT_BITS(BEAT_BITS)
  ) ofm_emit (
      .clk,
      .reset,
      .descriptor,
      .region_valid,
      .region_partition,
      .region_block,
      .region_half,
      .region_done,
      .emitted,
      .cleared,
      .lanes_ready,
      .partition_address(emit_partition_address),
      .partition(emit_partition),
      .entry_address(entry_address_wide),
      .entry(emit_entry),
      .filter_address,
      .filter(filter_data),
      .read_half,
      .read_address,
      .words,
      .clear_half,
      .clear_address,
      .write_valid,
      .write_ready,
      .write_stream,
      .write_begins,
      .write_ends,
      .write_address,
      .write_data
  );
  write_gather #(
      .STREAM_BITS(OFM_STREAM_BITS),
      .BEAT_BITS(BEAT_BITS)
  ) write_gather (
      .clk,
      .reset,
      .in_valid(write_valid),
      .in_ready(write_ready),
      .in_stream(write_stream),
      .in_begins(write_begins),
      .in_ends(write_ends),
      .in_address(write_address),
      .in_data(write_data),
      .flush(emitted),
      .idle(gather_idle),
      .burst_valid,
      .burst_ready,
      .burst_slot,
      .burst_address,
      .burst_last,
      .freed(slot_freed),
      .freed_slot,
      .read_address(gathered_address),
      .read_data(gathered)
  );
  axi_write #(
      .BEAT_BITS(BEAT_BITS),
      .SLOT_BITS(OFM_STREAM_BITS + 1)
  ) axi_write (
      .clk,
      .reset,
      .burst_valid,
      .burst_ready,
      .burst_slot,
      .burst_address,
      .burst_last,
      .freed(slot_freed),
      .freed_slot,
      .read_address(gathered_address),
      .read_data(gathered),
      .idle(write_idle),
      .awvalid,
      .awready,
      .awaddr,
      .awlen,
      .wvalid,
      .wready,
      .wdata,
      .wlast,
      .bvalid,
      .bready
  );
  assign layer_done = issue_idle && gather_idle && write_idle;

  wire unused = &{1'b0, entry_data, taps_address, group_address, load_partition_address, issue_partition_address, emit_partition_address,
      entry_address_wide, filter_address, issue_tile_address, drain_tile_address, header_address, header_byte, table_index,
      leaves, leaving, finish, finished, core_cycles, place_valid[COLS], place_half[COLS],
      place_address[COLS*WORD_BITS+:WORD_BITS], entry_address, value_address, tap_address, request_address, in_data};
endmodule
