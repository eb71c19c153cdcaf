// Fills the column memories with the weights of one unit after another, into either half in turn.
//
//   memory ─▶ beats of column 0, of column 1, ... ─▶ column memory {half, beat of the column}
//
// A unit is fetched when a half is free: two units are on chip at most. Units come round again until `loads` are done.
module weight_fetch #(
    parameter int COLS = 32,
    parameter int DEPTH = 256,  // beats a column and half, a power of two
    parameter int BEAT_BITS = 28,
    localparam int COLUMN_BITS = COLS > 1 ? $clog2(COLS) : 1,
    localparam int DEPTH_BITS = $clog2(DEPTH)
) (
    input  logic                   clk,
    input  logic                   reset,
    input  logic                   start,
    input  logic [  BEAT_BITS-1:0] base,
    input  logic [           15:0] units,
    input  logic [           15:0] loads,
    input  logic [           15:0] column_beats,     // of a unit, in each column
    input  logic [           15:0] unit_beats,       // of a unit, in all columns
    input  logic                   release_half,
    output logic                   loaded,           // a pulse: the unit is there
    output logic                   request_valid,
    input  logic                   request_ready,
    output logic [  BEAT_BITS-1:0] request_address,
    output logic [           15:0] request_beats,
    input  logic                   in_valid,
    output logic                   in_ready,
    output logic                   write,
    output logic [COLUMN_BITS-1:0] write_column,
    output logic [   DEPTH_BITS:0] write_address
);
  localparam logic [1:0] IDLE = 2'd0, ASK = 2'd1, GET = 2'd2;
  logic [1:0] state;
  logic [15:0] left, unit, beat;
  logic [BEAT_BITS-1:0] address;
  logic [1:0] used;  // halves that hold a unit or wait for one
  logic half;
  wire begins = state == IDLE && left != '0 && used != 2'd2;
  wire column_ends = beat + 1'b1 == column_beats;
  wire ends = state == GET && in_valid && column_ends && write_column == COLUMN_BITS'(COLS - 1);

  assign request_valid = state == ASK;
  assign request_address = address;
  assign request_beats = unit_beats;
  assign in_ready = state == GET;
  assign write = state == GET && in_valid;
  assign write_address = {half, beat[DEPTH_BITS-1:0]};

  always_ff @(posedge clk) begin
    loaded <= ends;
    if (begins) state <= ASK;
    if (state == ASK && request_ready) state <= GET;
    if (state == GET && in_valid) begin
      beat <= column_ends ? '0 : beat + 1'b1;
      if (column_ends) write_column <= ends ? '0 : write_column + 1'b1;
    end
    if (ends) begin
      state <= IDLE;
      left  <= left - 1'b1;
      half  <= !half;
      unit  <= unit + 1'b1 == units ? '0 : unit + 1'b1;
      address <= unit + 1'b1 == units ? base : address + BEAT_BITS'(unit_beats);
    end
    used <= used + 2'(begins) - 2'(release_half);
    if (start) begin
      left <= loads;
      unit <= '0;
      address <= base;
      used <= '0;
      half <= 1'b0;
    end
    if (reset) begin
      state <= IDLE;
      left <= '0;
      used <= '0;
      beat <= '0;
      write_column <= '0;
      loaded <= 1'b0;
      half <= 1'b0;
    end
  end
endmodule
