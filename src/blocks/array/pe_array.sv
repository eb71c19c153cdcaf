// The grid of PEs and the skew of its drain commands: every wire is to a neighbour.
//
//                chains[0]   chains[1]          taps from the north, column c is c cycles behind column 0
//                   │           │
//   drain ─┬─▶ ┌────▼───┐  ┌────▼───┐
//   rows[0]──▶ │ PE 0,0 ├─▶│ PE 0,1 ├─▶         operations from the west, row r is r cycles behind row 0
//        (reg) └────┬───┘  └────┬───┘
//          ├─▶ ┌────▼───┐  ┌────▼───┐
//   rows[1]──▶ │ PE 1,0 ├─▶│ PE 1,1 ├─▶
//          ▼   └────┬───┘  └────┬───┘
//               psums[0]    psums[1]            psums to the south
module pe_array #(
    parameter int ROWS = 32,
    parameter int COLS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BANKS = 2,
    parameter int PSUM_BITS = 28,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int DRAIN_BITS = 32,
    parameter int PSUM_BLOCK = 0,  // a lone bank in block RAM
    parameter int DSP48 = 0,  // with a lone bank: the vendor's multiplier, and psums south on its cascade
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int LANE_BITS = WEIGHT_LANES > 1 ? $clog2(WEIGHT_LANES) : 1,
    localparam int WORD_BITS = 1 + $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),
    localparam int OPERATION_BITS = 11 + ADDRESS_BITS + LANE_BITS + WORD_BITS,
    localparam int DRAIN_COMMAND_BITS = 2 + ADDRESS_BITS,
    localparam int CHAIN_BITS = 1 + $clog2(WEIGHT_LANES + 1) + WEIGHT_LANES * (9 + ADDRESS_BITS)
) (
    input  logic                           clk,
    input  logic                           reset,
    // {lane, word} of the next cycle's operation, {mac, x, position, psum bank} of this one's
    input  logic [ROWS*OPERATION_BITS-1:0] rows,
    input  logic [ DRAIN_COMMAND_BITS-1:0] drain,   // for row 0
    input  logic [    COLS*CHAIN_BITS-1:0] chains,
    output logic [    COLS*DRAIN_BITS-1:0] psums
);
  localparam int BANK_BITS = 2 + ADDRESS_BITS;
  localparam int READ_BITS = WEIGHT_LANES + WORD_BITS;
  localparam int WEST_BITS = READ_BITS + 9 + PSUM_BANKS * BANK_BITS;
  localparam int SOUTH_BITS = PSUM_BANKS == 1 && DSP48 != 0 ? 48 : DRAIN_BITS;

  logic [(COLS+1)*ROWS*WEST_BITS-1:0] west;  // of column c, row r at (c * ROWS + r)
  logic [(ROWS+1)*COLS*CHAIN_BITS-1:0] north;  // of row r, column c at (r * COLS + c)
  logic [(ROWS+1)*COLS*SOUTH_BITS-1:0] psum_north;
  logic [(ROWS+1)*DRAIN_COMMAND_BITS-1:0] drains;  // of each row, the newest above

  assign north[0+:COLS*CHAIN_BITS] = chains;
  assign psum_north[0+:COLS*SOUTH_BITS] = '0;
  for (genvar c = 0; c < COLS; c++) begin : south
    assign psums[c*DRAIN_BITS+:DRAIN_BITS] = psum_north[(ROWS*COLS+c)*SOUTH_BITS+:DRAIN_BITS];
  end
  logic [ROWS*DRAIN_COMMAND_BITS-1:0] drains_below;
  assign drains = {drains_below, drain};
  always_ff @(posedge clk) drains_below <= reset ? '0 : drains[0+:ROWS*DRAIN_COMMAND_BITS];

  for (genvar r = 0; r < ROWS; r++) begin : row
    // An operation and a drain command never name the same bank: each bank has wires of its own.
    logic [LANE_BITS-1:0] lane;
    logic [WORD_BITS-1:0] word;
    logic [8:0] x;
    logic mac, psum_bank, drains_now, drain_bank;
    logic [ADDRESS_BITS-1:0] position, drain_address;
    logic [PSUM_BANKS*BANK_BITS-1:0] banks;
    assign {lane, word, mac, x, position, psum_bank} = rows[r*OPERATION_BITS+:OPERATION_BITS];
    assign {drains_now, drain_address, drain_bank} = drains[r*DRAIN_COMMAND_BITS+:DRAIN_COMMAND_BITS];
    for (genvar b = 0; b < PSUM_BANKS; b++) begin : bank
      wire here = drains_now && (PSUM_BANKS == 1 || drain_bank == (b == 1));
      assign banks[b*BANK_BITS+:BANK_BITS] = {
        mac && (PSUM_BANKS == 1 || psum_bank == (b == 1)), here, here ? drain_address : position
      };
    end
    if (PSUM_BANKS == 1) begin : lone
      wire unused = &{1'b0, psum_bank, drain_bank};
    end
    wire [WEIGHT_LANES-1:0] lane_wires = WEIGHT_LANES'(1) << lane;
    assign west[r*WEST_BITS+:WEST_BITS] = {lane_wires, word, x, banks};
    for (genvar c = 0; c < COLS; c++) begin : column
      pe #(
          .PSUM_DEPTH(PSUM_DEPTH),
          .PSUM_BANKS(PSUM_BANKS),
          .PSUM_BITS(PSUM_BITS),
          .WEIGHT_DEPTH(WEIGHT_DEPTH),
          .WEIGHT_LANES(WEIGHT_LANES),
          .DRAIN_BITS(SOUTH_BITS),
          .PSUM_BLOCK(PSUM_BLOCK),
          .DSP48(DSP48),
          .LAST_ROW(DSP48 != 0 && r == ROWS - 1 ? 1 : 0)
      ) pe (
          .clk,
          .reset,
          .west(west[(c*ROWS+r)*WEST_BITS+:WEST_BITS]),
          .east(west[((c+1)*ROWS+r)*WEST_BITS+:WEST_BITS]),
          .north(north[(r*COLS+c)*CHAIN_BITS+:CHAIN_BITS]),
          .south(north[((r+1)*COLS+c)*CHAIN_BITS+:CHAIN_BITS]),
          .psum_north(psum_north[(r*COLS+c)*SOUTH_BITS+:SOUTH_BITS]),
          .psum_south(psum_north[((r+1)*COLS+c)*SOUTH_BITS+:SOUTH_BITS])
      );
    end
  end

  // What leaves the grid in the east and the south has done its work.
  wire unused_edges = &{
    1'b0, west[COLS*ROWS*WEST_BITS+:ROWS*WEST_BITS], north[ROWS*COLS*CHAIN_BITS+:COLS*CHAIN_BITS],
    drains[ROWS*DRAIN_COMMAND_BITS+:DRAIN_COMMAND_BITS], psum_north[ROWS*COLS*SOUTH_BITS+:COLS*SOUTH_BITS]
  };
endmodule
