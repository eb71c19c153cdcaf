// From drains to places: which word of the ofmap lanes each psum is added to, and when a region has all of its psums.
//
//   drain_start, tag ─▶ ROWS + 2 cycles ─▶ the tile's record ─▶ ofm_walk ─▶ place ─▶ lane 0 ─▶ lane 1 ─▶ ...
//                                                               └▶ last psum of a region ─▶ COLS + 4 cycles ─▶ done
//
// Column 0's first psum leaves ROWS + 5 cycles after `drain_start`; the walk starts a tile between the last psum of
// the tile before, at least 3 cycles earlier, and this one.
module ofm_drain #(
    parameter int ROWS = 32,
    parameter int COLS = 32,
    parameter int WORDS = 512,  // of half a lane, a power of two
    parameter int TILE_INDEX_BITS = 10,
    localparam int WORD_BITS = $clog2(WORDS)
) (
    input  logic                       clk,
    input  logic                       reset,
    input  logic [               15:0] region_pitch,
    input  logic                       drain_start,
    input  logic                       drain_completes,  // the tile is the last one of its region
    input  logic                       drain_half,
    input  logic [TILE_INDEX_BITS-1:0] drain_tile,
    output logic [TILE_INDEX_BITS-1:0] tile_address,
    input  logic [              127:0] tile_data,
    input  logic                       leaves,           // a psum leaves column 0
    output logic                       place_valid,
    output logic                       place_half,
    output logic [      WORD_BITS-1:0] place_address,
    output logic                       region_done       // a pulse
);
  localparam int DELAY = ROWS + 2;
  localparam int SETTLE = COLS + 4;
  localparam int TAG_BITS = 3 + TILE_INDEX_BITS;

  logic [DELAY*TAG_BITS-1:0] delayed;  // {start, completes, half, tile}, the newest lowest
  wire [TAG_BITS-1:0] now = delayed[(DELAY-1)*TAG_BITS+:TAG_BITS];
  assign tile_address = now[TILE_INDEX_BITS-1:0];

  logic begins, completes_next, half_next, completes, half;
  logic [7:0] left;  // psums of the tile
  logic [SETTLE-1:0] settling;
  assign region_done = settling[SETTLE-1];

  always_ff @(posedge clk) begin
    delayed <= {delayed[0+:(DELAY-1)*TAG_BITS], drain_start, drain_completes, drain_half, drain_tile};
    {begins, completes_next, half_next} <= now[TILE_INDEX_BITS+:3];
    if (begins) {completes, half} <= {completes_next, half_next};
    left <= begins ? tile_data[7:0] : left - 8'(leaves);
    place_half <= half;
    settling <= {settling[0+:SETTLE-1], leaves && completes && left == 8'd1};
    if (reset) begin
      delayed <= '0;
      begins <= 1'b0;
      settling <= '0;
    end
  end

  ofm_walk #(
      .ADDRESS_BITS(WORD_BITS),
      .POSITION_BITS(12)
  ) walk (
      .clk,
      .reset,
      .tile_valid(begins),
      .tile_top({{2{tile_data[89]}}, tile_data[80+:10]}),
      .tile_left({{2{tile_data[99]}}, tile_data[90+:10]}),
      .tile_width({4'b0, tile_data[55:48]}),
      .tile_address(tile_data[64+:WORD_BITS]),
      .tile_step(WORD_BITS'(1)),
      .tile_row_step(region_pitch[WORD_BITS-1:0]),
      .region_rows({2'b0, tile_data[109:100]}),
      .region_cols({2'b0, tile_data[119:110]}),
      .step(leaves),
      .place_valid,
      .place_address
  );
  wire unused_bits = &{1'b0, tile_data, region_pitch};
endmodule
