// The order of everything: reads a program of waves and starts wave, load and drain in their slots.
//
//   load     the weights of wave g + 1 load while wave g multiplies; those of the first wave before it
//   wave     as long as its slowest row, plus CHANNEL_GAP idle slots, or as the next wave's load, plus BANK_SWITCH
//   drain    a tile's psums leave while the next tile multiplies; that one ends no sooner than they are out,
//            plus BANK_SWITCH. With one psum bank the next tile waits instead.
//   finish   when the last psums are out
//
//   slot     0          load(0)        ...              E                   E + psums + 2
//            │ load 0   │ wave 0       │ wave 1         │ wave 2 (tile 1)   │
//                       │ load 1       │ load 2         │ drain of tile 0   │ the earliest wave of tile 2
//
// The outputs are registers: what is decided in one cycle is the slot of the next. A program is a list of
//   {final, ends tile, slots, words of its load, psum bank, halo, origin, reciprocal, psums to drain, drain base}
// in a memory that answers a cycle after its address; a wave is at least 2 slots long, so the record after the next
// is always there in time. A program without waves is one record that is final and ends no tile.
module sequencer #(
    parameter int ROWS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BANKS = 2,
    parameter int WEIGHT_DEPTH = 32,
    parameter int CHANNEL_GAP = 2,
    parameter int BANK_SWITCH = 2,
    parameter int STREAM_BITS = 32,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int PSUMS_BITS = $clog2(PSUM_DEPTH + 1),
    localparam int SLOT_BITS = $clog2(PSUM_DEPTH * WEIGHT_DEPTH + 1),
    localparam int LOAD_BITS = $clog2(ROWS * WEIGHT_DEPTH + 1),
    localparam int RECIPROCAL_BITS = 2 * ADDRESS_BITS + 1,
    localparam int TILE_BITS = 1 + 2 * ADDRESS_BITS + RECIPROCAL_BITS,
    localparam int RECORD_BITS = 2 + SLOT_BITS + LOAD_BITS + TILE_BITS + PSUMS_BITS + ADDRESS_BITS,
    localparam int CONTROL_BITS = 2 + TILE_BITS
) (
    input  logic                    clk,
    input  logic                    reset,
    input  logic                    go,              // run the program from address 0, once after a reset
    output logic [ STREAM_BITS-1:0] record_address,
    input  logic [ RECORD_BITS-1:0] record,
    output logic                    running,         // from slot 0 on, until finish
    output logic [CONTROL_BITS-1:0] control,         // {wave starts, weight bank, psum bank, halo, origin, reciprocal}
    output logic                    load_start,
    output logic [   LOAD_BITS-1:0] load_words,
    output logic                    load_bank,
    output logic                    drain_start,
    output logic [ADDRESS_BITS-1:0] drain_base,
    output logic [  PSUMS_BITS-1:0] drain_count,
    output logic                    drain_bank,
    output logic                    finish
);
  localparam int TIME_BITS = (SLOT_BITS > LOAD_BITS ? SLOT_BITS : LOAD_BITS) + 1;

  localparam logic [2:0] IDLE = 3'd0, FIRST_LOAD = 3'd1, WAVES = 3'd2, LAST_DRAIN = 3'd3, DONE = 3'd4;
  logic [2:0] state;

  // The wave that runs; the wave after it is `next`, and the memory gives the one after that.
  logic final_now, ends_tile, psum_bank_now;
  logic [PSUMS_BITS-1:0] psums;
  logic [ADDRESS_BITS-1:0] base;
  logic [RECORD_BITS-1:0] next;
  logic weight_bank;  // of the next wave
  logic [TIME_BITS-1:0] left;  // slots of this wave after this one
  logic [PSUMS_BITS:0] draining;  // slots until the psums of the tile before are out, likewise

  logic next_final, next_ends_tile, next_psum_bank;
  logic [SLOT_BITS-1:0] next_slots;
  logic [LOAD_BITS-1:0] next_words;
  logic [TILE_BITS-2:0] next_place;
  logic [PSUMS_BITS-1:0] next_psums;
  logic [ADDRESS_BITS-1:0] next_base;
  assign {next_final, next_ends_tile, next_slots, next_words, next_psum_bank, next_place, next_psums, next_base} = next;
  wire [LOAD_BITS-1:0] following_words = record[TILE_BITS+PSUMS_BITS+ADDRESS_BITS+:LOAD_BITS];

  wire [TIME_BITS-1:0] compute = TIME_BITS'(next_slots) + TIME_BITS'(CHANNEL_GAP);
  wire [TIME_BITS-1:0] load = TIME_BITS'(following_words) + TIME_BITS'(BANK_SWITCH);
  wire [TIME_BITS-1:0] length = next_final || compute > load ? compute : load;

  wire over = left == '0;
  wire drained = draining == '0;
  wire drains = ends_tile && psums != '0;
  wire ends_wave = state == WAVES && over && (!ends_tile || drained);
  // With one bank the psums leave between two tiles: `drain_between` first, and the next wave when they are out.
  logic left_between;
  wire drain_between = PSUM_BANKS == 1 && drains && !left_between;
  wire advance = ends_wave && !drain_between;

  always_ff @(posedge clk) begin
    control[CONTROL_BITS-1] <= 1'b0;
    load_start <= 1'b0;
    drain_start <= 1'b0;
    finish <= 1'b0;
    if (!over) left <= left - 1'b1;
    if (!drained) draining <= draining - 1'b1;

    if (state == IDLE && go) begin
      state <= FIRST_LOAD;
      next <= record;
      record_address <= record_address + 1'b1;
    end

    if (state == FIRST_LOAD) begin
      running <= 1'b1;
      if (next_final && !next_ends_tile) begin
        finish <= 1'b1;
        state  <= DONE;
      end else begin
        state <= WAVES;
        load_start <= 1'b1;
        left <= TIME_BITS'(next_words) + TIME_BITS'(BANK_SWITCH - 1);
      end
      load_words <= next_words;
      load_bank <= weight_bank;
      final_now <= 1'b0;
      ends_tile <= 1'b0;
    end

    if (ends_wave && drains && !left_between) begin
      drain_start <= 1'b1;
      drain_base <= base;
      drain_count <= psums;
      drain_bank <= psum_bank_now;
      draining <= (PSUMS_BITS + 1)'(psums) + (PSUMS_BITS + 1)'(BANK_SWITCH - 1);
      left_between <= PSUM_BANKS == 1;
    end

    if (advance && final_now) begin
      state  <= drains && !left_between ? LAST_DRAIN : DONE;
      finish <= !drains || left_between;
    end
    if (advance && !final_now) begin
      {final_now, ends_tile, psum_bank_now, psums, base} <= {
        next_final, next_ends_tile, next_psum_bank, next_psums, next_base
      };
      control <= {1'b1, weight_bank, next_psum_bank, next_place};
      left <= length - 1'b1;
      left_between <= 1'b0;
      weight_bank <= !weight_bank;
      load_start <= !next_final;
      load_words <= following_words;
      load_bank <= !weight_bank;
      next <= record;
      record_address <= record_address + 1'b1;
    end

    if (state == LAST_DRAIN && drained) begin
      finish <= 1'b1;
      state  <= DONE;
    end
    if (finish) running <= 1'b0;

    if (reset) begin
      state <= IDLE;
      record_address <= '0;
      running <= 1'b0;
      control <= '0;
      load_start <= 1'b0;
      drain_start <= 1'b0;
      finish <= 1'b0;
      left <= '0;
      draining <= '0;
      weight_bank <= 1'b0;
      left_between <= 1'b0;
    end
  end
endmodule
