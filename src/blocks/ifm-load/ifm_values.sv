// Asks for the values of one channel after another, those that have any, and places the beats that come in the value
// memories of their rows, behind those of the row's channels before.
//
//   channel ─▶ its beats ─▶ request {address, beats} ─▶ memory
//                     └───▶ route {row, from, beats} ─▶ the beats that arrive
//
//   cycle 0   beats of a channel are asked for      cycle 1   they come      cycle 2   the request, until it is taken
//
// The walk over the channels begins with `go` and waits for each until its count of beats is written.
//
// Where a channel has one beat at most, all channels' come in one run, for which memory is asked once: a beat of zeros
// lies where the row's next one will.
module ifm_values #(
    parameter int ROWS = 32,
    parameter int VALUE_BEATS = 256,
    parameter int CHANNELS = 1024,
    parameter int BEAT_BITS = 28,
    localparam int ROW_BITS = ROWS > 1 ? $clog2(ROWS) : 1,
    localparam int BEATS_BITS = $clog2(VALUE_BEATS) + 1,
    localparam int CHANNEL_BITS = $clog2(CHANNELS)
) (
    input  logic                    clk,
    input  logic                    reset,
    input  logic [            15:0] channels,
    input  logic [            15:0] pitch,            // beats from a channel's values to the next one's
    input  logic                    beats_write,      // how many beats of values a channel has
    input  logic [CHANNEL_BITS-1:0] beats_channel,
    input  logic [  BEATS_BITS-1:0] beats,
    input  logic                    go,
    input  logic [   BEAT_BITS-1:0] from,             // channel 0's values in memory
    input  logic                    may_end,          // all bitmaps have been read, those too that are only there to fill
    output logic                    ends,             // all have been asked for, all have come
    output logic                    request_valid,
    input  logic                    request_ready,
    output logic [   BEAT_BITS-1:0] request_address,
    output logic [            15:0] request_beats,
    input  logic                    in_valid,
    output logic                    in_ready,
    output logic                    value_write,
    output logic [    ROW_BITS-1:0] value_row,
    output logic [  BEATS_BITS-2:0] value_address
);
  // Cycle 0.
  logic together;  // a beat a channel at most
  logic walks, first, bottom, row_last, channel_last;
  logic [CHANNEL_BITS:0] known;  // channels whose count is written and that are not walked over
  logic some_known;
  logic [CHANNEL_BITS-1:0] channel;
  logic [15:0] channels_left;
  logic [ROW_BITS-1:0] row;

  // Cycle 1: how many beats there are. None is kept as one more than all, so that two bits tell.
  logic valid1, first1, bottom1, last1;
  logic [ROW_BITS-1:0] row1;
  logic [BEATS_BITS-1:0] counts[0:CHANNELS-1];
  logic [BEATS_BITS-1:0] count1;
  localparam logic [BEATS_BITS-1:0] NONE = BEATS_BITS'(VALUE_BEATS + 1);
  wire none1 = count1[BEATS_BITS-1] && count1[0];

  // Cycle 2.
  logic valid2, last2, some2, comes2, asks2;
  logic [ROW_BITS-1:0] row2;
  logic [BEATS_BITS-1:0] beats2;
  wire [BEATS_BITS-2:0] more2 = some2 ? beats2[BEATS_BITS-2:0] - 1'b1 : '0;  // than one
  logic [BEATS_BITS-1:0] start2;
  logic [BEATS_BITS-1:0] placed[0:ROWS-1];  // beats of each row that have a place
  wire [BEATS_BITS-1:0] placed2 = start2 + (some2 ? beats2 : '0);
  // With a single row the channel before may still be in cycle 2.
  wire [BEATS_BITS-1:0] placed1 = ROWS == 1 && valid2 ? placed2 : placed[row1];
  logic route_ready, asked_all;
  wire done2 = !comes2 || (route_ready && (request_ready || !asks2));
  wire moves = !valid2 || done2;
  wire walk = walks && some_known;
  wire step = moves && walk;
  assign request_valid = valid2 && asks2 && route_ready;
  assign request_beats = together ? channels : 16'(beats2);

  // The beats that arrive.
  logic route_valid, route_lone;  // lone: a single beat
  logic [ROW_BITS-1:0] route_row;
  logic [BEATS_BITS-2:0] route_start, route_more, arrive_more;
  logic [3:0] routes;
  logic arrives, arrive_last;
  assign in_ready = arrives;
  assign value_write = arrives && in_valid;
  wire turns = !arrives || (in_valid && arrive_last);
  assign ends = may_end && asked_all && !route_valid && !arrives;
  fifo #(
      .WIDTH(1 + ROW_BITS + 2 * (BEATS_BITS - 1)),
      .DEPTH(8)
  ) route (
      .clk,
      .reset,
      .in_valid(valid2 && comes2 && done2),
      .in_ready(route_ready),
      .in_word({!some2 || beats2 == BEATS_BITS'(1), row2, start2[BEATS_BITS-2:0], more2}),
      .out_valid(route_valid),
      .out_ready(turns),
      .out_word({route_lone, route_row, route_start, route_more}),
      .count(routes)
  );

  always_ff @(posedge clk) begin
    if (beats_write) counts[beats_channel] <= beats == '0 ? NONE : beats;
    if (moves) count1 <= counts[channel];
    if (valid2 && done2) placed[row2] <= placed2;
  end

  always_ff @(posedge clk) begin
    together <= pitch == 16'd1;
    if (beats_write != step) known <= beats_write ? known + 1'b1 : known - 1'b1;
    some_known <= beats_write || (some_known && !(step && known == (CHANNEL_BITS + 1)'(1)));
    if (moves) begin
      valid1 <= walk;
      first1 <= first;
      bottom1 <= bottom;
      last1 <= channel_last;
      row1 <= row;
      valid2 <= valid1;
      last2 <= last1;
      row2 <= row1;
      some2 <= !none1;
      beats2 <= count1;
      comes2 <= together || !none1;
      asks2 <= together ? first1 : !none1;
      start2 <= bottom1 ? '0 : placed1;
    end
    if (step) begin
      walks <= !channel_last;
      first <= 1'b0;
      channel <= channel + 1'b1;
      channels_left <= channels_left - 1'b1;
      channel_last <= channels_left == 16'd2;
      row <= row_last ? '0 : row + 1'b1;
      row_last <= ROWS == 1 || row == ROW_BITS'(ROWS - 2);
      if (row_last) bottom <= 1'b0;
    end
    if (valid2 && done2) begin
      request_address <= request_address + BEAT_BITS'(pitch);
      asked_all <= last2;
    end
    if (ends) asked_all <= 1'b0;

    if (turns) begin
      arrives <= route_valid;
      arrive_more <= route_more;
      arrive_last <= route_lone;
      value_row <= route_row;
      value_address <= route_start;
    end else if (in_valid) begin
      arrive_more <= arrive_more - 1'b1;
      arrive_last <= arrive_more == (BEATS_BITS - 1)'(1);
      value_address <= value_address + 1'b1;
    end

    if (go) begin
      known <= '0;
      some_known <= 1'b0;
      walks <= 1'b1;
      first <= 1'b1;
      bottom <= 1'b1;
      channel <= '0;
      channels_left <= channels;
      channel_last <= channels == 16'd1;
      row <= '0;
      row_last <= ROWS == 1;
      request_address <= from;
    end
    if (reset) begin
      walks <= 1'b0;
      valid1 <= 1'b0;
      valid2 <= 1'b0;
      arrives <= 1'b0;
      asked_all <= 1'b0;
    end
  end
  wire unused_bits = &{1'b0, routes};
endmodule
