// mac_portable in one DSP slice of UltraScale+: registers before and after the multiplier inside, psums passed south
// from slice to slice on the cascade wires, which no LUT touches (AMD UG579).
//
//   P = (drains ? PCIN : A * B) + (there ? C : 0)          AREG = BREG = MREG = PREG = 1, C and OPMODE as they come
//
// The cascade ends in the last row, whose psum_south leaves by the ordinary wires.
module mac_dsp48 #(
    parameter int PSUM_BITS = 28,
    parameter int DRAIN_BITS = 48,  // as wide as the cascade
    parameter int LAST_ROW = 0
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
  wire [47:0] sum, cascade;
  assign sum3 = sum[PSUM_BITS-1:0];
  assign psum_south = LAST_ROW != 0 ? sum : cascade;
  // verilator lint_off PINMISSING
  DSP48E2 #(
      .AREG(1),
      .ACASCREG(1),
      .BREG(1),
      .BCASCREG(1),
      .CREG(0),
      .DREG(0),
      .ADREG(0),
      .MREG(1),
      .PREG(1),
      .ALUMODEREG(0),
      .INMODEREG(0),
      .OPMODEREG(0),
      .CARRYINREG(0),
      .CARRYINSELREG(0)
  ) slice (
      .CLK(clk),
      .A(30'(x)),
      .B(18'(weight)),
      .C(48'(psum2)),
      .D('0),
      .PCIN(psum_north),
      // W: C or 0; Z: PCIN or 0; Y and X: 0 or the product.
      .OPMODE({{2{there2}}, 2'b00, drains2, 1'b0, !drains2, 1'b0, !drains2}),
      .ALUMODE('0),
      .INMODE('0),
      .CARRYIN(1'b0),
      .CARRYINSEL('0),
      .CEA1(1'b0),
      .CEA2(1'b1),
      .CEB1(1'b0),
      .CEB2(1'b1),
      .CEC(1'b0),
      .CED(1'b0),
      .CEAD(1'b0),
      .CEM(1'b1),
      .CEP(1'b1),
      .CEALUMODE(1'b0),
      .CECTRL(1'b0),
      .CECARRYIN(1'b0),
      .CEINMODE(1'b0),
      .RSTA(1'b0),
      .RSTB(1'b0),
      .RSTC(1'b0),
      .RSTD(1'b0),
      .RSTM(1'b0),
      .RSTP(1'b0),
      .RSTALUMODE(1'b0),
      .RSTCTRL(1'b0),
      .RSTALLCARRYIN(1'b0),
      .RSTINMODE(1'b0),
      .P(sum),
      .PCOUT(cascade)
  );
  // verilator lint_on PINMISSING
endmodule
