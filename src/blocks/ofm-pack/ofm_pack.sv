// Bytes of LANES channels into bitmaps and non-zeros, a beat at a time, each with its address.
//
//   byte of a lane ─▶ bit of its tile's bitmap ─▶ beat of bitmaps ─▶ held ─┐
//                  └▶ if not zero ─▶ beat of values ─▶ held ──────────────┴─▶ one write a cycle, of all lanes
//
// A segment is one channel's share of a partition: its bitmaps, a tile each, and its values, packed; both start anew
// on a beat with every segment. Lanes move in step; they wait while a beat would have to be held on top of another.
// A note goes with each byte: {outside the plane, last of its tile, last of its segment, where the segment's bitmaps
// and values of lane 0 start, which lanes have a channel}.
module ofm_pack #(
    parameter int LANES = 8,
    parameter int PSUM_DEPTH = 64,
    parameter int BEAT_BITS = 28,
    localparam int NOTE_BITS = 3 + 2 * BEAT_BITS + LANES
) (
    input  logic                       clk,
    input  logic                       reset,
    input  logic [LANES*BEAT_BITS-1:0] lane_bitmaps,   // from lane 0's segment to this lane's
    input  logic [LANES*BEAT_BITS-1:0] lane_values,
    input  logic                       in_valid,
    output logic                       accept,
    input  logic [        LANES*8-1:0] bytes,
    input  logic [      NOTE_BITS-1:0] note,
    output logic                       empty,          // nothing is held
    output logic                       write_valid,
    input  logic                       write_ready,
    output logic [      BEAT_BITS-1:0] write_address,
    output logic [              127:0] write_data
);
  localparam int PER_BEAT = 128 / PSUM_DEPTH;
  localparam int SUB_BITS = PER_BEAT > 1 ? $clog2(PER_BEAT) : 1;
  localparam int BIT_BITS = $clog2(PSUM_DEPTH);

  logic outside, tile_ends, segment_ends;
  logic [BEAT_BITS-1:0] segment_bitmaps, segment_values;
  logic [LANES-1:0] active;
  assign {outside, tile_ends, segment_ends, segment_bitmaps, segment_values, active} = note;

  logic [BIT_BITS-1:0] bit_at;  // of the tile
  logic [SUB_BITS-1:0] sub;  // bitmap of the beat
  logic [15:0] bitmap_beats;  // of the segment, that have left
  wire bitmap_full = tile_ends && (segment_ends || sub == SUB_BITS'(PER_BEAT - 1));

  logic [LANES-1:0] values_held, bitmaps_held, waits;
  assign accept = in_valid && waits == '0;
  assign empty = values_held == '0 && bitmaps_held == '0;

  // The first of what is held leaves: values before bitmaps, lane by lane.
  logic [2*LANES-1:0] chosen;
  logic [LANES*BEAT_BITS-1:0] value_places, bitmap_places;
  logic [LANES*128-1:0] value_beats, bitmap_beats_held;
  always_comb begin
    chosen = '0;
    write_address = value_places[0+:BEAT_BITS];
    write_data = value_beats[0+:128];
    for (int j = LANES - 1; j >= 0; j--) begin
      if (bitmaps_held[j]) begin
        chosen = '0;
        chosen[LANES+j] = 1'b1;
        write_address = bitmap_places[j*BEAT_BITS+:BEAT_BITS];
        write_data = bitmap_beats_held[j*128+:128];
      end
      if (values_held[j]) begin
        chosen = '0;
        chosen[j] = 1'b1;
        write_address = value_places[j*BEAT_BITS+:BEAT_BITS];
        write_data = value_beats[j*128+:128];
      end
    end
  end
  assign write_valid = !empty;

  always_ff @(posedge clk) begin
    if (accept) begin
      bit_at <= tile_ends ? '0 : bit_at + 1'b1;
      if (tile_ends) sub <= bitmap_full ? '0 : sub + 1'b1;
      if (segment_ends) bitmap_beats <= '0;
      else if (bitmap_full) bitmap_beats <= bitmap_beats + 1'b1;
    end
    if (reset) begin
      bit_at <= '0;
      sub <= '0;
      bitmap_beats <= '0;
    end
  end

  for (genvar j = 0; j < LANES; j++) begin : lanes
    logic [127:0] filling, bitmaps, with_byte, with_bit;
    logic [3:0] count;  // bytes in `filling`
    logic [15:0] value_beats_left;  // beats of the segment that have left
    wire [7:0] this_byte = outside ? 8'd0 : bytes[j*8+:8];
    wire stores = this_byte != '0;
    wire values_full = (stores && count == 4'd15) || (segment_ends && (stores || count != '0));
    assign waits[j] = active[j] && ((values_held[j] && (count == 4'd15 || segment_ends)) || (bitmaps_held[j] && tile_ends));
    always_comb begin
      with_byte = filling;
      with_byte[count*8+:8] = this_byte;
      with_bit = bitmaps;
      with_bit[(PER_BEAT>1?32'(sub)*PSUM_DEPTH : 0)+32'(bit_at)] = stores;
    end
    always_ff @(posedge clk) begin
      if (write_ready && chosen[j]) values_held[j] <= 1'b0;
      if (write_ready && chosen[LANES+j]) bitmaps_held[j] <= 1'b0;
      if (accept) begin
        filling <= values_full ? '0 : stores ? with_byte : filling;
        bitmaps <= bitmap_full ? '0 : with_bit;
        count <= values_full || segment_ends ? '0 : count + 4'(stores);
        value_beats_left <= segment_ends ? '0 : value_beats_left + 16'(values_full);
        if (values_full && active[j]) begin
          values_held[j] <= 1'b1;
          value_beats[j*128+:128] <= stores ? with_byte : filling;
          value_places[j*BEAT_BITS+:BEAT_BITS] <= segment_values + lane_values[j*BEAT_BITS+:BEAT_BITS] + BEAT_BITS'(value_beats_left);
        end
        if (bitmap_full && active[j]) begin
          bitmaps_held[j] <= 1'b1;
          bitmap_beats_held[j*128+:128] <= with_bit;
          bitmap_places[j*BEAT_BITS+:BEAT_BITS] <= segment_bitmaps + lane_bitmaps[j*BEAT_BITS+:BEAT_BITS] + BEAT_BITS'(bitmap_beats);
        end
      end
      if (reset) begin
        values_held[j] <= 1'b0;
        bitmaps_held[j] <= 1'b0;
        filling <= '0;
        bitmaps <= '0;
        count <= '0;
        value_beats_left <= '0;
      end
    end
  end
endmodule
