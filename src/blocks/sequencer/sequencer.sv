// The order of everything: takes waves one after another and starts wave, load and drain in their slots.
//
//   load     a wave's weights load as soon as its record is there and the wave before it has started
//   wave     as long as its slowest row, plus CHANNEL_GAP idle slots; it starts when its weights are loaded, which
//            takes their words plus BANK_SWITCH, and the wave before it is over
//   drain    a tile's psums leave as soon as its last wave is over, while the next tile loads and multiplies; that
//            one ends no sooner than they are out, plus BANK_SWITCH. With one psum bank the next tile waits instead.
//   finish   when the last psums are out; then the next program may begin
//
//   slot     0          load(0)        ...              E                   E + psums + 2
//            │ load 0   │ wave 0       │ wave 1         │ wave 2 (tile 1)   │
//                       │ load 1       │ load 2         │ drain of tile 0   │ the earliest wave of tile 2
//
// Records come by valid and ready, and nothing but a record that is late makes the machine wait, between two waves.
// The outputs are registers: what is decided in one cycle is the slot of the next. A record is
//   {final, ends tile, slots, words of its load, psum bank, halo, origin, reciprocal, psums to drain, drain base,
//    header address, tap address, entry address, tag}
// A program without waves is one record that is final and ends no tile. Tags come back when their wave starts and ends.
module sequencer #(
    parameter int ROWS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BANKS = 2,
    parameter int WEIGHT_DEPTH = 32,
    parameter int CHANNEL_GAP = 2,
    parameter int BANK_SWITCH = 2,
    parameter int STREAM_BITS = 20,
    parameter int TAG_BITS = 1,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int PSUMS_BITS = $clog2(PSUM_DEPTH + 1),
    localparam int SLOT_BITS = $clog2(PSUM_DEPTH * WEIGHT_DEPTH + 1),
    localparam int LOAD_BITS = $clog2(ROWS * WEIGHT_DEPTH + 1),
    localparam int RECIPROCAL_BITS = 2 * ADDRESS_BITS + 1,
    localparam int TILE_BITS = 1 + 2 * ADDRESS_BITS + RECIPROCAL_BITS,
    localparam int RECORD_BITS = 2 + SLOT_BITS + LOAD_BITS + TILE_BITS + PSUMS_BITS + ADDRESS_BITS + 3 * STREAM_BITS + TAG_BITS,
    localparam int CONTROL_BITS = 2 + TILE_BITS
) (
    input  logic                    clk,
    input  logic                    reset,
    input  logic                    record_valid,
    output logic                    record_ready,
    input  logic [ RECORD_BITS-1:0] record,
    output logic                    running,         // from slot 0 on, until finish
    output logic [CONTROL_BITS-1:0] control,         // {wave starts, weight bank, psum bank, halo, origin, reciprocal}
    output logic [ STREAM_BITS-1:0] entry_address,   // of the next wave, a cycle before it starts
    output logic                    load_start,
    output logic [   LOAD_BITS-1:0] load_words,
    output logic [ STREAM_BITS-1:0] load_header,
    output logic [ STREAM_BITS-1:0] load_tap,
    output logic                    load_bank,
    output logic                    drain_start,     // with `ended`
    output logic [ADDRESS_BITS-1:0] drain_base,
    output logic [  PSUMS_BITS-1:0] drain_count,
    output logic                    drain_bank,
    output logic [    TAG_BITS-1:0] started_tag,     // of the wave that `control` starts
    output logic                    ended,
    output logic [    TAG_BITS-1:0] ended_tag,
    output logic                    finish
);
  localparam int SLOTS_LEFT_BITS = SLOT_BITS + 1;
  localparam int LOAD_LEFT_BITS = LOAD_BITS + 1;

  // The wave that runs, or ran last.
  logic busy, final_now, ends_tile, drains, psum_bank_now;
  logic [PSUMS_BITS-1:0] psums;
  logic [ADDRESS_BITS-1:0] base;
  logic [TAG_BITS-1:0] tag_now;
  // The wave after it, from when its load starts.
  logic next_valid, next_final, next_ends_tile, next_drains, next_empty, next_bank;
  logic [SLOT_BITS-1:0] next_slots;
  logic [TILE_BITS-1:0] next_place;
  logic [PSUMS_BITS-1:0] next_psums;
  logic [ADDRESS_BITS-1:0] next_base;
  logic [TAG_BITS-1:0] next_tag;

  logic bank;  // weights of the next record
  logic closed;  // the final record is taken
  logic last_drain;
  logic [SLOTS_LEFT_BITS-1:0] left;  // slots of this wave after this one
  logic [LOAD_LEFT_BITS-1:0] loading;  // slots until the next wave's weights are there, likewise
  logic [PSUMS_BITS:0] draining;  // slots until the psums of the tile before are out, likewise

  // Whether each of these three is 0, found out a cycle ahead.
  logic over, loaded, drained;
  wire ends = busy && over && (!ends_tile || drained);
  // With one bank the psums leave between two tiles, and the next wave waits until they are out.
  wire clear = PSUM_BANKS == 1 ? (busy ? ends && !drains : drained) : ends || !busy;
  wire advance = next_valid && loaded && clear;
  wire take = record_valid && record_ready;
  assign record_ready = !closed && (!next_valid || advance);

  logic record_final, record_ends_tile, record_psum_bank;
  logic [SLOT_BITS-1:0] record_slots;
  logic [LOAD_BITS-1:0] record_words;
  logic [TILE_BITS-2:0] record_place;
  logic [PSUMS_BITS-1:0] record_psums;
  logic [ADDRESS_BITS-1:0] record_base;
  logic [STREAM_BITS-1:0] record_header, record_tap, record_entry;
  logic [TAG_BITS-1:0] record_tag;
  assign {record_final, record_ends_tile, record_slots, record_words, record_psum_bank, record_place, record_psums,
          record_base, record_header, record_tap, record_entry, record_tag} = record;
  wire nothing = record_final && !record_ends_tile;

  always_ff @(posedge clk) begin
    control[CONTROL_BITS-1] <= 1'b0;
    load_start <= 1'b0;
    drain_start <= 1'b0;
    ended <= 1'b0;
    finish <= 1'b0;
    if (!over) left <= left - 1'b1;
    if (!loaded) loading <= loading - 1'b1;
    if (!drained) draining <= draining - 1'b1;
    over <= left[SLOTS_LEFT_BITS-1:1] == '0;
    loaded <= loading[LOAD_LEFT_BITS-1:1] == '0;
    drained <= draining[PSUMS_BITS:1] == '0;

    if (ends) begin
      busy <= 1'b0;
      ended <= 1'b1;
      ended_tag <= tag_now;
      if (drains) begin
        drain_start <= 1'b1;
        drain_base <= base;
        drain_count <= psums;
        drain_bank <= psum_bank_now;
        draining <= (PSUMS_BITS + 1)'(psums) + (PSUMS_BITS + 1)'(BANK_SWITCH - 1);
        drained <= 1'b0;
      end
      last_drain <= final_now && drains;
    end
    if ((ends && final_now && !drains) || (last_drain && drained)) begin
      finish <= 1'b1;
      last_drain <= 1'b0;
      closed <= 1'b0;
    end
    if (finish) running <= 1'b0;

    if (advance) begin
      busy <= 1'b1;
      {final_now, ends_tile, drains, psum_bank_now, psums, base, tag_now} <= {
        next_final, next_ends_tile, next_drains, next_place[TILE_BITS-1], next_psums, next_base, next_tag
      };
      control <= {1'b1, next_bank, next_place};
      started_tag <= next_tag;
      left <= SLOTS_LEFT_BITS'(next_slots) + SLOTS_LEFT_BITS'(CHANNEL_GAP - 1);
      over <= CHANNEL_GAP == 1 && next_empty;
      next_valid <= 1'b0;
    end

    if (take) begin
      running <= 1'b1;
      closed <= record_final && !nothing;
      finish <= nothing;
      next_valid <= !nothing;
      load_start <= !nothing;
      loaded <= nothing;
      loading <= nothing ? '0 : LOAD_LEFT_BITS'(record_words) + LOAD_LEFT_BITS'(BANK_SWITCH - 1);
      {next_final, next_ends_tile, next_slots, next_place, next_psums, next_base, next_tag} <= {
        record_final, record_ends_tile, record_slots, record_psum_bank, record_place, record_psums, record_base, record_tag
      };
      next_drains <= record_ends_tile && record_psums != '0;
      next_empty <= record_slots == '0;
      entry_address <= record_entry;
      load_words <= record_words;
      load_header <= record_header;
      load_tap <= record_tap;
      load_bank <= bank;
      next_bank <= bank;
      bank <= !bank;
    end

    if (reset) begin
      running <= 1'b0;
      busy <= 1'b0;
      next_valid <= 1'b0;
      bank <= 1'b0;
      closed <= 1'b0;
      last_drain <= 1'b0;
      {over, loaded, drained} <= '1;
      left <= '0;
      loading <= '0;
      draining <= '0;
      control <= '0;
      load_start <= 1'b0;
      drain_start <= 1'b0;
      ended <= 1'b0;
      finish <= 1'b0;
    end
  end
endmodule
