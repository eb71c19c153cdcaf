// Runs layers one after another: fetches a layer's descriptor and its tables, starts the engines, waits until the
// layer's ofmap is in memory, and goes on with the descriptor that this one names.
//
//   idle ─start─▶ ask ─▶ descriptor (8 beats) ─▶ ask ─▶ tables ─▶ begin ─▶ run ─layer_done─▶ next layer, or idle
//
// The tables of a layer lie in memory one after another; `table_select` says whose a beat is, `table_index` which.
module layer_control #(
    parameter int BEAT_BITS = 28
) (
    input  logic                 clk,
    input  logic                 reset,
    input  logic                 start,
    input  logic [BEAT_BITS-1:0] first_descriptor,
    output logic                 busy,
    output logic                 done,              // a pulse
    output logic                 request_valid,
    input  logic                 request_ready,
    output logic [BEAT_BITS-1:0] request_address,
    output logic [         15:0] request_beats,
    input  logic                 in_valid,
    output logic                 in_ready,
    input  logic [        127:0] in_data,
    output logic [       1023:0] descriptor,
    output logic                 table_write,
    output logic [          2:0] table_select,      // K, headers, groups, tiles, partitions, emits, filters
    output logic [         15:0] table_index,
    output logic [        127:0] table_data,
    output logic                 layer_start,
    input  logic                 layer_done
);
  localparam logic [2:0] IDLE = 3'd0, ASK_LAYER = 3'd1, GET_LAYER = 3'd2, ASK_TABLES = 3'd3, GET_TABLES = 3'd4;
  localparam logic [2:0] BEGIN = 3'd5, RUN = 3'd6;
  logic [2:0] state;
  logic [BEAT_BITS-1:0] address;
  logic [2:0] beat;

  wire [BEAT_BITS-1:0] next_layer = descriptor[BEAT_BITS-1:0];
  wire [7*16-1:0] sizes = descriptor[2*32+:7*16];
  wire [15:0] size = sizes[table_select*16+:16];
  wire last = table_index + 1'b1 == size;

  assign busy = state != IDLE;
  assign request_valid = state == ASK_LAYER || state == ASK_TABLES;
  assign request_address = state == ASK_LAYER ? address : descriptor[32+:BEAT_BITS];
  assign request_beats = state == ASK_LAYER ? 16'd8 : descriptor[6*32+:16];
  assign in_ready = state == GET_LAYER || state == GET_TABLES;
  assign table_write = state == GET_TABLES && in_valid;
  assign table_data = in_data;
  assign layer_start = state == BEGIN;

  always_ff @(posedge clk) begin
    done <= 1'b0;
    case (state)
      IDLE:
      if (start) begin
        address <= first_descriptor;
        state   <= ASK_LAYER;
      end
      ASK_LAYER: if (request_ready) state <= GET_LAYER;
      GET_LAYER:
      if (in_valid) begin
        descriptor[beat*128+:128] <= in_data;
        beat <= beat + 1'b1;
        if (beat == 3'd7) state <= ASK_TABLES;
      end
      ASK_TABLES: if (request_ready) state <= GET_TABLES;
      GET_TABLES:
      if (in_valid) begin
        table_index <= last ? '0 : table_index + 1'b1;
        if (last) table_select <= table_select == 3'd6 ? 3'd0 : table_select + 1'b1;
        if (last && table_select == 3'd6) state <= BEGIN;
      end
      BEGIN: state <= RUN;
      default:
      if (layer_done) begin
        address <= next_layer;
        state <= next_layer == '0 ? IDLE : ASK_LAYER;
        done <= next_layer == '0;
      end
    endcase
    if (reset) begin
      state <= IDLE;
      beat <= '0;
      table_select <= '0;
      table_index <= '0;
    end
  end
endmodule
