// Fills the row memories with one ifmap partition after another, into either half in turn: the bitmaps of all virtual
// channels, a bitmap a cycle, and through another port, a channel at a time behind them, those beats of values that hold any.
//
//   bitmap ─▶ ifm_entries: entry {slots, K, lane, address of its first value, bitmap} of its row
//                 └ beats of values of its channel ─▶ ifm_values: requests; where the beats that come belong
//
// Virtual channel v is row v % ROWS of group v / ROWS; a wave is a tile and a group, at tile * groups + group.
// What ends with a bitmap (its beat, its channel, its group, all of them) is known a cycle ahead: counters run down.
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
    localparam int ENTRY_BITS = SLOT_BITS + TAPS_BITS + LANE_BITS + STREAM_BITS + PSUM_DEPTH
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
    output logic [                   1:0] request_valid,    // for bitmaps; for values
    input  logic [                   1:0] request_ready,
    output logic [       2*BEAT_BITS-1:0] request_address,
    output logic [              2*16-1:0] request_beats,
    input  logic [                   1:0] in_valid,
    output logic [                   1:0] in_ready,
    input  logic [                 127:0] bitmaps,
    output logic                          entry_write,
    output logic [          ROW_BITS-1:0] entry_row,
    output logic [ENTRY_ADDRESS_BITS-1:0] entry_address,
    output logic [        ENTRY_BITS-1:0] entry,
    output logic                          value_write,
    output logic [          ROW_BITS-1:0] value_row,
    output logic [VALUE_ADDRESS_BITS-1:0] value_address,
    input  logic [ENTRY_ADDRESS_BITS-1:0] wave_address,
    output logic                          works             // a cycle later: the wave has any work
);
  localparam int PER_BEAT = 128 / PSUM_DEPTH;
  localparam int SUB_BITS = PER_BEAT > 1 ? $clog2(PER_BEAT) : 1;
  localparam int CHANNEL_BITS = $clog2(CHANNELS);
  localparam int INDEX_BITS = ENTRY_ADDRESS_BITS - 1;
  localparam int BEATS_BITS = VALUE_ADDRESS_BITS;  // 0 to VALUE_BEATS
  localparam int TILES_BITS = 10;

  localparam logic [2:0] IDLE = 3'd0, FIND = 3'd1, SIZE = 3'd2, ASK_BITMAPS = 3'd3, BITMAPS = 3'd4, VALUES = 3'd5;
  logic [2:0] state;
  logic [15:0] left, place, places_left;  // partitions still to load; which one
  logic some_left, last_place;
  logic [1:0] used;
  logic half;
  logic [BEAT_BITS-1:0] bitmaps_from, values_from;
  logic [TILES_BITS-1:0] tiles;
  logic some_tiles, one_tile, one_beat, one_channel;
  wire begins = state == IDLE && some_left && used != 2'd2;
  wire go = state == SIZE;
  logic ends;

  // Where the walk over the channels stands, and what ends with this bitmap.
  logic [15:0] channels_left;
  logic [TILES_BITS-1:0] tiles_left, beats_left;
  logic [CHANNEL_BITS-1:0] channel;
  logic [ROW_BITS-1:0] row;
  logic [INDEX_BITS-1:0] group, index;  // of the wave
  logic [SUB_BITS-1:0] sub;
  logic real_bitmap, first, last, beat_ends, beat_last, channel_last, row_last, bottom, top;
  wire look = state == BITMAPS && in_valid[0];
  wire next_channel = look && beat_ends && beat_last;
  wire restart = state == ASK_BITMAPS || next_channel;
  wire few_left = tiles_left[TILES_BITS-1:2] == '0 && tiles_left[1:0] != 2'd3;  // 2 at most
  assign partition_address = place;
  assign taps_address = 16'(channel[CHANNEL_BITS-1:4]);

  logic beats_write;
  logic [CHANNEL_BITS-1:0] beats_channel;
  logic [BEATS_BITS-1:0] beats;
  ifm_entries #(
      .ROWS(ROWS),
      .PSUM_DEPTH(PSUM_DEPTH),
      .WEIGHT_DEPTH(WEIGHT_DEPTH),
      .WEIGHT_LANES(WEIGHT_LANES),
      .ENTRIES(ENTRIES),
      .VALUE_BEATS(VALUE_BEATS),
      .CHANNELS(CHANNELS),
      .STREAM_BITS(STREAM_BITS)
  ) entries (
      .clk,
      .reset,
      .half,
      .valid(look && real_bitmap),
      .bitmap(bitmaps[sub*PSUM_DEPTH+:PSUM_DEPTH]),
      .first,
      .last,
      .bottom,
      .top,
      .row,
      .index,
      .channel,
      .taps,
      .entry_write,
      .entry_row,
      .entry_address,
      .entry,
      .beats_write,
      .beats_channel,
      .beats,
      .overflow,
      .wave_address,
      .works
  );
  ifm_values #(
      .ROWS(ROWS),
      .VALUE_BEATS(VALUE_BEATS),
      .CHANNELS(CHANNELS),
      .BEAT_BITS(BEAT_BITS)
  ) values (
      .clk,
      .reset,
      .channels,
      .pitch(value_pitch),
      .beats_write,
      .beats_channel,
      .beats,
      .go,
      .from(values_from),
      .may_end(state == VALUES),
      .ends,
      .request_valid(request_valid[1]),
      .request_ready(request_ready[1]),
      .request_address(request_address[BEAT_BITS+:BEAT_BITS]),
      .request_beats(request_beats[16+:16]),
      .in_valid(in_valid[1]),
      .in_ready(in_ready[1]),
      .value_write,
      .value_row,
      .value_address(value_address[VALUE_ADDRESS_BITS-2:0])
  );
  assign value_address[VALUE_ADDRESS_BITS-1] = half;
  assign request_valid[0] = state == ASK_BITMAPS;
  assign request_address[0+:BEAT_BITS] = bitmaps_from;
  assign request_beats[0+:16] = bitmap_beats;
  assign in_ready[0] = state == BITMAPS && beat_ends;

  always_ff @(posedge clk) begin
    loaded <= ends;
    case (state)
      IDLE: if (begins) state <= FIND;
      FIND: state <= SIZE;
      SIZE: state <= ASK_BITMAPS;
      ASK_BITMAPS: if (request_ready[0]) state <= BITMAPS;
      BITMAPS: if (next_channel && channel_last) state <= VALUES;
      default: if (ends) state <= IDLE;
    endcase
    used <= used + 2'(begins) - 2'(release_half);

    // The partition's record answers a cycle after its address, and stays.
    if (state == FIND) begin
      tiles <= partition[75:66];
      bitmaps_from <= partition[27:0];
      values_from <= partition[55:28];
    end
    some_tiles <= tiles != '0;
    one_tile <= tiles == TILES_BITS'(1);
    one_beat <= channel_beats == 16'd1;
    one_channel <= channels == 16'd1;
    last_place <= places_left == 16'd1;

    if (look) begin
      index <= index + INDEX_BITS'(groups);
      first <= 1'b0;
      if (real_bitmap) tiles_left <= tiles_left - 1'b1;
      last <= tiles_left == TILES_BITS'(2);
      real_bitmap <= real_bitmap && !last;
      sub <= beat_ends ? '0 : sub + 1'b1;
      beat_ends <= PER_BEAT == 1 || few_left || (!beat_ends && sub == SUB_BITS'(PER_BEAT - 2));
      if (beat_ends) beats_left <= beats_left - 1'b1;
      if (beat_ends) beat_last <= beats_left == TILES_BITS'(2);
    end
    if (restart) begin
      tiles_left <= tiles;
      first <= 1'b1;
      last <= one_tile;
      real_bitmap <= some_tiles;
      sub <= '0;
      beat_ends <= PER_BEAT == 1 || one_tile || !some_tiles;
      beats_left <= TILES_BITS'(channel_beats);
      beat_last <= one_beat;
    end
    if (next_channel) begin
      channel <= channel + 1'b1;
      channels_left <= channels_left - 1'b1;
      channel_last <= channels_left == 16'd2;
      row <= row_last ? '0 : row + 1'b1;
      row_last <= ROWS == 1 || (!row_last && row == ROW_BITS'(ROWS - 2));
      top <= row_last;
      group <= group + INDEX_BITS'(row_last);
      index <= group + INDEX_BITS'(row_last);
      if (row_last) bottom <= 1'b0;
    end
    if (state == SIZE) begin
      channel <= '0;
      channels_left <= channels;
      channel_last <= one_channel;
      row <= '0;
      row_last <= ROWS == 1;
      {top, bottom} <= '1;
      group <= '0;
      index <= '0;
    end

    if (ends) begin
      left <= left - 1'b1;
      some_left <= left != 16'd1;
      half <= !half;
      place <= last_place ? '0 : place + 1'b1;
      places_left <= last_place ? partitions : places_left - 1'b1;
    end
    if (start) begin
      left <= loads;
      some_left <= loads != '0;
      place <= '0;
      places_left <= partitions;
      used <= '0;
      half <= 1'b0;
    end
    if (reset) begin
      state <= IDLE;
      some_left <= 1'b0;
      used <= '0;
      place <= '0;
      half <= 1'b0;
      loaded <= 1'b0;
    end
  end
  wire unused_bits = &{1'b0, channel, groups, channel_beats, partition[65:56], partition[127:76]};
endmodule
