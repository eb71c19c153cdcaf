// A row's feeder: turns a tile's bitmap and the non-zero values of one virtual channel into operations, K slots a
// non-zero, one a cycle, no gaps between them.
//
//   control, and with it
//   entry  {taps K, first lane, first value, bitmap} ─▶ chunks ─▶ lowest bit ─▶ position ─┐
//   value  ──────────────────────────────────────────────────────────────────▶ x ────────┴─▶ operation
//
//   cycle 0   `start`, and the wave's entry          cycle 5   which row of the tile the bit is in:
//   cycle 1   which chunks of the bitmap hold bits             index * ceil(2^S / width) >> S, exact (S = 2 log2 depth)
//   cycle 2   the lowest of these chunks is picked   cycle 6   row * halo, two bits of the row at a time
//   cycle 3   and cut out                            cycle 7   two sums of these and of index + origin
//   cycle 4   a slot of the wave: its lowest bit,    cycle 8   position; lane and word leave
//             its tap k; its value is asked for      cycle 9   the operation on the array's west edge
//
// While a chunk gives its bits the next one is picked, so that every chunk but the first comes without a wait. A wave
// starts with `start`, at least 3 cycles after the last slot of the one before (the channel gap), 2 after its start.
// The memory of the values answers two cycles after its address.
module ifm_stream #(
    parameter int PSUM_DEPTH = 64,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int STREAM_BITS = 20,  // of an address into the stream memories
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int LANE_BITS = WEIGHT_LANES > 1 ? $clog2(WEIGHT_LANES) : 1,
    localparam int WORD_BITS = 1 + $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),
    localparam int TAPS_BITS = $clog2(WEIGHT_DEPTH + 1),
    localparam int RECIPROCAL_BITS = 2 * ADDRESS_BITS + 1,
    localparam int TILE_BITS = WORD_BITS + 1 + 2 * ADDRESS_BITS + RECIPROCAL_BITS,
    localparam int CONTROL_BITS = 1 + TILE_BITS,
    localparam int COUNTS_BITS = TAPS_BITS + LANE_BITS + STREAM_BITS,
    localparam int ENTRY_BITS = COUNTS_BITS + PSUM_DEPTH,
    localparam int OPERATION_BITS = 11 + ADDRESS_BITS + LANE_BITS + WORD_BITS
) (
    input  logic                      clk,
    input  logic                      reset,
    input  logic                      signed_ifmap,
    // {start, where its weights begin, psum bank, halo, origin, reciprocal of the tile's width}
    input  logic [  CONTROL_BITS-1:0] control,
    input  logic [    ENTRY_BITS-1:0] entry,                // {taps, first lane, first value, bitmap}
    output logic [   STREAM_BITS-1:0] value_address,
    input  logic [               7:0] value,
    // {lane, word} of the next cycle's operation, {mac, x, position, psum bank} of this one's
    output logic [OPERATION_BITS-1:0] operation
);
  wire start = control[CONTROL_BITS-1];

  // What a wave brings, kept until the pipeline is there; starts are 2 cycles apart or more.
  logic [3:0] started;
  logic [COUNTS_BITS-1:0] counts1;
  logic [TILE_BITS-1:0] tile1, tile3;
  logic [WORD_BITS-1:0] weight_base;
  logic psum_bank;
  logic [ADDRESS_BITS-1:0] halo, origin;
  logic [RECIPROCAL_BITS-1:0] reciprocal;
  always_ff @(posedge clk) begin
    started <= reset ? '0 : {started[2:0], start};
    if (start) {counts1, tile1} <= {entry[PSUM_DEPTH+:COUNTS_BITS], control[TILE_BITS-1:0]};
    if (started[1]) tile3 <= tile1;
    if (started[3]) {weight_base, psum_bank, halo, origin, reciprocal} <= tile3;
  end

  // Cycles 1 to 3: the chunks of the bitmap, lowest first.
  localparam int CHUNK = PSUM_DEPTH > 128 ? 16 : 8;
  localparam int CHUNKS = (PSUM_DEPTH + CHUNK - 1) / CHUNK;
  localparam int HIGH_BITS = CHUNKS > 1 ? $clog2(CHUNKS) : 1;
  localparam int LOW_BITS = $clog2(CHUNK);
  logic [CHUNKS*CHUNK-1:0] bitmap;
  logic [CHUNKS-1:0] filled, rest;  // chunks that hold bits; those of them not picked yet
  logic [HIGH_BITS-1:0] lowest_chunk, picked, high;
  logic has_picked;
  logic [CHUNK-1:0] bits;
  logic lone, takes, last_tap;
  for (genvar g = 0; g < CHUNKS; g++) begin : chunks
    assign filled[g] = |bitmap[g*CHUNK+:CHUNK];
  end
  always_comb begin
    lowest_chunk = '0;
    for (int g = CHUNKS - 1; g >= 0; g--) if (rest[g]) lowest_chunk = HIGH_BITS'(g);
  end
  // All but the lowest: a bit stays where one below it is set.
  logic [CHUNKS-1:0] rest_after;
  logic [CHUNK-1:0] bits_after;
  for (genvar g = 0; g < CHUNKS; g++) begin : later_chunks
    assign rest_after[g] = rest[g] && (rest & CHUNKS'((1 << g) - 1)) != '0;
  end
  for (genvar i = 0; i < CHUNK; i++) begin : later_bits
    assign bits_after[i] = bits[i] && (bits & CHUNK'((1 << i) - 1)) != '0;
  end
  wire mac = |bits;
  assign takes = has_picked && (!mac || (lone && last_tap));
  always_ff @(posedge clk) begin
    if (start) bitmap <= (CHUNKS * CHUNK)'(entry[PSUM_DEPTH-1:0]);
    if (!has_picked || takes) begin
      picked <= lowest_chunk;
      has_picked <= |rest;
      rest <= rest_after;
    end
    if (started[0]) rest <= filled;
    if (takes) {high, bits} <= {picked, bitmap[32'(picked)*CHUNK+:CHUNK]};
    else if (last_tap) bits <= bits_after;
    if (reset) begin
      has_picked <= 1'b0;
      rest <= '0;
      bits <= '0;
    end
  end

  // Cycle 4: the slot.
  logic [LOW_BITS-1:0] low;
  assign lone = bits_after == '0;
  always_comb begin
    low = '0;
    for (int i = CHUNK - 1; i >= 0; i--) if (bits[i]) low = LOW_BITS'(i);
  end
  logic [TAPS_BITS-1:0] taps, after;  // slots a non-zero; slots of this one after this slot
  logic [LANE_BITS-1:0] first_lane, lane;
  logic [WORD_BITS-1:0] word;
  wire last_lane = lane == LANE_BITS'(WEIGHT_LANES - 1);
  always_ff @(posedge clk) begin
    if (mac) begin
      after <= last_tap ? taps - 1'b1 : after - 1'b1;
      last_tap <= last_tap ? taps == TAPS_BITS'(1) : after == TAPS_BITS'(1);
      lane  <= last_tap ? first_lane : last_lane ? '0 : lane + 1'b1;
      word  <= last_tap ? '0 : last_lane ? word + 1'b1 : word;
      if (last_tap) value_address <= value_address + 1'b1;
    end
    if (started[1]) begin
      {taps, first_lane, value_address} <= counts1;
      after <= counts1[COUNTS_BITS-1-:TAPS_BITS] - 1'b1;
      last_tap <= counts1[COUNTS_BITS-1-:TAPS_BITS] == TAPS_BITS'(1);
      lane <= counts1[STREAM_BITS+:LANE_BITS];
      word <= '0;
    end
  end

  // Registers from here on; the digit is the cycle that reads them.
  localparam int READ_BITS = LANE_BITS + WORD_BITS;
  localparam int PAIRS = (ADDRESS_BITS + 1) / 2;
  logic [4:0] macs;  // of cycles 5 to 9
  logic [3*READ_BITS-1:0] reads;  // of cycles 5 to 7
  logic [READ_BITS-1:0] read8;
  logic psum_bank8, psum_bank9;
  logic [ADDRESS_BITS-1:0] index5, index6, row6, base7, near8, far8, position9;
  logic [PAIRS*ADDRESS_BITS-1:0] product7;
  logic [7:0] value7, value8;
  logic [8:0] x9;
  // The product has ADDRESS_BITS more than 2^S, but index / width is less than 2^ADDRESS_BITS.
  localparam int SCALED_BITS = 3 * ADDRESS_BITS;
  wire [ADDRESS_BITS-1:0] row5 = ADDRESS_BITS'((SCALED_BITS'(index5) * SCALED_BITS'(reciprocal)) >> 2 * ADDRESS_BITS);
  wire [2*PAIRS-1:0] row_bits = (2 * PAIRS)'(row6);
  logic [ADDRESS_BITS-1:0] far7;
  always_comb begin
    far7 = '0;
    for (int i = 1; i < PAIRS; i++) far7 = far7 + product7[i*ADDRESS_BITS+:ADDRESS_BITS];
  end

  always_ff @(posedge clk) begin
    macs <= reset ? '0 : {macs[3:0], mac};
    reads <= {reads[0+:2*READ_BITS], lane, word};
    read8 <= reads[2*READ_BITS+:READ_BITS] | READ_BITS'(weight_base);  // a multiple of more words than a row has
    psum_bank8 <= psum_bank;
    psum_bank9 <= psum_bank8;

    index5 <= ADDRESS_BITS'({high, low});
    row6 <= row5;
    index6 <= index5;
    base7 <= index6 + origin;
    for (int i = 0; i < PAIRS; i++)
      product7[i*ADDRESS_BITS+:ADDRESS_BITS] <= (row_bits[2*i] ? halo << (2 * i) : '0) + (row_bits[2*i+1] ? halo << (2 * i + 1) : '0);
    near8 <= base7 + product7[0+:ADDRESS_BITS];
    far8 <= far7;
    position9 <= near8 + far8;

    value7 <= value;
    value8 <= value7;
    x9 <= {signed_ifmap && value8[7], value8};
  end
  assign operation = {read8, macs[4], x9, position9, psum_bank9};
endmodule
