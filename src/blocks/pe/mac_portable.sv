// What mac_dsp48 makes of a DSP slice, without it: multiply, then add to a psum; or pass a psum south, adding.
module mac_portable #(
    parameter int PSUM_BITS = 28,
    parameter int DRAIN_BITS = 48
) (
    input  logic                         clk,
    input  logic signed [           8:0] x,           // in cycle 0
    input  logic signed [           7:0] weight,      // in cycle 0
    input  logic signed [ PSUM_BITS-1:0] psum2,
    input  logic                         there2,      // or else psum2 counts as 0
    input  logic                         drains2,
    input  logic        [DRAIN_BITS-1:0] psum_north,
    output logic        [ PSUM_BITS-1:0] sum3,
    output logic        [DRAIN_BITS-1:0] psum_south
);
  logic signed [8:0] x1;
  logic signed [7:0] weight1;
  logic signed [16:0] product2;
  wire [DRAIN_BITS-1:0] addend2 = drains2 ? psum_north : DRAIN_BITS'(product2);
  wire [DRAIN_BITS-1:0] before2 = there2 ? DRAIN_BITS'(psum2) : '0;
  always_ff @(posedge clk) begin
    x1 <= x;
    weight1 <= weight;
    product2 <= x1 * weight1;
    psum_south <= addend2 + before2;
  end
  assign sum3 = psum_south[PSUM_BITS-1:0];
endmodule
