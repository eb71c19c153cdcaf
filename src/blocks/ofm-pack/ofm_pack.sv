// Bytes of LANES channels into bitmaps and non-zeros, a beat at a time, each with its address.
//
//   byte of a lane ─▶ bit of its beat of bitmaps ─▶ held ─┐
//                  └▶ if not zero ─▶ shifted in ──▶ held ─┴▶ one of all lanes ─▶ shifted to its place ─▶ write
//   cycle 1           2                             3        4: chosen  5: read  6, 7
//
// A segment is one channel's share of a partition: its bitmaps, a tile each, and its values, packed; both start anew
// on a beat with every segment. Lanes move in step; they wait while a beat would have to be held on top of another.
// A note goes with each byte: {outside the plane, last of its tile, last of its segment, where the segment's bitmaps
// and values of lane 0 start, which lanes have a channel}. Bytes enter a lane's beat from above, so that none has to
// find its place; only on its way out a beat that is not full falls to its lowest byte, and all lanes share that.
module ofm_pack #(
    parameter int LANES = 8,
    parameter int PSUM_DEPTH = 64,
    parameter int BEAT_BITS = 28,
    localparam int NOTE_BITS = 3 + 2 * BEAT_BITS + LANES,
    localparam int LANE_BITS = LANES > 1 ? $clog2(LANES) : 1
) (
    input  logic                       clk,
    input  logic                       reset,
    input  logic [LANES*BEAT_BITS-1:0] lane_bitmaps,   // from lane 0's segment to this lane's; they stay for a layer
    input  logic [LANES*BEAT_BITS-1:0] lane_values,
    input  logic                       in_valid,
    output logic                       in_ready,
    input  logic [        LANES*8-1:0] bytes,
    input  logic [          LANES-1:0] nonzero,        // those that are not zero
    input  logic [      NOTE_BITS-1:0] note,
    output logic                       empty,          // everything that came in has left, for a cycle at least
    output logic                       write_valid,
    input  logic                       write_ready,
    output logic [        LANE_BITS:0] write_stream,   // {bitmaps, lane}
    output logic                       write_begins,   // the stream's first beat of a segment
    output logic                       write_ends,     // surely its last one
    output logic [      BEAT_BITS-1:0] write_address,
    output logic [              127:0] write_data
);
  localparam int COUNT_BITS = 16;  // beats of a segment
  localparam logic [6:0] TILE_END = 7'(PSUM_DEPTH - 1);

  // Cycle 1. What comes while a pixel waits is put aside, so that `in_ready` is a register.
  logic [LANES*8+NOTE_BITS-1:0] aside, next;
  assign next = in_ready ? {bytes, note} : aside;
  wire unused_outside = next[NOTE_BITS-1];  // it is in `comes`
  logic valid1, tile_ends, segment_ends;
  logic [BEAT_BITS-1:0] segment_bitmaps, segment_values;
  logic [LANES-1:0] active, stores, comes, aside_comes;  // a byte that is not zero, inside the plane
  logic [LANES*8-1:0] bytes1;

  // A lane's beats: held until they are read, on offer until they are chosen.
  logic [LANES-1:0] values_held, bitmaps_held, values_offered, bitmaps_offered, count_last, nearly, values_go;
  // A cycle late, and so with a byte to spare: any lane holds one; and one that may soon be full does.
  logic any_bitmaps_held, any_values_held, any_blocked;
  wire waits = (tile_ends && any_bitmaps_held) || (segment_ends && any_values_held) || any_blocked;
  wire moves = valid1 && !waits;
  wire enters = !valid1 || !waits;

  // Cycle 2. The bit is at the same place in all lanes.
  logic [6:0] position;
  wire bitmap_full = tile_ends && (segment_ends || (position | TILE_END) == '1);
  logic [COUNT_BITS-1:0] bitmap_beats;  // of the segment, that have left
  logic parity;  // of the segment: no more than two are on their way
  logic [BEAT_BITS-1:0] segment_values_even, segment_values_odd;
  logic bitmaps_done, bitmaps_begin, bitmaps_end;
  logic [BEAT_BITS-1:0] bitmaps_place;
  assign comes = nonzero & {LANES{!note[NOTE_BITS-1]}};
  always_ff @(posedge clk) begin
    if (in_ready) {aside, aside_comes} <= {bytes, note, comes};
    in_ready <= enters || (in_ready && !in_valid);
    if (enters) begin
      valid1 <= !in_ready || in_valid;
      {tile_ends, segment_ends, segment_bitmaps, segment_values, active} <= next[NOTE_BITS-2:0];
      bytes1 <= next[NOTE_BITS+:LANES*8];
      stores <= in_ready ? comes : aside_comes;
    end
    bitmaps_done <= reset || (moves && bitmap_full);
    if (moves) begin
      position <= segment_ends ? '0 : (tile_ends ? position | TILE_END : position) + 1'b1;
      parity <= parity ^ segment_ends;
      if (parity) segment_values_odd <= segment_values;
      else segment_values_even <= segment_values;
      bitmap_beats <= segment_ends ? '0 : bitmap_beats + COUNT_BITS'(bitmap_full);
      if (bitmap_full) begin
        bitmaps_place <= segment_bitmaps + BEAT_BITS'(bitmap_beats);
        bitmaps_begin <= bitmap_beats == '0;
        bitmaps_end <= segment_ends;
      end
    end
    any_bitmaps_held <= (moves && bitmap_full) || bitmaps_held != '0;
    any_values_held <= (moves && values_go != '0) || values_held != '0;
    any_blocked <= (values_held & nearly) != '0;
    if (reset) begin
      valid1 <= 1'b0;
      in_ready <= 1'b1;
      parity <= 1'b0;
      position <= '0;
      bitmap_beats <= '0;
      any_bitmaps_held <= 1'b0;
      any_values_held <= 1'b0;
      any_blocked <= 1'b0;
    end
  end

  logic flows;
  logic [2*LANES-1:0] offered, first, chosen, read;
  // What leaves with a lane's beat, in widths that index by whole bits: the lanes are as many as their number has room for.
  localparam int PLACES = 2 ** LANE_BITS;
  logic [2*PLACES*128-1:0] held;
  logic [2*PLACES*32-1:0] offsets;
  logic [PLACES*COUNT_BITS-1:0] held_beat;
  logic [PLACES*4-1:0] held_shift;
  logic [PLACES-1:0] held_parity, held_end;
  for (genvar j = LANES; j < PLACES; j++) begin : spare
    assign offsets[j*32+:32] = '0;
    assign offsets[(PLACES+j)*32+:32] = '0;
    always_ff @(posedge clk) begin
      held[j*128+:128] <= '0;
      held[(PLACES+j)*128+:128] <= '0;
      held_beat[j*COUNT_BITS+:COUNT_BITS] <= '0;
      held_shift[j*4+:4] <= '0;
      held_parity[j] <= 1'b0;
      held_end[j] <= 1'b0;
    end
  end
  for (genvar j = 0; j < LANES; j++) begin : lanes
    assign offsets[j*32+:32] = 32'(lane_values[j*BEAT_BITS+:BEAT_BITS]);
    assign offsets[(PLACES+j)*32+:32] = 32'(lane_bitmaps[j*BEAT_BITS+:BEAT_BITS]);
    logic [127:0] filling, bitmaps;
    logic [3:0] count;  // bytes in `filling`
    logic some, done;
    logic [COUNT_BITS-1:0] beats;  // of values of the segment, that have left
    wire values_full = (stores[j] && count_last[j]) || (segment_ends && (stores[j] || some));
    wire [3:0] more = count + 4'(stores[j]);
    assign values_go[j] = values_full && active[j];
    always_ff @(posedge clk) begin
      if (moves) begin
        if (stores[j]) filling <= {bytes1[j*8+:8], filling[127:8]};
        for (int k = 0; k < 128; k++) if (position == 7'(k)) bitmaps[k] <= stores[j];
        count <= segment_ends ? '0 : more;
        count_last[j] <= !segment_ends && more == 4'd15;
        nearly[j] <= !segment_ends && more >= 4'd14;
        some <= !segment_ends && more != '0;
        beats <= segment_ends ? '0 : beats + COUNT_BITS'(values_full);
      end
      done <= moves && values_go[j];
      if (moves && values_go[j]) begin
        held_beat[j*COUNT_BITS+:COUNT_BITS] <= beats;
        held_shift[j*4+:4] <= -more;
        held_parity[j] <= parity;
        held_end[j] <= segment_ends;
      end
      // A cycle later, while the next bytes already enter.
      if (done) held[j*128+:128] <= filling;
      // Bit 0 is written in every beat.
      if (bitmaps_done) bitmaps[127:1] <= '0;
      if (bitmaps_done) held[(PLACES+j)*128+:128] <= bitmaps;

      if (read[j]) values_held[j] <= 1'b0;
      if (read[LANES+j]) bitmaps_held[j] <= 1'b0;
      if (flows && first[j]) values_offered[j] <= 1'b0;
      if (flows && first[LANES+j]) bitmaps_offered[j] <= 1'b0;
      if (moves && values_go[j]) {values_held[j], values_offered[j]} <= '1;
      if (moves && bitmap_full && active[j]) {bitmaps_held[j], bitmaps_offered[j]} <= '1;
      if (reset) begin
        {values_held[j], values_offered[j], bitmaps_held[j], bitmaps_offered[j]} <= '0;
        count <= '0;
        count_last[j] <= 1'b0;
        nearly[j] <= 1'b0;
        some <= 1'b0;
        beats <= '0;
      end
    end
  end

  // Cycles 4 to 7: the first on offer leaves, values before bitmaps.
  assign flows = !write_valid || write_ready;
  assign read = chosen & {2 * LANES{flows}};
  assign offered = {bitmaps_offered, values_offered};
  logic chosen_bitmaps, valid5, valid6, begin5, end5, begin6, end6;
  logic [LANE_BITS:0] stream5, stream6;
  logic [LANE_BITS-1:0] lane;
  // Which one: six on offer fill a LUT, and so do three such groups.
  localparam int GROUPS = (2 * LANES + 5) / 6;
  logic [GROUPS-1:0] some_of;
  logic [GROUPS*(LANE_BITS+1)-1:0] place_of;
  logic [LANE_BITS:0] front, back;  // {bitmaps, lane}
  logic some_front;
  always_comb begin
    for (int k = 0; k < 2 * LANES; k++) first[k] = offered[k] && (offered & ~({2 * LANES{1'b1}} << k)) == '0;
    some_of = '0;
    place_of = '0;
    for (int k = 2 * LANES - 1; k >= 0; k--)
      if (offered[k]) begin
        some_of[k/6] = 1'b1;
        place_of[k/6*(LANE_BITS+1)+:LANE_BITS+1] = (LANE_BITS + 1)'(k < LANES ? k : PLACES + k - LANES);
      end
    front = '0;
    back = '0;
    some_front = 1'b0;
    for (int g = GROUPS - 1; g >= 0; g--)
      if (g < 3) begin
        if (some_of[g]) front = place_of[g*(LANE_BITS+1)+:LANE_BITS+1];
        some_front = some_front || some_of[g];
      end else if (some_of[g]) back = place_of[g*(LANE_BITS+1)+:LANE_BITS+1];
  end
  logic [127:0] data5, data6;
  logic [3:0] shift5;
  logic [1:0] shift6;
  logic [BEAT_BITS-1:0] base5, offset5, place6;
  logic [COUNT_BITS-1:0] beat5, beat6;
  always_ff @(posedge clk) begin
    if (flows) begin
      chosen <= first;
      {chosen_bitmaps, lane} <= some_front ? front : back;
      valid5 <= chosen != '0;
      data5 <= held[{chosen_bitmaps, lane, 7'b0}+:128];
      shift5 <= chosen_bitmaps ? '0 : held_shift[{lane, 2'b0}+:4];
      base5 <= chosen_bitmaps ? bitmaps_place : held_parity[lane] ? segment_values_odd : segment_values_even;
      offset5 <= offsets[{chosen_bitmaps, lane, 5'b0}+:BEAT_BITS];
      beat5 <= chosen_bitmaps ? '0 : held_beat[{lane, 4'b0}+:COUNT_BITS];
      stream5 <= {chosen_bitmaps, lane};
      begin5 <= !chosen_bitmaps || bitmaps_begin;
      end5 <= chosen_bitmaps ? bitmaps_end : held_end[lane];
      valid6 <= valid5;
      {stream6, end6} <= {stream5, end5};
      begin6 <= begin5 && beat5 == '0;
      data6 <= data5 >> {shift5[1:0], 3'b0};
      shift6 <= shift5[3:2];
      place6 <= base5 + offset5;
      beat6 <= beat5;
      write_valid <= valid6;
      {write_stream, write_begins, write_ends} <= {stream6, begin6, end6};
      write_data <= data6 >> {shift6, 5'b0};
      write_address <= place6 + BEAT_BITS'(beat6);
    end
    empty <= !in_valid && in_ready && !valid1 && values_held == '0 && bitmaps_held == '0 && !valid5 && !valid6 && !write_valid;
    if (reset) begin
      {valid5, valid6, write_valid} <= '0;
      chosen <= '0;
      empty <= 1'b0;
    end
  end
endmodule
