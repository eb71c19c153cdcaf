// A PE's psums in LUT memories, two banks with the multiplier and the adders about them: one adds while the other drains.
//
//   cycle 1   x * weight; each bank reads at its address       cycle 2   sum, and psum_south      cycle 3   write
module psum_banks #(
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BITS = 28,
    parameter int DRAIN_BITS = 32,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH)
) (
    input  logic                             clk,
    input  logic                             reset,
    input  logic signed [               8:0] x,           // in cycle 0
    input  logic signed [               7:0] weight,      // in cycle 0
    input  logic        [               1:0] adds1,
    input  logic        [               1:0] drains1,
    input  logic        [2*ADDRESS_BITS-1:0] address1,
    input  logic        [    DRAIN_BITS-1:0] psum_north,
    output logic        [    DRAIN_BITS-1:0] psum_south
);
  // Registers between the cycles; the digit is the cycle that reads them.
  logic signed [8:0] x1;
  logic signed [7:0] weight1;
  logic signed [16:0] product2;
  logic second_adds2, second_drains2;  // the second bank does, in place of the first
  logic [2*PSUM_BITS-1:0] read2;  // what each bank gave
  // Bit by bit, and the narrower product on the left: Yosys then puts this choice into the adder's own LUTs.
  wire [PSUM_BITS-1:0] before2;
  for (genvar i = 0; i < PSUM_BITS; i++) begin : choice
    wire bit2 = second_adds2 ? read2[PSUM_BITS+i] : read2[i];
    assign before2[i] = bit2;
  end
  wire signed [PSUM_BITS-1:0] drained2 = second_drains2 ? read2[PSUM_BITS+:PSUM_BITS] : read2[PSUM_BITS-1:0];
  wire [PSUM_BITS-1:0] sum2 = PSUM_BITS'(product2) + before2;

  always_ff @(posedge clk) begin
    x1 <= x;
    weight1 <= weight;
    product2 <= x1 * weight1;
    second_adds2 <= adds1[1];
    second_drains2 <= drains1[1];
    psum_south <= psum_north + DRAIN_BITS'(drained2);
  end

  for (genvar b = 0; b < 2; b++) begin : banks
    logic [PSUM_BITS-1:0] psums[0:PSUM_DEPTH-1];
    initial for (int i = 0; i < PSUM_DEPTH; i++) psums[i] = '0;
    logic [PSUM_BITS-1:0] read, sum3;
    logic [ADDRESS_BITS-1:0] address2, address3;
    logic adds2, drains2;
    logic writes3;
    initial writes3 = 1'b0;  // a psum is not touched before the first reset either
    always_ff @(posedge clk) begin
      read <= psums[address1[b*ADDRESS_BITS+:ADDRESS_BITS]];
      address2 <= address1[b*ADDRESS_BITS+:ADDRESS_BITS];
      adds2 <= adds1[b] && !reset;
      drains2 <= drains1[b] && !reset;
      address3 <= address2;
      writes3 <= (adds2 || drains2) && !reset;
      sum3 <= adds2 ? sum2 : '0;
      if (writes3) psums[address3] <= sum3;
    end
    assign read2[b*PSUM_BITS+:PSUM_BITS] = read;
  end
endmodule
