// Turns bitmaps, one a cycle, into the entries of their rows, the beats of values of their channels, and finds out which
// waves have work.
//
//   cycle 0   a bitmap; its channel's taps K are asked for
//   cycle 1   ones of each 8 bits; K comes among 16
//   cycle 2   ones of each 32 bits; K among 4
//   cycle 3   all ones n; where the channel's values begin in its row
//   cycle 4   address of the bitmap's values, and where they end; n * K
//   cycle 5   whether its wave has work
//   cycle 6   the entry is written; beats of the channel
//   cycle 7   they are written
module ifm_entries #(
    parameter int ROWS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int ENTRIES = 256,
    parameter int VALUE_BEATS = 256,
    parameter int CHANNELS = 1024,
    parameter int STREAM_BITS = 16,
    localparam int ROW_BITS = ROWS > 1 ? $clog2(ROWS) : 1,
    localparam int INDEX_BITS = $clog2(ENTRIES),
    localparam int BEATS_BITS = $clog2(VALUE_BEATS) + 1,  // 0 to VALUE_BEATS
    localparam int CHANNEL_BITS = $clog2(CHANNELS),
    localparam int LANE_BITS = WEIGHT_LANES > 1 ? $clog2(WEIGHT_LANES) : 1,
    localparam int TAPS_BITS = $clog2(WEIGHT_DEPTH + 1),
    localparam int SLOT_BITS = $clog2(PSUM_DEPTH * WEIGHT_DEPTH + 1),
    localparam int PLACED_BITS = TAPS_BITS + LANE_BITS + STREAM_BITS + PSUM_DEPTH,
    localparam int ENTRY_BITS = SLOT_BITS + PLACED_BITS
) (
    input  logic                    clk,
    input  logic                    reset,
    input  logic                    half,           // of the memories: these belong to one partition, and stay
    input  logic                    valid,
    input  logic [  PSUM_DEPTH-1:0] bitmap,
    input  logic                    first,          // of its channel
    input  logic                    last,
    input  logic                    bottom,         // its channel is the first of its row
    input  logic                    top,            // its row is the first of its group
    input  logic [    ROW_BITS-1:0] row,
    input  logic [  INDEX_BITS-1:0] index,          // of its wave
    input  logic [CHANNEL_BITS-1:0] channel,
    input  logic [           127:0] taps,           // of 16 channels, a cycle later
    output logic                    entry_write,
    output logic [    ROW_BITS-1:0] entry_row,
    output logic [    INDEX_BITS:0] entry_address,
    output logic [  ENTRY_BITS-1:0] entry,
    output logic                    beats_write,    // how many beats of values a channel has
    output logic [CHANNEL_BITS-1:0] beats_channel,
    output logic [  BEATS_BITS-1:0] beats,
    output logic                    overflow,       // values did not fit
    input  logic [    INDEX_BITS:0] wave_address,
    output logic                    works           // a cycle later: the wave has any work
);
  localparam int BYTES = (PSUM_DEPTH + 7) / 8;
  localparam int WORDS = (PSUM_DEPTH + 31) / 32;
  localparam int ONES_BITS = $clog2(PSUM_DEPTH + 1);
  localparam int BYTES_BITS = BEATS_BITS + 4;

  // The next beat's border.
  function automatic logic [BEATS_BITS-1:0] whole_beats(input logic [BYTES_BITS-1:0] bytes);
    whole_beats = bytes[BYTES_BITS-1:4] + BEATS_BITS'(bytes[3:0] != '0);
  endfunction

  logic [6:1] valids;
  logic [4:1] firsts;
  logic [3:1] bottoms;
  logic [6:1] lasts;
  logic [5:1] tops;
  logic [ROW_BITS-1:0] row1, row2, row3, row4, row5;
  logic [INDEX_BITS-1:0] index1, index2, index3, index4, index5, index6;
  logic [CHANNEL_BITS-1:0] channel1, channel2, channel3, channel4, channel5, channel6;
  logic [PSUM_DEPTH-1:0] bitmap1, bitmap2, bitmap3, bitmap4;
  logic [31:0] taps2;
  wire [7:0] taps_byte2 = taps2[channel2[1:0]*8+:8];
  logic [TAPS_BITS-1:0] taps3, taps4;
  logic [LANE_BITS-1:0] lane3, lane4;

  // Cycles 1 to 3: how many ones.
  logic [4*BYTES-1:0] bytes1, bytes2;
  logic [6*WORDS-1:0] words2, words3;
  logic [ONES_BITS-1:0] ones3, ones4;
  always_comb begin
    bytes1 = '0;
    for (int i = 0; i < PSUM_DEPTH; i++) bytes1[i/8*4+:4] = bytes1[i/8*4+:4] + 4'(bitmap1[i]);
    words2 = '0;
    for (int i = 0; i < BYTES; i++) words2[i/4*6+:6] = words2[i/4*6+:6] + 6'(bytes2[i*4+:4]);
    ones3 = '0;
    for (int i = 0; i < WORDS; i++) ones3 = ones3 + ONES_BITS'(words3[i*6+:6]);
  end

  // Cycles 3 to 6: where the values lie. Those of a row's next channel begin with a beat.
  logic [BYTES_BITS-1:0] filled[0:ROWS-1];  // bytes of values of each row so far
  logic [BYTES_BITS-1:0] value4, value_end4, value_end5;
  logic [BEATS_BITS-1:0] start4, start5, start6, end6;
  // With a single row the channel before is still in cycle 4.
  wire [BYTES_BITS-1:0] filled3 = ROWS == 1 && valids[4] ? value_end4 : filled[row3];
  assign value4 = firsts[4] ? {start4, 4'b0} : value_end5;
  assign value_end4 = value4 + BYTES_BITS'(ones4);

  // Cycles 4 to 6: n * K, and which waves have work.
  logic [SLOT_BITS-1:0] slots5, slots6;
  logic [PLACED_BITS-1:0] placed5, placed6;
  logic some5;
  logic waves[0:2*ENTRIES-1];
  assign entry = {slots6, placed6};
  always_ff @(posedge clk) begin
    if (valids[5]) waves[{half, index5}] <= some5 || (!tops[5] && waves[{half, index5}]);
    works <= waves[wave_address];
  end

  always_ff @(posedge clk) if (valids[4] && lasts[4]) filled[row4] <= value_end4;

  always_ff @(posedge clk) begin
    valids <= {valids[5:1], valid};
    firsts <= {firsts[3:1], first};
    bottoms <= {bottoms[2:1], bottom};
    lasts <= {lasts[5:1], last};
    tops <= {tops[4:1], top};
    {row1, row2, row3, row4, row5} <= {row, row1, row2, row3, row4};
    {index1, index2, index3, index4, index5, index6} <= {index, index1, index2, index3, index4, index5};
    {channel1, channel2, channel3} <= {channel, channel1, channel2};
    {channel4, channel5, channel6} <= {channel3, channel4, channel5};
    {bitmap1, bitmap2, bitmap3} <= {bitmap, bitmap1, bitmap2};
    bitmap4 <= taps3 == '0 ? '0 : bitmap3;
    taps2 <= taps[channel1[3:2]*32+:32];
    {taps3, taps4} <= {taps_byte2[TAPS_BITS-1:0], taps3};
    {lane3, lane4} <= {taps_byte2[6+:LANE_BITS], lane3};

    bytes2 <= bytes1;
    words3 <= words2;
    ones4 <= ones3;
    start4 <= bottoms[3] ? '0 : whole_beats(filled3);

    // The half is the highest bit of a value's address.
    placed5 <= {taps4, lane4, {(STREAM_BITS - BYTES_BITS) {1'b0}}, half, value4[BYTES_BITS-2:0], bitmap4};
    placed6 <= placed5;
    slots5 <= SLOT_BITS'(ones4) * SLOT_BITS'(taps4);
    slots6 <= slots5;
    some5 <= ones4 != '0 && taps4 != '0;
    entry_row <= row5;
    if (valids[4]) value_end5 <= value_end4;
    if (valids[4] && firsts[4]) start5 <= start4;
    end6 <= whole_beats(value_end5);
    start6 <= start5;
    if (valids[5] && value_end5 > {1'b1, {(BYTES_BITS - 1) {1'b0}}}) overflow <= 1'b1;

    beats_write <= valids[6] && lasts[6];
    beats_channel <= channel6;
    beats <= end6 - start6;
    if (reset) begin
      valids <= '0;
      // Clearing keeps these out of shift registers in LUTs, which are slow: they lead on to memories and adders.
      firsts <= '0;
      {row1, row2, row3, row4, row5} <= '0;
      beats_write <= 1'b0;
      overflow <= 1'b0;
    end
  end
  assign entry_write = valids[6];
  assign entry_address = {half, index6};
  wire unused_bits = &{1'b0, taps_byte2};
endmodule
