// The pace of a row: waves that are announced wait here until the row has done what came before, each row for itself.
//
//   from the row above ──▶ wave ──▶ to the row below, a cycle later
//                           └─▶ queue ─▶ first ─ entry address ─▶ memory ─ slots ─▶ count down ─▶ start, done
//
//   cycle 0   a wave is announced: its weights are there     cycle 3   its entry is there: `start`, or as soon as the
//   cycle 2   it is the first: its entry is asked for                  wave before is over
//
// A wave takes its slots and CHANNEL_GAP idle ones. `done` has a bit a wave, modulo IN_FLIGHT, which changes `nearly` slots
// before the last of them, or as soon as it can, two cycles after the start: what is said then is heard in time, for the
// sequencer is as many cycles away, and this row's waves come to it as much later. No more than IN_FLIGHT waves are
// announced and not over.
module row_pace #(
    parameter int PSUM_DEPTH = 64,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int CHANNEL_GAP = 2,  // 2 or more
    parameter int IN_FLIGHT = 8,  // a power of two
    parameter int STREAM_BITS = 20,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int SLOT_BITS = $clog2(PSUM_DEPTH * WEIGHT_DEPTH + 1),
    localparam int RECIPROCAL_BITS = 2 * ADDRESS_BITS + 1,
    localparam int WORD_BITS = 1 + $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),
    localparam int CONTROL_BITS = 2 + WORD_BITS + 2 * ADDRESS_BITS + RECIPROCAL_BITS,
    localparam int WAVE_BITS = CONTROL_BITS + STREAM_BITS,
    localparam int NUMBER_BITS = $clog2(IN_FLIGHT)
) (
    input  logic                    clk,
    input  logic                    reset,
    input  logic [   WAVE_BITS-1:0] wave,           // {announced, where its weights begin, psum bank, halo, origin, reciprocal, entry}
    output logic [   WAVE_BITS-1:0] wave_below,
    output logic [ STREAM_BITS-1:0] entry_address,
    input  logic [   SLOT_BITS-1:0] slots,          // of the entry at the address of the cycle before
    input  logic [   SLOT_BITS-1:0] nearly,         // slots, of the row: a constant
    output logic [CONTROL_BITS-1:0] control,        // {start, where its weights begin, psum bank, halo, origin, reciprocal}
    output logic [   IN_FLIGHT-1:0] done
);
  logic waits, has_first, there, over, start, queue_ready;
  logic [NUMBER_BITS:0] waiting;
  logic [CONTROL_BITS-2:0] first;
  logic [WAVE_BITS-2:0] next;
  wire takes = !has_first || start;
  assign start = there && over;
  assign control = {start, first};
  fifo #(
      .WIDTH(WAVE_BITS - 1),
      .DEPTH(IN_FLIGHT)
  ) queue (
      .clk,
      .reset,
      .in_valid(wave[WAVE_BITS-1]),
      .in_ready(queue_ready),
      .in_word(wave[WAVE_BITS-2:0]),
      .out_valid(waits),
      .out_ready(takes),
      .out_word(next),
      .count(waiting)
  );

  logic [SLOT_BITS-1:0] left;  // slots of this wave
  logic idles;  // `over` comes with the next cycle
  logic [IN_FLIGHT-1:0] number, runs;  // of the next wave, and of this one until it has said that it is nearly done: a bit
  wire tells = left <= nearly;
  if (CHANNEL_GAP == 2) begin : short_gap
    assign idles = left == '0;
  end else begin : long_gap
    logic [CHANNEL_GAP-3:0] idle;
    assign idles = idle[CHANNEL_GAP-3];
    always_ff @(posedge clk) idle <= over ? '0 : (CHANNEL_GAP - 2)'({idle, left == '0});
  end

  always_ff @(posedge clk) begin
    wave_below <= reset ? '0 : wave;
    if (takes) has_first <= waits;
    if (takes) {first, entry_address} <= next;
    there <= has_first && !start;
    left <= start ? slots : left - 1'b1;
    over <= !start && (over || idles);
    done <= done ^ (tells ? runs : '0);
    if (tells) runs <= '0;
    if (start) {runs, number} <= {number, number[IN_FLIGHT-2:0], number[IN_FLIGHT-1]};
    if (reset) begin
      has_first <= 1'b0;
      there <= 1'b0;
      over <= 1'b1;
      done <= '0;
      runs <= '0;
      number <= IN_FLIGHT'(1);
    end
  end
  wire unused = &{1'b0, queue_ready, waiting};
endmodule
