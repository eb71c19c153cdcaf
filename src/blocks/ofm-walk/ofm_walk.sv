// Where in the ofmap buffer a tile's psums belong: one place for each psum, in the order in which they drain.
//
//   tile ──▶ position (y, x), address ──▶ place_valid, place_address     one cycle after `step`
//
// A tile covers width psums a row, its first at (top, left) of the region that is being made; psums outside the
// region's rows and columns are dropped (halos at its borders). Addresses follow by addition only and wrap, so that
// the first one may lie outside the buffer as long as those inside the region do not. The places step east from lane
// to lane, a column a cycle, as the psums do: one walker serves the whole array.
module ofm_walk #(
    parameter int ADDRESS_BITS = 10,
    parameter int POSITION_BITS = 12  // signed
) (
    input  logic                            clk,
    input  logic                            reset,
    // Taken in any cycle in which it is valid: at the earliest with the last psum of the tile before it, and two cycles
    // before its own first one.
    input  logic                            tile_valid,
    input  logic signed [POSITION_BITS-1:0] tile_top,
    input  logic signed [POSITION_BITS-1:0] tile_left,
    input  logic        [POSITION_BITS-1:0] tile_width,  // 1 or more
    input  logic        [ ADDRESS_BITS-1:0] tile_address,  // of the first psum
    input  logic        [ ADDRESS_BITS-1:0] tile_step,  // from a psum to the next one in its row
    input  logic        [ ADDRESS_BITS-1:0] tile_row_step,  // from a row to the next one
    input  logic signed [POSITION_BITS-1:0] region_rows,
    input  logic signed [POSITION_BITS-1:0] region_cols,
    input  logic                            step,  // a psum leaves the first column
    output logic                            place_valid,
    output logic        [ ADDRESS_BITS-1:0] place_address
);
  logic signed [POSITION_BITS-1:0] y, x, left, rows, cols;
  logic [POSITION_BITS-1:0] width, to_go, others;  // psums of a row; those behind this one, and behind its first
  logic row_ends, lone;  // whether these are none, found out a step ahead
  logic fresh;  // a tile that came a cycle ago
  logic [ADDRESS_BITS-1:0] address, row_address, along, down;

  wire wanted = !y[POSITION_BITS-1] && !x[POSITION_BITS-1] && y < rows && x < cols;

  always_ff @(posedge clk) begin
    place_valid   <= step && wanted && !reset;
    place_address <= address;
    fresh <= tile_valid;
    if (tile_valid) begin
      y <= tile_top;
      x <= tile_left;
      left <= tile_left;
      width <= tile_width;
      address <= tile_address;
      row_address <= tile_address;
      along <= tile_step;
      down <= tile_row_step;
      rows <= region_rows;
      cols <= region_cols;
    end
    if (fresh) begin
      {to_go, others} <= {2{width - 1'b1}};
      {row_ends, lone} <= {2{width == POSITION_BITS'(1)}};
    end
    if (step && !tile_valid) begin
      if (row_ends) y <= y + 1'b1;
      x <= row_ends ? left : x + 1'b1;
      to_go <= row_ends ? others : to_go - 1'b1;
      row_ends <= row_ends ? lone : to_go == POSITION_BITS'(1);
      address <= row_ends ? row_address + down : address + along;
      if (row_ends) row_address <= row_address + down;
    end
  end
endmodule
