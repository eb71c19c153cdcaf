// Fills the column memories of one port with the weights of one unit after another, into either half in turn.
//
//   memory ─▶ beats of column 0, of column 1, ... ─▶ a register ─▶ column memory {half, beat of the column}
//
// Of PORTS ports, each has as many columns, one after another, and so a share of every unit; COLS are those of this one.
//
// A unit is asked for when a half is free, while the one before it may still arrive: two units are on chip or on their
// way at most. Units come round again until `loads` are done and here, then those of the layer that `start` has named
// follow, while the array may still work on this one.
//
// What ends a run of beats, units or loads counts down to below zero, and the sign says so: no comparison is in the way.
module weight_fetch #(
    parameter int COLS = 32,
    parameter int PORTS = 1,  // a power of two
    parameter int PORT = 0,  // which one this is
    parameter int DEPTH = 256,  // beats a column and half, a power of two
    parameter int BEAT_BITS = 28,
    localparam int COLUMN_BITS = COLS > 1 ? $clog2(COLS) : 1,
    localparam int DEPTH_BITS = $clog2(DEPTH)
) (
    input  logic                   clk,
    input  logic                   reset,
    input  logic                   start,            // a layer is known; what follows stays until it is begun
    input  logic [  BEAT_BITS-1:0] base,
    input  logic [           15:0] units,
    input  logic [           15:0] loads,
    input  logic [           15:0] column_beats,     // of a unit, in each column
    input  logic [           15:0] unit_beats,       // of a unit, in all columns of all ports
    input  logic                   release_half,
    output logic                   loaded,           // a pulse: the unit is there
    output logic                   request_valid,
    input  logic                   request_ready,
    output logic [  BEAT_BITS-1:0] request_address,
    output logic [           15:0] request_beats,
    input  logic                   in_valid,
    output logic                   in_ready,
    input  logic [          127:0] in_data,
    output logic                   write,
    output logic [COLUMN_BITS-1:0] write_column,
    output logic [   DEPTH_BITS:0] write_address,
    output logic [          127:0] write_data
);
  logic waits;  // a layer
  logic asks;
  logic [1:0] due;  // units that are asked for and not here
  logic [1:0] used;  // halves that hold a unit or wait for one
  logic half;

  // Where this port's share of the named layer's first unit lies: a layer waits for a cycle at least.
  wire [15:0] share = unit_beats >> $clog2(PORTS);
  logic [BEAT_BITS-1:0] first_share;

  // Of the layer at work; counts are those behind the next one, so a sign means: the next is the last, or none is left.
  logic [BEAT_BITS-1:0] first_unit;
  logic [15:0] unit_pitch;
  logic [DEPTH_BITS:0] beats_of_column, beats_behind;
  logic [16:0] units_of_round, units_behind, loads_behind;
  logic [COLUMN_BITS-1:0] column;
  logic [DEPTH_BITS-1:0] beat;

  wire [DEPTH_BITS:0] first_behind = column_beats[DEPTH_BITS:0] - (DEPTH_BITS + 1)'(2);
  wire begins_layer = waits && loads_behind[16] && due == '0;
  wire begins = !asks && !loads_behind[16] && used != 2'd2;
  wire asked = asks && request_ready;
  wire arrives = in_ready && in_valid;
  wire column_ends = arrives && beats_behind[DEPTH_BITS];
  wire last_column = column == COLUMN_BITS'(COLS - 1);
  wire ends = column_ends && last_column;

  wire unused_bits = &{1'b0, column_beats};

  assign request_valid = asks;
  assign in_ready = due != '0;

  always_ff @(posedge clk) begin
    if (begins || asked) asks <= begins;
    due <= due + 2'(asked) - 2'(ends);
    used <= used + 2'(begins) - 2'(release_half);
    if (asked) begin
      loads_behind <= loads_behind - 1'b1;
      units_behind <= units_behind[16] ? units_of_round : units_behind - 1'b1;
      request_address <= units_behind[16] ? first_unit : request_address + BEAT_BITS'(unit_pitch);
    end

    first_share <= base + BEAT_BITS'(PORT) * BEAT_BITS'(share);
    loaded <= ends;
    write <= arrives;
    write_column <= column;
    write_address <= {half, beat};
    write_data <= in_data;
    if (column_ends) begin
      beat <= '0;
      beats_behind <= beats_of_column;
      column <= last_column ? '0 : column + 1'b1;
    end else if (arrives) begin
      beat <= beat + 1'b1;
      beats_behind <= beats_behind - 1'b1;
    end
    if (ends) half <= !half;

    if (begins_layer) begin
      first_unit <= first_share;
      request_address <= first_share;
      request_beats <= share;
      unit_pitch <= unit_beats;
      beats_of_column <= first_behind;
      beats_behind <= first_behind;
      units_of_round <= {1'b0, units} - 17'd2;
      units_behind <= {1'b0, units} - 17'd2;
      loads_behind <= {1'b0, loads} - 17'd1;
      waits <= 1'b0;
    end
    if (start) waits <= 1'b1;
    if (reset) begin
      waits <= 1'b0;
      asks <= 1'b0;
      loads_behind <= '1;
      {due, used} <= '0;
      beat <= '0;
      column <= '0;
      write <= 1'b0;
      loaded <= 1'b0;
      half <= 1'b0;
    end
  end
endmodule
