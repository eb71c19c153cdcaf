// Drains a tile: sends one drain command a cycle into row 0, each row following a cycle later, and says when and
// for which address a psum leaves each column at the south edge.
//
//   start, base, count ─▶ address, address + 1, ... ─▶ row 0's command
//                                                          └─▶ ROWS + 2 cycles ─▶ column 0 leaves ─▶ column 1 ─▶ ...
//
//   cycle 0   `start`, or the next address       cycle FEED   the command on row 0's west edge
//
// `finish` goes the same way as a command and marks the cycle in which the last psum of a program is out.
module psum_drain #(
    parameter int ROWS = 32,
    parameter int COLS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int FEED = 12,  // cycles from `start` to the array's edge, as in the feeders
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int COUNT_BITS = $clog2(PSUM_DEPTH + 1)
) (
    input  logic                         clk,
    input  logic                         reset,
    input  logic                         start,
    input  logic [      ADDRESS_BITS-1:0] base,      // with start
    input  logic [        COUNT_BITS-1:0] count,     // with start
    input  logic                         bank,      // with start
    input  logic                         finish,
    output logic [      ADDRESS_BITS+1:0] command,   // {drain, address, bank}
    output logic [             COLS-1:0] valid,     // a psum leaves the column in this cycle
    output logic [COLS*ADDRESS_BITS-1:0] address,
    output logic                         finished
);
  localparam int PE_CYCLES = 3;  // from a command on a PE's west wires to its psum on the south wires

  logic [COUNT_BITS-1:0] left;
  logic [ADDRESS_BITS-1:0] next;
  logic drain_bank;
  wire [COUNT_BITS-1:0] remaining = start ? count : left;
  wire active = remaining != '0;
  wire [ADDRESS_BITS-1:0] this_address = start ? base : next;

  // {drain, address, bank} on its way to the array, then {drain, address} past the rows and past the columns; the
  // newest is the lowest.
  localparam int COMMAND_BITS = ADDRESS_BITS + 2;
  localparam int LEAVING_BITS = ADDRESS_BITS + 1;
  localparam int LEAVING = ROWS - 1 + PE_CYCLES + COLS - 1;
  logic [FEED*COMMAND_BITS-1:0] feed;
  logic [LEAVING*LEAVING_BITS-1:0] leaving;
  // `finish` comes 2 slots after the last command and so follows it as closely as its psum does.
  logic [FEED+ROWS+COLS-3:0] finishing;

  assign command  = feed[(FEED-1)*COMMAND_BITS+:COMMAND_BITS];
  assign finished = finishing[FEED+ROWS+COLS-3];
  always_ff @(posedge clk) begin
    left <= active ? remaining - 1'b1 : '0;
    next <= this_address + 1'b1;
    if (start) drain_bank <= bank;
    feed <= {feed[0+:(FEED-1)*COMMAND_BITS], active, this_address, start ? bank : drain_bank};
    leaving <= {leaving[0+:(LEAVING-1)*LEAVING_BITS], command[COMMAND_BITS-1:1]};
    finishing <= {finishing[0+:FEED+ROWS+COLS-3], finish};
    if (reset) begin
      left <= '0;
      feed <= '0;
      leaving <= '0;
      finishing <= '0;
    end
  end

  for (genvar c = 0; c < COLS; c++) begin : columns
    assign {valid[c], address[c*ADDRESS_BITS+:ADDRESS_BITS]} =
        leaving[(LEAVING-COLS+c)*LEAVING_BITS+:LEAVING_BITS];
  end
endmodule
