// A row's feeder: turns a tile's bitmap and the non-zero values of one virtual channel into operations, K slots a
// non-zero, one a cycle, no gaps between them.
//
//   from the row above ──▶ control ──▶ to the row below, a cycle later
//   entry  {taps K, first lane, bitmap} ─▶ lowest bit ─▶ its row of the tile ─▶ position ─┐
//   value  ────────────────────────────────────────────────────────▶ x ───────────────────┴─▶ operation
//
//   cycle 0   `start`, or a slot of the wave: the lowest bit left of the bitmap, its tap k
//   cycle 1   which row of the tile the bit is in: index * ceil(2^S / width) >> S, exact (S = 2 log2 PSUM_DEPTH)
//   cycle 2   position = index + row * halo + origin; the value as a signed number of 9 bits
//   cycle 3   on the array's west edge
//
// A wave starts with `start`, at least 3 cycles after the last operation of the one before (the channel gap), so
// the tile's constants may change under it. Memories answer one cycle after their address.
module ifm_stream #(
    parameter int PSUM_DEPTH = 64,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int STREAM_BITS = 32,  // of an address into the stream memories
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int LANE_BITS = WEIGHT_LANES > 1 ? $clog2(WEIGHT_LANES) : 1,
    localparam int WORD_BITS = $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),
    localparam int TAPS_BITS = $clog2(WEIGHT_DEPTH + 1),
    localparam int RECIPROCAL_BITS = 2 * ADDRESS_BITS + 1,
    localparam int CONTROL_BITS = 3 + 2 * ADDRESS_BITS + RECIPROCAL_BITS,
    localparam int OPERATION_BITS = 12 + ADDRESS_BITS + LANE_BITS + WORD_BITS
) (
    input  logic                                      clk,
    input  logic                                      reset,
    input  logic                                      signed_ifmap,
    // {start, weight bank, psum bank, halo, origin, reciprocal of the tile's width}
    input  logic [                  CONTROL_BITS-1:0] control,
    output logic [                  CONTROL_BITS-1:0] control_below,
    output logic [                   STREAM_BITS-1:0] entry_address,
    input  logic [TAPS_BITS+LANE_BITS+PSUM_DEPTH-1:0] entry,          // {taps, first lane, bitmap}
    output logic [                   STREAM_BITS-1:0] value_address,
    input  logic [                               7:0] value,
    output logic [                OPERATION_BITS-1:0] operation
);
  wire start = control[CONTROL_BITS-1];

  // Cycle 0.
  logic [PSUM_DEPTH-1:0] rest, bitmap;
  logic [TAPS_BITS-1:0] taps_left, held_taps, taps;
  logic [LANE_BITS-1:0] first_lane, lane;
  logic [WORD_BITS-1:0] word;
  always_comb begin
    bitmap = start ? entry[PSUM_DEPTH-1:0] : rest;
    taps = start ? entry[PSUM_DEPTH+LANE_BITS+:TAPS_BITS] : held_taps;
  end
  wire [LANE_BITS-1:0] entry_lane = start ? entry[PSUM_DEPTH+:LANE_BITS] : first_lane;
  wire mac = |bitmap;
  wire first_tap = start || taps_left == '0;
  wire last_tap = first_tap ? taps == TAPS_BITS'(1) : taps_left == TAPS_BITS'(1);
  wire [LANE_BITS-1:0] this_lane = first_tap ? entry_lane : lane;
  wire [WORD_BITS-1:0] this_word = first_tap ? '0 : word;
  wire last_lane = this_lane == LANE_BITS'(WEIGHT_LANES - 1);

  logic [ADDRESS_BITS-1:0] lowest;
  always_comb begin
    lowest = '0;
    for (int i = PSUM_DEPTH - 1; i >= 0; i--) if (bitmap[i]) lowest = ADDRESS_BITS'(i);
  end

  // Registers between the cycles; the digit is the cycle that reads them.
  logic mac1, mac2, weight_bank1, psum_bank1;
  logic [ADDRESS_BITS-1:0] index1, index2, row2, halo1, origin1;
  logic [LANE_BITS-1:0] lane1, lane2;
  logic [WORD_BITS-1:0] word1, word2;
  logic [RECIPROCAL_BITS-1:0] reciprocal1;
  logic [7:0] value2;
  // The product has ADDRESS_BITS more than 2^S, but index / width is less than 2^ADDRESS_BITS.
  localparam int SCALED_BITS = 3 * ADDRESS_BITS;
  wire [ADDRESS_BITS-1:0] row1 = ADDRESS_BITS'((SCALED_BITS'(index1) * SCALED_BITS'(reciprocal1)) >> 2 * ADDRESS_BITS);

  always_ff @(posedge clk) begin
    control_below <= control;
    rest <= mac && last_tap ? bitmap & (bitmap - 1'b1) : bitmap;
    held_taps <= taps;
    first_lane <= entry_lane;
    taps_left <= !mac || last_tap ? '0 : first_tap ? taps - 1'b1 : taps_left - 1'b1;
    lane <= last_lane ? '0 : this_lane + 1'b1;
    word <= last_lane ? this_word + 1'b1 : this_word;
    if (start) begin
      entry_address <= entry_address + 1'b1;
      {weight_bank1, psum_bank1, halo1, origin1, reciprocal1} <= control[CONTROL_BITS-2:0];
    end
    if (mac && last_tap) value_address <= value_address + 1'b1;

    mac1 <= mac;
    index1 <= lowest;
    lane1 <= this_lane;
    word1 <= this_word;

    mac2 <= mac1;
    index2 <= index1;
    row2 <= row1;
    lane2 <= lane1;
    word2 <= word1;
    value2 <= value;

    operation <= {
      mac2, signed_ifmap && value2[7], value2, index2 + row2 * halo1 + origin1, lane2, word2, weight_bank1, psum_bank1
    };

    if (reset) begin
      control_below <= '0;
      rest <= '0;
      taps_left <= '0;
      entry_address <= '0;
      value_address <= '0;
      mac1 <= 1'b0;
      mac2 <= 1'b0;
      operation <= '0;
    end
  end
endmodule
