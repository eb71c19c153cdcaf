// One bank of a PE's psums, with the DSP slice that multiplies and adds. It lies in LUT memories, 64 psums of 27 bits in
// four slices, or in block RAM, up to 512 psums in a half of 36 Kb.
//
//   cycle 1   x * weight; read       cycle 2   psum_south = what is read + x * weight, or + psum_north
//   cycle 3   that is written too: an empty word where it drained
//
// Beside each psum lies a bit that says it is there: a drain takes it away, and where there is none 0 is read. So
// nothing needs to choose what is written, and the same adder serves sums and drains, which never come together.
module psum_single #(
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BITS = 28,
    parameter int DRAIN_BITS = 32,
    parameter int PSUM_BLOCK = 0,  // in block RAM
    parameter int DSP48 = 0,
    parameter int LAST_ROW = 0,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH)
) (
    input  logic                           clk,
    input  logic                           reset,
    input  logic signed [             8:0] x,           // in cycle 0
    input  logic signed [             7:0] weight,      // in cycle 0
    input  logic                           adds1,
    input  logic                           drains1,
    input  logic        [ADDRESS_BITS-1:0] address1,
    input  logic        [  DRAIN_BITS-1:0] psum_north,
    output logic        [  DRAIN_BITS-1:0] psum_south
);
  (* ram_style = PSUM_BLOCK != 0 ? "block" : "distributed" *)
  logic [PSUM_BITS:0] psums[0:PSUM_DEPTH-1];  // {there, psum}
  initial for (int i = 0; i < PSUM_DEPTH; i++) psums[i] = '0;

  // Registers between the cycles; the digit is the cycle that reads them.
  logic there2;
  logic [PSUM_BITS-1:0] read2;
  logic [ADDRESS_BITS-1:0] address2, address3;
  logic adds2, drains2, adds3;
  logic writes3;
  initial writes3 = 1'b0;  // a psum is not touched before the first reset either
  wire [PSUM_BITS-1:0] sum3;

  always_ff @(posedge clk) begin
    if (adds1 || drains1) {there2, read2} <= psums[address1];
    address2 <= address1;
    address3 <= address2;
    adds2 <= adds1 && !reset;
    drains2 <= drains1 && !reset;
    adds3 <= adds2;
    writes3 <= (adds2 || drains2) && !reset;
    if (writes3) psums[address3] <= {adds3, sum3};
  end
  wire unused = &{1'b0, PSUM_BLOCK != 0};

  if (DSP48 != 0) begin : vendor
    mac_dsp48 #(
        .PSUM_BITS(PSUM_BITS),
        .DRAIN_BITS(DRAIN_BITS),
        .LAST_ROW(LAST_ROW)
    ) mac (
        .clk,
        .x,
        .weight,
        .psum2(read2),
        .there2,
        .drains2,
        .psum_north,
        .sum3,
        .psum_south
    );
  end else begin : portable
    mac_portable #(
        .PSUM_BITS(PSUM_BITS),
        .DRAIN_BITS(DRAIN_BITS)
    ) mac (
        .clk,
        .x,
        .weight,
        .psum2(read2),
        .there2,
        .drains2,
        .psum_north,
        .sum3,
        .psum_south
    );
    wire unused_row = &{1'b0, LAST_ROW != 0};
  end
endmodule
