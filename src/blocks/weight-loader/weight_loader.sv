// Feeds the column chains: for each load, words of WEIGHT_LANES taps a column, one word a cycle, every column a
// cycle behind its neighbour, as the operations are.
//
//   headers {valid, last of its row} a lane ─▶ row, word within the row ─▶ column 0 ─▶ column 1 ─▶ ...
//                                              tap address ──────────────▶   0   ──▶   1   ──▶ ...
//   taps of column c, from a memory of its own ───────────────────────────▶ chain c
//
// Which tap goes to which row is the same for all columns: a column with fewer taps holds weights of 0. A row's
// taps follow each other through the lanes; its words are counted from the one that holds its first tap.
//
//   cycle 0   `start`, or the next word: header address       cycle 2   the header; column 0's tap address
//   cycle 1   the header arrives and its rows are counted     cycle 3   header and taps on column 0's chain
module weight_loader #(
    parameter int ROWS = 32,
    parameter int COLS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int STREAM_BITS = 32,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int ROW_BITS = ROWS > 1 ? $clog2(ROWS) : 1,
    localparam int WORD_BITS = $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),
    localparam int COUNT_BITS = $clog2(ROWS * WEIGHT_DEPTH + 1),
    localparam int TAP_BITS = 8 + ADDRESS_BITS,
    localparam int HEADER_BITS = 1 + ROW_BITS + WORD_BITS,
    localparam int COLUMN_BITS = 1 + WEIGHT_LANES * HEADER_BITS,
    localparam int CHAIN_BITS = 1 + WEIGHT_LANES * (HEADER_BITS + TAP_BITS)
) (
    input  logic                                  clk,
    input  logic                                  reset,
    input  logic                                  start,
    input  logic [                COUNT_BITS-1:0] words,           // with start
    input  logic                                  bank,            // with start
    output logic [               STREAM_BITS-1:0] header_address,
    input  logic [            2*WEIGHT_LANES-1:0] header,          // {valid, last} a lane
    output logic [          COLS*STREAM_BITS-1:0] tap_address,
    input  logic [COLS*WEIGHT_LANES*TAP_BITS-1:0] taps,            // {weight, offset} a lane
    output logic [           COLS*CHAIN_BITS-1:0] chains
);
  // Cycle 0.
  logic [COUNT_BITS-1:0] left;
  wire [COUNT_BITS-1:0] remaining = start ? words : left;
  wire active = remaining != '0;

  // Cycle 1.
  logic active1, first1, bank1;
  logic [ROW_BITS-1:0] row;  // of the next tap
  logic [WORD_BITS-1:0] word;  // of the row, that the next tap of it is in
  logic [ROW_BITS-1:0] row_at;  // the same, lane by lane
  logic [WORD_BITS-1:0] word_at;
  logic [WEIGHT_LANES*HEADER_BITS-1:0] placed;
  always_comb begin
    row_at  = first1 ? '0 : row;
    word_at = first1 ? '0 : word;
    for (int l = 0; l < WEIGHT_LANES; l++) begin
      placed[l*HEADER_BITS+:HEADER_BITS] = {header[2*l+1] && active1, row_at, word_at};
      if (header[2*l]) begin
        row_at  = row_at + 1'b1;
        word_at = '0;
      end
    end
  end

  // Cycle 2, and then a column a cycle.
  logic active2, bank2;
  logic [WEIGHT_LANES*HEADER_BITS-1:0] header2;
  logic [COLS*COLUMN_BITS-1:0] headers;  // {bank, a header a lane} of each column
  wire [STREAM_BITS-1:0] first_tap_address = tap_address[0+:STREAM_BITS] + STREAM_BITS'(active2);

  always_ff @(posedge clk) begin
    left <= active ? remaining - 1'b1 : '0;
    if (active) header_address <= header_address + 1'b1;
    active1 <= active;
    first1  <= start;
    if (start) bank1 <= bank;

    if (active1) begin
      row  <= row_at;
      // A row that goes on does so in its next word; one that starts with the next word starts at word 0.
      word <= header[2*WEIGHT_LANES-2] ? '0 : word_at + 1'b1;
    end
    active2 <= active1;
    bank2   <= bank1;
    header2 <= placed;

    headers <= (COLS * COLUMN_BITS)'({headers, bank2, header2});
    tap_address <= (COLS * STREAM_BITS)'({tap_address, first_tap_address});

    if (reset) begin
      left <= '0;
      header_address <= '0;
      active1 <= 1'b0;
      active2 <= 1'b0;
      header2 <= '0;
      headers <= '0;
      tap_address <= '0;
    end
  end

  for (genvar c = 0; c < COLS; c++) begin : join_column
    assign chains[(c+1)*CHAIN_BITS-1] = headers[(c+1)*COLUMN_BITS-1];
    for (genvar l = 0; l < WEIGHT_LANES; l++) begin : join_lane
      assign chains[c*CHAIN_BITS+l*(HEADER_BITS+TAP_BITS)+:HEADER_BITS+TAP_BITS] = {
        headers[c*COLUMN_BITS+l*HEADER_BITS+:HEADER_BITS], taps[(c*WEIGHT_LANES+l)*TAP_BITS+:TAP_BITS]
      };
    end
  end
endmodule
