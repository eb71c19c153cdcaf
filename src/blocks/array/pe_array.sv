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
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int ROW_BITS = ROWS > 1 ? $clog2(ROWS) : 1,
    localparam int LANE_BITS = WEIGHT_LANES > 1 ? $clog2(WEIGHT_LANES) : 1,
    localparam int WORD_BITS = $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),
    localparam int OPERATION_BITS = 12 + ADDRESS_BITS + LANE_BITS + WORD_BITS,
    localparam int DRAIN_COMMAND_BITS = 2 + ADDRESS_BITS,
    localparam int CHAIN_BITS = 1 + WEIGHT_LANES * (9 + ROW_BITS + WORD_BITS + ADDRESS_BITS)
) (
    input  logic                           clk,
    input  logic                           reset,
    input  logic [ROWS*OPERATION_BITS-1:0] rows,
    input  logic [ DRAIN_COMMAND_BITS-1:0] drain,   // for row 0
    input  logic [    COLS*CHAIN_BITS-1:0] chains,
    output logic [    COLS*DRAIN_BITS-1:0] psums
);
  localparam int WEST_BITS = OPERATION_BITS + DRAIN_COMMAND_BITS;

  logic [(COLS+1)*ROWS*WEST_BITS-1:0] west;  // of column c, row r at (c * ROWS + r)
  logic [(ROWS+1)*COLS*CHAIN_BITS-1:0] north;  // of row r, column c at (r * COLS + c)
  logic [(ROWS+1)*COLS*DRAIN_BITS-1:0] psum_north;
  logic [(ROWS+1)*DRAIN_COMMAND_BITS-1:0] drains;  // of each row, the newest above

  assign north[0+:COLS*CHAIN_BITS] = chains;
  assign psum_north[0+:COLS*DRAIN_BITS] = '0;
  assign psums = psum_north[ROWS*COLS*DRAIN_BITS+:COLS*DRAIN_BITS];
  logic [ROWS*DRAIN_COMMAND_BITS-1:0] drains_below;
  assign drains = {drains_below, drain};
  always_ff @(posedge clk) drains_below <= reset ? '0 : drains[0+:ROWS*DRAIN_COMMAND_BITS];

  for (genvar r = 0; r < ROWS; r++) begin : row
    assign west[r*WEST_BITS+:WEST_BITS] = {
      rows[r*OPERATION_BITS+:OPERATION_BITS], drains[r*DRAIN_COMMAND_BITS+:DRAIN_COMMAND_BITS]
    };
    for (genvar c = 0; c < COLS; c++) begin : column
      pe #(
          .ROWS(ROWS),
          .PSUM_DEPTH(PSUM_DEPTH),
          .PSUM_BANKS(PSUM_BANKS),
          .PSUM_BITS(PSUM_BITS),
          .WEIGHT_DEPTH(WEIGHT_DEPTH),
          .WEIGHT_LANES(WEIGHT_LANES),
          .DRAIN_BITS(DRAIN_BITS)
      ) pe (
          .clk,
          .reset,
          .west(west[(c*ROWS+r)*WEST_BITS+:WEST_BITS]),
          .east(west[((c+1)*ROWS+r)*WEST_BITS+:WEST_BITS]),
          .north(north[(r*COLS+c)*CHAIN_BITS+:CHAIN_BITS]),
          .south(north[((r+1)*COLS+c)*CHAIN_BITS+:CHAIN_BITS]),
          .psum_north(psum_north[(r*COLS+c)*DRAIN_BITS+:DRAIN_BITS]),
          .psum_south(psum_north[((r+1)*COLS+c)*DRAIN_BITS+:DRAIN_BITS])
      );
    end
  end

  // What leaves the grid in the east and the south has done its work.
  wire unused_edges = &{
    1'b0, west[COLS*ROWS*WEST_BITS+:ROWS*WEST_BITS], north[ROWS*COLS*CHAIN_BITS+:COLS*CHAIN_BITS],
    drains[ROWS*DRAIN_COMMAND_BITS+:DRAIN_COMMAND_BITS]
  };
endmodule
