// The slots of every wave: the most non-zeros n times taps K of any of its rows.
//
//   cycle 0   n and K of a row; the slots that its wave has so far are asked for
//   cycle 1   n * K; they come
//   cycle 2   the more of both
//   cycle 3   the more of it and the row before, where that is of the same wave
//   cycle 4   it is written
//
// The rows of a wave follow each other at the distance of the tiles of the partition. Where these are 4 or fewer the
// wave's slots are not in memory yet: they come round in a line of registers, one a row; those of a lone tile in cycle 3.
module ifm_slots #(
    parameter int PSUM_DEPTH = 64,
    parameter int WEIGHT_DEPTH = 32,
    parameter int ENTRIES = 256,
    localparam int INDEX_BITS = $clog2(ENTRIES),
    localparam int ONES_BITS = $clog2(PSUM_DEPTH + 1),
    localparam int TAPS_BITS = $clog2(WEIGHT_DEPTH + 1),
    localparam int SLOT_BITS = $clog2(PSUM_DEPTH * WEIGHT_DEPTH + 1)
) (
    input  logic                  clk,
    input  logic                  reset,
    input  logic                  half,           // stays, as the tiles do, for a partition
    input  logic [           9:0] tiles,
    input  logic                  valid,
    input  logic                  top,            // its row is the first of its group
    input  logic [INDEX_BITS-1:0] index,
    input  logic [ ONES_BITS-1:0] ones,
    input  logic [ TAPS_BITS-1:0] taps,
    input  logic [  INDEX_BITS:0] slots_address,
    output logic [ SLOT_BITS-1:0] slots           // a cycle later
);
  logic [SLOT_BITS-1:0] waves[0:2*ENTRIES-1];
  logic valid1, valid2, valid3, valid4, top1, top2, follows2, follows3;
  logic [INDEX_BITS-1:0] index1, index2, index3, index4;
  logic [SLOT_BITS-1:0] product1, product2, stored1, before2, most3, most4;
  logic one_tile, two_tiles, three_tiles, few_tiles;
  logic [SLOT_BITS-1:0] line4, line5;  // what most3 was one and two rows ago

  always_ff @(posedge clk) begin
    stored1 <= waves[{half, index}];
    if (valid4) waves[{half, index4}] <= most4;
    slots <= waves[slots_address];
  end

  always_ff @(posedge clk) begin
    one_tile <= tiles == 10'd1;
    two_tiles <= tiles == 10'd2;
    three_tiles <= tiles == 10'd3;
    few_tiles <= tiles <= 10'd4;
    {valid1, valid2, valid3, valid4} <= {valid, valid1, valid2, valid3};
    {top1, top2} <= {top, top1};
    {index1, index2, index3, index4} <= {index, index1, index2, index3};

    product1 <= SLOT_BITS'(ones) * SLOT_BITS'(taps);
    product2 <= product1;
    if (!few_tiles) before2 <= stored1;
    follows2 <= !one_tile && !top1;
    if (valid2) begin
      most3 <= follows2 && before2 > product2 ? before2 : product2;
      line4 <= most3;
      line5 <= line4;
      if (few_tiles) before2 <= two_tiles ? most3 : three_tiles ? line4 : line5;
    end
    follows3 <= one_tile && !top2;
    if (valid3) most4 <= follows3 && most4 > most3 ? most4 : most3;
    if (reset) {valid1, valid2, valid3, valid4} <= '0;
  end
endmodule
