// The weights' ports: each fills its own columns, and a unit is there when the last of them has it.
//
//   memory p ─▶ weight_fetch p ─▶ columns p * COLS / PORTS and on
//                    └ loaded ─▶ ahead: units that this port has and another has not
module weight_ports #(
    parameter int COLS = 32,
    parameter int PORTS = 4,  // a power of two that divides COLS
    parameter int DEPTH = 256,  // beats a column and half, a power of two
    parameter int BEAT_BITS = 28,
    localparam int OWN = COLS / PORTS,
    localparam int OWN_BITS = OWN > 1 ? $clog2(OWN) : 1,
    localparam int DEPTH_BITS = $clog2(DEPTH)
) (
    input  logic                           clk,
    input  logic                           reset,
    input  logic                           start,            // as in weight_fetch.sv, as far as `release_half`
    input  logic [          BEAT_BITS-1:0] base,
    input  logic [                   15:0] units,
    input  logic [                   15:0] loads,
    input  logic [                   15:0] column_beats,
    input  logic [                   15:0] unit_beats,
    input  logic                           release_half,
    output logic                           loaded,           // a pulse: all columns have the unit
    output logic [              PORTS-1:0] request_valid,
    input  logic [              PORTS-1:0] request_ready,
    output logic [    PORTS*BEAT_BITS-1:0] request_address,
    output logic [           PORTS*16-1:0] request_beats,
    input  logic [              PORTS-1:0] in_valid,
    output logic [              PORTS-1:0] in_ready,
    input  logic [          PORTS*128-1:0] in_data,
    output logic [              PORTS-1:0] write,
    output logic [     PORTS*OWN_BITS-1:0] write_column,     // of the port's own
    output logic [PORTS*(DEPTH_BITS+1)-1:0] write_address,
    output logic [          PORTS*128-1:0] write_data
);
  logic [PORTS-1:0] has, ahead_some;
  assign loaded = &(has | ahead_some);

  for (genvar p = 0; p < PORTS; p++) begin : ports
    weight_fetch #(
        .COLS(OWN),
        .PORTS(PORTS),
        .PORT(p),
        .DEPTH(DEPTH),
        .BEAT_BITS(BEAT_BITS)
    ) fetch (
        .clk,
        .reset,
        .start,
        .base,
        .units,
        .loads,
        .column_beats,
        .unit_beats,
        .release_half,
        .loaded(has[p]),
        .request_valid(request_valid[p]),
        .request_ready(request_ready[p]),
        .request_address(request_address[p*BEAT_BITS+:BEAT_BITS]),
        .request_beats(request_beats[p*16+:16]),
        .in_valid(in_valid[p]),
        .in_ready(in_ready[p]),
        .in_data(in_data[p*128+:128]),
        .write(write[p]),
        .write_column(write_column[p*OWN_BITS+:OWN_BITS]),
        .write_address(write_address[p*(DEPTH_BITS+1)+:DEPTH_BITS+1]),
        .write_data(write_data[p*128+:128])
    );
    // Two units are on chip at most, so a port is two ahead at most.
    logic [1:0] ahead;
    assign ahead_some[p] = ahead != '0;
    always_ff @(posedge clk) begin
      ahead <= ahead + 2'(has[p]) - 2'(loaded);
      if (reset) ahead <= '0;
    end
  end
endmodule
