// Fills the row memories with one ifmap partition after another, into either half in turn: first the bitmaps of all
// virtual channels, a bitmap a cycle, then those beats of values that hold any.
//
//   bitmap ─▶ non-zeros n, taps K of its channel ─▶ entry {K, lane, address of its first value, bitmap} of its row
//                                                └▶ slots of its wave: the most n * K of any row
//   beats of values ─▶ the row's value memory; where they go follows from the bitmaps
//
// Virtual channel v is row v % ROWS of group v / ROWS; a wave is a tile and a group, at tile * groups + group.
//
//   cycle 0   a bitmap of the beat; its channel's K is read      cycle 2   the entry is written
//   cycle 1   its ones are counted                               cycle 3   slots of its wave
module ifm_load #(
    parameter int ROWS = 32,
    parameter int PSUM_DEPTH = 64,  // bits of a bitmap: a power of two, 128 at most
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int ENTRIES = 256,  // waves a half, a power of two
    parameter int VALUE_BEATS = 256,  // beats of values a row and half, a power of two
    parameter int CHANNELS = 1024,  // virtual channels
    parameter int BEAT_BITS = 28,
    parameter int STREAM_BITS = 16,
    localparam int ROW_BITS = ROWS > 1 ? $clog2(ROWS) : 1,
    localparam int ENTRY_ADDRESS_BITS = $clog2(ENTRIES) + 1,
    localparam int VALUE_ADDRESS_BITS = $clog2(VALUE_BEATS) + 1,
    localparam int LANE_BITS = WEIGHT_LANES > 1 ? $clog2(WEIGHT_LANES) : 1,
    localparam int TAPS_BITS = $clog2(WEIGHT_DEPTH + 1),
    localparam int SLOT_BITS = $clog2(PSUM_DEPTH * WEIGHT_DEPTH + 1),
    localparam int ENTRY_BITS = TAPS_BITS + LANE_BITS + STREAM_BITS + PSUM_DEPTH
) (
    input  logic                          clk,
    input  logic                          reset,
    input  logic                          start,
    input  logic [                  15:0] loads,
    input  logic [                  15:0] partitions,
    input  logic [                  15:0] channels,
    input  logic [                  15:0] groups,
    input  logic [                  15:0] channel_beats,    // of bitmaps, a channel
    input  logic [                  15:0] bitmap_beats,     // of all channels
    input  logic [                  15:0] value_pitch,      // beats from a channel's values to the next one's
    input  logic                          release_half,
    output logic                          loaded,           // a pulse: the partition is there
    output logic                          overflow,         // values did not fit: the layer is wrong
    output logic [                  15:0] partition_address,
    input  logic [                 127:0] partition,
    output logic [                  15:0] taps_address,     // of 16 channels' K
    input  logic [                 127:0] taps,
    output logic                          request_valid,
    input  logic                          request_ready,
    output logic [         BEAT_BITS-1:0] request_address,
    output logic [                  15:0] request_beats,
    input  logic                          in_valid,
    output logic                          in_ready,
    input  logic [                 127:0] in_data,
    output logic                          entry_write,
    output logic [          ROW_BITS-1:0] entry_row,
    output logic [ENTRY_ADDRESS_BITS-1:0] entry_address,
    output logic [        ENTRY_BITS-1:0] entry,
    output logic                          value_write,
    output logic [          ROW_BITS-1:0] value_row,
    output logic [VALUE_ADDRESS_BITS-1:0] value_address,
    input  logic [ENTRY_ADDRESS_BITS-1:0] slots_address,
    output logic [         SLOT_BITS-1:0] slots
);
  localparam int PER_BEAT = 128 / PSUM_DEPTH;
  localparam int SUB_BITS = PER_BEAT > 1 ? $clog2(PER_BEAT) : 1;
  localparam int CHANNEL_BITS = $clog2(CHANNELS);
  localparam int INDEX_BITS = ENTRY_ADDRESS_BITS - 1;
  localparam int BEATS_BITS = VALUE_ADDRESS_BITS;  // 0 to VALUE_BEATS
  localparam int COUNT_BITS = $clog2(PSUM_DEPTH + 1);

  localparam logic [2:0] IDLE = 3'd0, FIND = 3'd1, ASK_BITMAPS = 3'd2, BITMAPS = 3'd3, FLUSH = 3'd4;
  localparam logic [2:0] FIND_VALUES = 3'd5, ASK_VALUES = 3'd6, VALUES = 3'd7;
  logic [2:0] state;
  logic [15:0] left, place;  // partitions still to load; which one
  logic [1:0] used, flushed;
  logic half;
  logic [BEAT_BITS-1:0] value_base;
  logic [9:0] tiles;
  wire begins = state == IDLE && left != '0 && used != 2'd2;

  // Where the walk over the channels stands.
  logic [15:0] channel, group, beat;
  logic [ROW_BITS-1:0] row;
  logic [9:0] tile;
  logic [SUB_BITS-1:0] sub;
  logic [INDEX_BITS-1:0] index;  // of the wave
  wire row_ends = row == ROW_BITS'(ROWS - 1);
  wire channel_ends = channel + 1'b1 == channels;

  // Cycle 0.
  wire real_bitmap = tile < tiles;
  wire beat_ends = sub == SUB_BITS'(PER_BEAT - 1) || tile + 10'd1 >= tiles;
  wire look = state == BITMAPS && in_valid;
  wire next_channel = look && beat_ends && beat + 1'b1 == channel_beats;
  assign partition_address = place;
  assign taps_address = {4'b0, channel[15:4]};

  // Cycle 1.
  logic valid1, first1, last1, bottom1, top1;
  logic [3:0] nibble1;
  logic [PSUM_DEPTH-1:0] bitmap1;
  logic [ROW_BITS-1:0] row1;
  logic [INDEX_BITS-1:0] index1;
  logic [CHANNEL_BITS-1:0] channel1;
  logic [COUNT_BITS-1:0] ones1;
  always_comb begin
    ones1 = '0;
    for (int i = 0; i < PSUM_DEPTH; i++) ones1 = ones1 + COUNT_BITS'(bitmap1[i]);
  end
  wire [7:0] taps1 = taps[nibble1*8+:8];

  // Cycle 2.
  logic valid2, first2, last2, bottom2, top2;
  logic [PSUM_DEPTH-1:0] bitmap2;
  logic [ROW_BITS-1:0] row2;
  logic [INDEX_BITS-1:0] index2;
  logic [CHANNEL_BITS-1:0] channel2;
  logic [COUNT_BITS-1:0] ones2;
  logic [TAPS_BITS-1:0] taps2;
  logic [LANE_BITS-1:0] lane2;
  logic [BEATS_BITS-1:0] filled[0:ROWS-1];  // beats of values of each row so far
  logic [BEATS_BITS-1:0] first_beat, first_beat_held;
  logic [BEATS_BITS+3:0] value_at, next_value;
  logic [BEATS_BITS-1:0] end_beat;
  always_comb begin
    first_beat = first2 ? (bottom2 ? '0 : filled[row2]) : first_beat_held;
    value_at = first2 ? {first_beat, 4'b0} : next_value;
  end
  wire [BEATS_BITS+3:0] value_end = value_at + (BEATS_BITS + 4)'(ones2);
  assign end_beat = value_end[BEATS_BITS+3:4] + BEATS_BITS'(value_end[3:0] != '0);
  assign entry_write = valid2;
  assign entry_row = row2;
  assign entry_address = {half, index2};
  // The half is the highest bit of a value's address.
  assign entry = {
    taps2, lane2, {(STREAM_BITS - BEATS_BITS - 4) {1'b0}}, half, value_at[BEATS_BITS+2:0],
    taps2 == '0 ? '0 : bitmap2
  };

  // Cycle 3.
  logic valid3, top3;
  logic [INDEX_BITS-1:0] index3;
  logic [SLOT_BITS-1:0] slots3;
  logic [SLOT_BITS-1:0] waves[0:2*ENTRIES-1];
  wire [SLOT_BITS-1:0] before3 = waves[{half, index3}];

  // How many beats of values a channel has.
  logic [BEATS_BITS-1:0] counts[0:CHANNELS-1];
  logic [BEATS_BITS-1:0] count;
  logic [BEATS_BITS-1:0] placed[0:ROWS-1];  // beats of each row that have a place
  wire [BEATS_BITS-1:0] start_beat = group == '0 ? '0 : placed[row];

  // Beats on their way: row, where they go, how many.
  logic route_ready, route_valid;
  logic [ROW_BITS-1:0] route_row;
  logic [BEATS_BITS-1:0] route_start, route_count, arrived;
  logic [3:0] routes;
  wire unused_routes = &{1'b0, routes};
  wire ask = state == ASK_VALUES && count != '0;
  wire asked = ask && route_ready && request_ready;
  wire values_arrive = (state == FIND_VALUES || state == ASK_VALUES || state == VALUES) && route_valid;
  wire arrives = values_arrive && in_valid;
  wire route_ends = arrives && arrived + 1'b1 == route_count;
  wire [BEATS_BITS-1:0] arrives_at = route_start + arrived;
  wire channel_done = state == ASK_VALUES && (count == '0 || asked);
  fifo #(
      .WIDTH(ROW_BITS + 2 * BEATS_BITS),
      .DEPTH(8)
  ) route (
      .clk,
      .reset,
      .in_valid(asked),
      .in_ready(route_ready),
      .in_word({row, start_beat, count}),
      .out_valid(route_valid),
      .out_ready(route_ends),
      .out_word({route_row, route_start, route_count}),
      .count(routes)
  );

  assign request_valid = state == ASK_BITMAPS || (ask && route_ready);
  assign request_address = value_base;  // of the bitmaps, then of each channel's values
  assign request_beats = state == ASK_BITMAPS ? bitmap_beats : 16'(count);
  assign in_ready = state == BITMAPS ? beat_ends : values_arrive;
  assign value_write = arrives;
  assign value_row = route_row;
  assign value_address = {half, arrives_at[BEATS_BITS-2:0]};
  logic [BEAT_BITS-1:0] values_from;
  wire ends = state == VALUES && !route_valid;

  always_ff @(posedge clk) begin
    if (valid3) waves[{half, index3}] <= top3 || slots3 > before3 ? slots3 : before3;
    slots <= waves[slots_address];
    if (valid2 && last2) filled[row2] <= end_beat;
    if (valid2 && last2) counts[channel2] <= end_beat - first_beat;
    count <= counts[channel[CHANNEL_BITS-1:0]];
    if (channel_done) placed[row] <= start_beat + count;
  end

  always_ff @(posedge clk) begin
    loaded <= ends;
    case (state)
      IDLE: if (begins) state <= FIND;
      FIND: state <= ASK_BITMAPS;
      ASK_BITMAPS: if (request_ready) state <= BITMAPS;
      BITMAPS: if (next_channel && channel_ends) state <= FLUSH;
      FLUSH: if (flushed == 2'd3) state <= FIND_VALUES;
      FIND_VALUES: state <= ASK_VALUES;
      ASK_VALUES: if (channel_done) state <= channel_ends ? VALUES : FIND_VALUES;
      default: if (ends) state <= IDLE;
    endcase
    flushed <= state == FLUSH ? flushed + 1'b1 : '0;
    used <= used + 2'(begins) - 2'(release_half);

    // The partition's record answers a cycle after FIND.
    if (state == FIND) tiles <= partition[75:66];
    if (state == FIND) value_base <= partition[27:0];
    if (state == FIND) values_from <= partition[55:28];
    if (state == FLUSH) value_base <= values_from;
    if (channel_done) value_base <= value_base + BEAT_BITS'(value_pitch);

    if (look) begin
      tile <= tile + 10'(real_bitmap);
      index <= index + groups[INDEX_BITS-1:0];
      sub <= beat_ends ? '0 : sub + 1'b1;
      if (beat_ends) beat <= beat + 1'b1;
    end
    if (next_channel || channel_done) begin
      channel <= channel_ends ? '0 : channel + 1'b1;
      row <= row_ends || channel_ends ? '0 : row + 1'b1;
      if (row_ends || channel_ends) group <= channel_ends ? '0 : group + 1'b1;
      index <= channel_ends ? '0 : row_ends ? INDEX_BITS'(group) + 1'b1 : INDEX_BITS'(group);
      tile <= '0;
      beat <= '0;
    end
    if (arrives) arrived <= route_ends ? '0 : arrived + 1'b1;
    if (ends) begin
      left  <= left - 1'b1;
      half  <= !half;
      place <= place + 1'b1 == partitions ? '0 : place + 1'b1;
    end

    valid1 <= look && real_bitmap;
    first1 <= tile == '0;
    last1 <= tile + 10'd1 == tiles;
    bottom1 <= group == '0;
    top1 <= row == '0;
    nibble1 <= channel[3:0];
    bitmap1 <= in_data[sub*PSUM_DEPTH+:PSUM_DEPTH];
    row1 <= row;
    index1 <= index;
    channel1 <= channel[CHANNEL_BITS-1:0];

    valid2 <= valid1;
    first2 <= first1;
    last2 <= last1;
    bottom2 <= bottom1;
    top2 <= top1;
    bitmap2 <= bitmap1;
    row2 <= row1;
    index2 <= index1;
    channel2 <= channel1;
    ones2 <= ones1;
    taps2 <= taps1[TAPS_BITS-1:0];
    lane2 <= taps1[6+:LANE_BITS];
    if (valid2) next_value <= value_end;
    if (valid2) first_beat_held <= first_beat;

    valid3 <= valid2;
    top3 <= top2;
    index3 <= index2;
    slots3 <= SLOT_BITS'(ones2) * SLOT_BITS'(taps2);
    if (valid2 && value_end > {1'b1, {(BEATS_BITS + 3) {1'b0}}}) overflow <= 1'b1;

    if (start) begin
      left <= loads;
      place <= '0;
      used <= '0;
      half <= 1'b0;
    end
    if (reset) begin
      state <= IDLE;
      left <= '0;
      used <= '0;
      place <= '0;
      half <= 1'b0;
      loaded <= 1'b0;
      overflow <= 1'b0;
      channel <= '0;
      group <= '0;
      row <= '0;
      tile <= '0;
      beat <= '0;
      sub <= '0;
      index <= '0;
      arrived <= '0;
      valid1 <= 1'b0;
      valid2 <= 1'b0;
      valid3 <= 1'b0;
    end
  end
  wire unused_bits = &{1'b0, taps1, groups, arrives_at, partition[65:56], partition[127:76]};
endmodule
