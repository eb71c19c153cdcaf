// The order of everything: takes waves one after another, starts loads, announces waves to the rows and starts drains
// in their slots. Rows run ahead of each other: each does the waves that are announced at its own pace (row_pace.sv).
//
//   load      a wave's weights load as soon as its record is there, the wave before it is announced, and the PEs have
//             room: for IN_FLIGHT waves, or as many as their memories of taps hold, WEIGHT_STEP words each
//   announce  when its weights are loaded, which takes their words plus BANK_SWITCH, and no psums of another tile are
//             in its psum bank or leave it
//   over      when every row is done with it, which rows say ahead, or a little later for a short one; no two waves in
//             two cycles
//   drain     a tile's psums leave as soon as its last wave is over and those of the tile before are out, which takes as
//             many slots as there are, plus BANK_SWITCH; the next tile loads and multiplies, in the other bank
//   finish    when the last psums are out; then the next program may begin
//
// Records come by valid and ready, and nothing but a record that is late makes the machine wait. The outputs are
// registers: what is decided in one cycle is the slot of the next. A record is
//   {final, ends tile, words of its load, psum bank, halo, origin, reciprocal, psums to drain, drain base,
//    header address, tap address, entry address, tag}
// A program without waves is one record that is final and ends no tile. Tags come back when their wave is announced and
// when it is over.
module sequencer #(
    parameter int ROWS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int BANK_SWITCH = 2,
    parameter int IN_FLIGHT = 8,
    parameter int STREAM_BITS = 20,
    parameter int TAG_BITS = 1,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int PSUMS_BITS = $clog2(PSUM_DEPTH + 1),
    localparam int LOAD_BITS = $clog2(ROWS * WEIGHT_DEPTH + 1),
    localparam int RECIPROCAL_BITS = 2 * ADDRESS_BITS + 1,
    localparam int TILE_BITS = 1 + 2 * ADDRESS_BITS + RECIPROCAL_BITS,
    localparam int RECORD_BITS = 2 + LOAD_BITS + TILE_BITS + PSUMS_BITS + ADDRESS_BITS + 3 * STREAM_BITS + TAG_BITS,
    localparam int WORD_BITS = 1 + $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),
    localparam int WAVE_BITS = 1 + WORD_BITS + TILE_BITS + STREAM_BITS,
    localparam int NUMBER_BITS = $clog2(IN_FLIGHT)
) (
    input  logic                      clk,
    input  logic                      reset,
    input  logic [     WORD_BITS-1:0] weight_step,     // of a program: a power of two
    input  logic                      record_valid,
    output logic                      record_ready,
    input  logic [   RECORD_BITS-1:0] record,
    input  logic [ROWS*IN_FLIGHT-1:0] done,            // of every row: a bit a wave, which changes as the row is done with it
    output logic                      running,         // from slot 0 on, until finish
    output logic [     WAVE_BITS-1:0] wave,            // {announced, where its weights begin, psum bank, halo, origin, reciprocal, entry}
    output logic                      load_start,
    output logic [     LOAD_BITS-1:0] load_words,
    output logic [   STREAM_BITS-1:0] load_header,
    output logic [   STREAM_BITS-1:0] load_tap,
    output logic [     WORD_BITS-1:0] load_base,
    output logic                      drain_start,     // with `ended`
    output logic [  ADDRESS_BITS-1:0] drain_base,
    output logic [    PSUMS_BITS-1:0] drain_count,
    output logic                      drain_bank,
    output logic [      TAG_BITS-1:0] started_tag,     // of the wave that is announced
    output logic                      ended,
    output logic [      TAG_BITS-1:0] ended_tag,
    output logic                      finish
);
  localparam int LOAD_LEFT_BITS = LOAD_BITS + 1;

  // The record whose weights load.
  logic next_valid, next_final, next_drains, next_psum_bank;
  logic [TILE_BITS-2:0] next_place;
  logic [PSUMS_BITS-1:0] next_psums;
  logic [ADDRESS_BITS-1:0] next_base;
  logic [STREAM_BITS-1:0] next_entry;
  logic [TAG_BITS-1:0] next_tag;

  // The oldest wave that is announced and not over.
  logic final_now, drains, drains_now, psum_bank_now;
  logic [PSUMS_BITS-1:0] psums;
  logic [ADDRESS_BITS-1:0] base;
  logic [TAG_BITS-1:0] tag_now;

  logic [WORD_BITS-1:0] weight_base;  // of the next record
  logic closed;  // the final record is taken
  logic last_drain;
  logic [LOAD_LEFT_BITS-1:0] loading;  // slots until the next wave's weights are there, after this one
  logic [PSUMS_BITS:0] draining;  // slots until the psums of the tile before are out, likewise
  logic loaded, drained;  // whether these are 0, found out a cycle ahead
  logic draining_on;  // psums leave a bank that another tile may not have yet
  logic [1:0] busy;  // psum banks, from their tile's last wave on until their psums are out
  wire out = draining[PSUMS_BITS:1] == '0;

  // Records whose weights are in the PEs or on their way there, a cycle late, and how many there may be: a bit a number.
  logic [IN_FLIGHT:0] taken, taken_next, most;
  logic room;
  always_comb begin
    taken_next = taken;
    if (load_start && !ended) taken_next = {taken[IN_FLIGHT-1:0], 1'b0};
    if (!load_start && ended) taken_next = {1'b0, taken[IN_FLIGHT:1]};
  end

  // The oldest wave that is not over: a bit; its bit of `done` comes to be 1, or 0 in every other turn.
  logic [IN_FLIGHT-1:0] oldest, all_done, any_done;
  logic turned, over;
  for (genvar i = 0; i < IN_FLIGHT; i++) begin : done_waves
    logic [ROWS-1:0] rows;
    for (genvar r = 0; r < ROWS; r++) begin : row
      assign rows[r] = done[r*IN_FLIGHT+i];
    end
    always_ff @(posedge clk) begin
      all_done[i] <= &rows && !reset;
      any_done[i] <= |rows && !reset;
    end
  end

  wire ends = over && (!drains_now || drained);
  wire advance = next_valid && loaded && !(next_psum_bank ? busy[1] : busy[0]);
  wire take = record_valid && record_ready;
  assign record_ready = room && (!next_valid || advance);

  logic record_final, record_ends_tile, record_psum_bank;
  logic [LOAD_BITS-1:0] record_words;
  logic [TILE_BITS-2:0] record_place;
  logic [PSUMS_BITS-1:0] record_psums;
  logic [ADDRESS_BITS-1:0] record_base;
  logic [STREAM_BITS-1:0] record_header, record_tap, record_entry;
  logic [TAG_BITS-1:0] record_tag;
  assign {record_final, record_ends_tile, record_words, record_psum_bank, record_place, record_psums,
          record_base, record_header, record_tap, record_entry, record_tag} = record;
  wire nothing = record_final && !record_ends_tile;
  wire counted = take && !nothing;

  localparam int OPEN_BITS = 3 + PSUMS_BITS + ADDRESS_BITS + TAG_BITS;
  logic queue_ready, open;
  logic [NUMBER_BITS:0] queued;
  fifo #(
      .WIDTH(OPEN_BITS),
      .DEPTH(IN_FLIGHT)
  ) queue (
      .clk,
      .reset,
      .in_valid(advance),
      .in_ready(queue_ready),
      .in_word({next_final, next_drains, next_psum_bank, next_psums, next_base, next_tag}),
      .out_valid(open),
      .out_ready(ends),
      .out_word({final_now, drains, psum_bank_now, psums, base, tag_now}),
      .count(queued)
  );

  always_ff @(posedge clk) begin
    wave[WAVE_BITS-1] <= 1'b0;
    load_start <= 1'b0;
    drain_start <= 1'b0;
    ended <= 1'b0;
    finish <= 1'b0;
    over <= !ends && (oldest & (turned ? ~any_done : all_done)) != '0;
    drains_now <= drains;
    if (!loaded) loading <= loading - 1'b1;
    if (!drained) draining <= draining - 1'b1;
    loaded <= loading[LOAD_LEFT_BITS-1:1] == '0;
    drained <= out;
    if (out) draining_on <= 1'b0;
    for (int b = 0; b < 2; b++) begin
      if (draining_on && out && drain_bank == (b == 1)) busy[b] <= 1'b0;
      if (advance && next_drains && next_psum_bank == (b == 1)) busy[b] <= 1'b1;
    end
    taken <= taken_next;
    most <= '0;
    for (int k = 0; k < WORD_BITS; k++)
      if (weight_step[k]) most[(1 << (WORD_BITS - k)) < IN_FLIGHT ? 1 << (WORD_BITS - k) : IN_FLIGHT] <= 1'b1;
    room <= (taken_next & most) == '0 && !closed;

    if (ends) begin
      oldest <= {oldest[IN_FLIGHT-2:0], oldest[IN_FLIGHT-1]};
      turned <= turned ^ oldest[IN_FLIGHT-1];
      ended <= 1'b1;
      ended_tag <= tag_now;
      if (drains_now) begin
        drain_start <= 1'b1;
        drain_base <= base;
        drain_count <= psums;
        drain_bank <= psum_bank_now;
        draining <= (PSUMS_BITS + 1)'(psums) + (PSUMS_BITS + 1)'(BANK_SWITCH - 1);
        drained <= 1'b0;
        draining_on <= 1'b1;
      end
      last_drain <= final_now && drains_now;
    end
    if ((ends && final_now && !drains_now) || (last_drain && drained)) begin
      finish <= 1'b1;
      last_drain <= 1'b0;
      closed <= 1'b0;
      weight_base <= '0;
    end
    if (finish) running <= 1'b0;

    if (advance) begin
      wave <= {1'b1, load_base, next_psum_bank, next_place, next_entry};
      started_tag <= next_tag;
      next_valid <= 1'b0;
    end

    if (take) begin
      running <= 1'b1;
      closed <= record_final && !nothing;
      finish <= nothing;
    end
    if (counted) begin
      next_valid <= 1'b1;
      load_start <= 1'b1;
      loaded <= 1'b0;
      loading <= LOAD_LEFT_BITS'(record_words) + LOAD_LEFT_BITS'(BANK_SWITCH - 1);
      {next_final, next_psum_bank, next_place, next_psums, next_base, next_entry, next_tag} <= {
        record_final, record_psum_bank, record_place, record_psums, record_base, record_entry, record_tag
      };
      next_drains <= record_ends_tile && record_psums != '0;
      load_words <= record_words;
      load_header <= record_header;
      load_tap <= record_tap;
      load_base <= weight_base;
      weight_base <= weight_base + weight_step;
    end

    if (reset) begin
      running <= 1'b0;
      next_valid <= 1'b0;
      weight_base <= '0;
      closed <= 1'b0;
      last_drain <= 1'b0;
      {loaded, drained} <= '1;
      draining_on <= 1'b0;
      busy <= '0;
      taken <= (IN_FLIGHT + 1)'(1);
      room <= 1'b1;
      oldest <= IN_FLIGHT'(1);
      turned <= 1'b0;
      over <= 1'b0;
      loading <= '0;
      draining <= '0;
      wave <= '0;
      load_start <= 1'b0;
      drain_start <= 1'b0;
      ended <= 1'b0;
      finish <= 1'b0;
    end
  end
  wire unused = &{1'b0, queue_ready, open, queued};
endmodule
