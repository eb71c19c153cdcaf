// The part of AMD's DSP48E2 that mac_dsp48 uses, for simulation: two registers at the multiplier's inputs at most, and
// W, X, Y, Z chosen by OPMODE as UG579 has them. A setting that is not here stops the simulation.
module DSP48E2 #(
    parameter int AREG = 1,
    parameter int ACASCREG = 1,
    parameter int BREG = 1,
    parameter int BCASCREG = 1,
    parameter int CREG = 1,
    parameter int DREG = 1,
    parameter int ADREG = 1,
    parameter int MREG = 1,
    parameter int PREG = 1,
    parameter int ALUMODEREG = 1,
    parameter int INMODEREG = 1,
    parameter int OPMODEREG = 1,
    parameter int CARRYINREG = 1,
    parameter int CARRYINSELREG = 1
) (
    input  logic               CLK,
    input  logic signed [29:0] A,
    input  logic signed [17:0] B,
    input  logic        [47:0] C,
    input  logic        [26:0] D,
    input  logic        [47:0] PCIN,
    input  logic        [ 8:0] OPMODE,
    input  logic        [ 3:0] ALUMODE,
    input  logic        [ 4:0] INMODE,
    input  logic               CARRYIN,
    input  logic        [ 2:0] CARRYINSEL,
    input  logic CEA1, CEA2, CEB1, CEB2, CEC, CED, CEAD, CEM, CEP, CEALUMODE, CECTRL, CECARRYIN, CEINMODE,
    input  logic RSTA, RSTB, RSTC, RSTD, RSTM, RSTP, RSTALUMODE, RSTCTRL, RSTALLCARRYIN, RSTINMODE,
    output logic        [47:0] P,
    output logic        [47:0] PCOUT
);
  logic signed [26:0] a;
  logic signed [17:0] b;
  logic signed [44:0] m;
  logic [47:0] w, x, z;
  always_comb begin
    w = OPMODE[8:7] == 2'b11 ? C : '0;
    z = OPMODE[6:4] == 3'b001 ? PCIN : '0;
    x = OPMODE[3:0] == 4'b0101 ? 48'(m) : '0;  // X and Y hold half of the product each
  end
  always_ff @(posedge CLK) begin
    if (CEA2) a <= A[26:0];
    if (CEB2) b <= B;
    if (CEM) m <= a * b;
    if (CEP) P <= w + x + z;
  end
  assign PCOUT = P;

`ifndef SYNTHESIS
  wire modelled = AREG == 1 && BREG == 1 && CREG == 0 && MREG == 1 && PREG == 1 && OPMODEREG == 0;
  wire known = (OPMODE[8:7] == 2'b11 || OPMODE[8:7] == 2'b00) && OPMODE[6:5] == 2'b00
      && (OPMODE[3:0] == 4'b0101 || OPMODE[3:0] == 4'b0000);
  wire still = {ALUMODE, INMODE, CARRYIN, CARRYINSEL, D} == '0;
  wire held = {RSTA, RSTB, RSTC, RSTD, RSTM, RSTP, RSTALUMODE, RSTCTRL, RSTALLCARRYIN, RSTINMODE} == '0;
  always_ff @(posedge CLK) if (!(modelled && known && still && held)) $fatal(1, "DSP48E2: not modelled");
`endif

  wire unused = &{1'b0, A[29:27], D, ALUMODE, INMODE, CARRYIN, CARRYINSEL, OPMODE[6:4],
      RSTA, RSTB, RSTC, RSTD, RSTM, RSTP, RSTALUMODE, RSTCTRL, RSTALLCARRYIN, RSTINMODE, CEA1, CEB1, CEC, CED, CEAD, CEALUMODE, CECTRL, CECARRYIN, CEINMODE,
      ACASCREG != 0, BCASCREG != 0, DREG != 0, ADREG != 0, ALUMODEREG != 0, INMODEREG != 0, CARRYINREG != 0,
      CARRYINSELREG != 0};
endmodule
