// The DSP48E2 as Yosys 0.23 infers it for a product that stands between registers of its own: A times B, nothing else.
module DSP48E2 #(
    parameter ACASCREG = 0, ADREG = 0, ALUMODEREG = 0, AMULTSEL = "A", AREG = 0, A_INPUT = "DIRECT", BCASCREG = 0,
    parameter BMULTSEL = "B", BREG = 0, B_INPUT = "DIRECT", CARRYINREG = 0, CARRYINSELREG = 0, CREG = 0, DREG = 0,
    parameter INMODEREG = 0, MREG = 0, OPMODEREG = 0, PREG = 0, USE_MULT = "MULTIPLY", USE_SIMD = "ONE48"
) (
    input signed [29:0] A, input [29:0] ACIN, input [3:0] ALUMODE, input signed [17:0] B, input [17:0] BCIN,
    input [47:0] C, input CARRYIN, input [2:0] CARRYINSEL, input [26:0] D, input [4:0] INMODE, input [8:0] OPMODE,
    input [47:0] PCIN, output [47:0] P
);
  wire signed [26:0] a = A[26:0];
  wire signed [44:0] product = a * B;
  assign P = {{3{product[44]}}, product};

  // Any other setting would be another circuit: the simulation stops rather than guess.
  initial
    if (AREG != 0 || BREG != 0 || MREG != 0 || PREG != 0 || USE_MULT != "MULTIPLY" || USE_SIMD != "ONE48") begin
      $display("DSP48E2: not modelled");
      $stop;
    end
  always @(ALUMODE or OPMODE or INMODE)
    if (ALUMODE != 4'h0 || OPMODE != 9'h005 || INMODE != 5'h00) begin
      $display("DSP48E2: not modelled");
      $stop;
    end
endmodule
