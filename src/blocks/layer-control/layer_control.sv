// Runs layers one after another: fetches a layer's tables, starts the engines, fetches the descriptor of the layer
// behind it while they work, and goes on with that one when the layer's ofmap is in memory.
//
//   idle ─start─▶ ask ─▶ descriptor (8 beats) ─▶ run ─layer_done─▶ ask ─▶ tables ─▶ run ─layer_done─▶ idle
//                  ▲          `following`             `descriptor`          │
//                  └──────────────── another layer follows ─────────────────┘
//
// `following_known` says that the next layer is known: its weights may be fetched under the one that runs. The tables
// of a layer lie in memory one after another; `table_select` says whose a beat is, `table_index` which. What the
// ifmap's loads need comes first: `layer_start` does not wait for the rest, the first wave does, until `tables_ready`.
// A beat is registered as it comes, so what fans out to a descriptor and ten tables is no pin.
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
    input  logic                 in_valid,          // a beat, taken as it comes
    input  logic [        127:0] in_data,
    output logic [       1023:0] descriptor,
    output logic [       1023:0] following,
    output logic                 following_known,   // a pulse
    output logic                 table_write,
    output logic [          2:0] table_select,      // K, partitions, headers, groups, tiles, emits, filters
    output logic [         15:0] table_index,
    output logic [        127:0] table_data,
    output logic                 tables_ready,
    output logic                 layer_start,       // a pulse: K and partitions are there
    input  logic                 layer_done
);
  localparam logic [2:0] IDLE = 3'd0, ASK_LAYER = 3'd1, GET_LAYER = 3'd2, RUN = 3'd3, ASK_TABLES = 3'd4, GET_TABLES = 3'd5;
  localparam logic [2:0] LAST = 3'd6;  // of the tables
  logic [2:0] state;
  logic received;
  logic [7:0] place;  // of the descriptor's next beat, one bit
  logic follows, last_layer;

  wire descriptor_write = received && state == GET_LAYER;
  wire advance = state == RUN && layer_done && follows;
  wire [BEAT_BITS-1:0] next_layer = descriptor[BEAT_BITS-1:0];

  // Beats that a table has yet behind its next one, less one: the sign says that the next one is its last. The table
  // behind it waits in `after`, the one behind that is chosen by `choice`: tables of a beat each may come in a row.
  logic [16:0] behind, after;
  logic [2:0] choice;
  wire [127:0] sizes = following[2*32+:128];
  wire table_ends = table_write && behind[16];
  wire size_taken = advance || (state == ASK_TABLES && request_ready) || table_ends;

  assign busy = state != IDLE;
  assign request_valid = state == ASK_LAYER || state == ASK_TABLES;
  assign request_beats = state == ASK_LAYER ? 16'd8 : descriptor[6*32+:16];
  assign table_write = received && state == GET_TABLES;
  assign tables_ready = state != GET_TABLES;

  always_ff @(posedge clk) begin
    received <= in_valid;
    table_data <= in_data;
    for (int b = 0; b < 8; b++) if (descriptor_write && place[b]) following[b*128+:128] <= table_data;
    if (descriptor_write) place <= {place[6:0], place[7]};
    following_known <= descriptor_write && place[7];
    if (advance) descriptor <= following;
    last_layer <= next_layer == '0;

    if (size_taken) begin
      after  <= {1'b0, sizes[choice*16+:16]} - 17'd2;
      behind <= after;
      choice <= choice + 1'b1;
    end else if (table_write) behind <= behind - 1'b1;
    if (table_write) table_index <= table_ends ? '0 : table_index + 1'b1;
    if (table_ends) table_select <= table_select + 1'b1;

    layer_start <= table_ends && table_select == 3'd1;

    done <= 1'b0;
    case (state)
      IDLE:
      if (start) begin
        request_address <= first_descriptor;
        state <= ASK_LAYER;
      end
      ASK_LAYER: if (request_ready) state <= GET_LAYER;
      GET_LAYER:
      if (descriptor_write && place[7]) begin
        follows <= 1'b1;
        state <= RUN;
      end
      RUN:
      if (layer_done) begin
        request_address <= following[32+:BEAT_BITS];
        follows <= 1'b0;
        state <= follows ? ASK_TABLES : IDLE;
        done <= !follows;
      end
      ASK_TABLES: if (request_ready) state <= GET_TABLES;
      default:
      if (table_ends && table_select == LAST) begin
        request_address <= next_layer;
        table_select <= '0;
        choice <= '0;
        state <= last_layer ? RUN : ASK_LAYER;
      end
    endcase
    if (reset) begin
      state <= IDLE;
      received <= 1'b0;
      place <= 8'd1;
      follows <= 1'b0;
      following_known <= 1'b0;
      layer_start <= 1'b0;
      table_select <= '0;
      table_index <= '0;
      choice <= '0;
    end
  end
endmodule
