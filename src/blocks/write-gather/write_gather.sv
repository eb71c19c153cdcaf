// Gathers the beats of several streams into bursts of up to 16 beats on end, none over a border of 4 KB.
//
//   beat of a stream ─▶ its open run, in one of the stream's two slots of 16 beats ─▶ closed: a burst ─▶ read out
//      cycle 1             2: looked up, 3: stored
//
// A beat a cycle, but for two of one stream on end: the second is looked up when the first is stored.
// A stream's next beat follows the one before, or begins anew. A run is closed by its 16th beat, at a border, by a
// beat that ends it or that begins the next one, and, all of them, by `flush`. While one slot of a stream waits to be
// written the other one is filled; then the stream waits, and all behind it.
module write_gather #(
    parameter int STREAM_BITS = 4,
    parameter int BEAT_BITS = 28,
    localparam int STREAMS = 2 ** STREAM_BITS,
    localparam int SLOT_BITS = STREAM_BITS + 1
) (
    input  logic                   clk,
    input  logic                   reset,
    input  logic                   in_valid,
    output logic                   in_ready,
    input  logic [STREAM_BITS-1:0] in_stream,
    input  logic                   in_begins,
    input  logic                   in_ends,        // no beat follows this one; where that is known
    input  logic [  BEAT_BITS-1:0] in_address,
    input  logic [          127:0] in_data,
    input  logic                   flush,          // a pulse, while nothing comes in
    output logic                   idle,           // everything that came in has left as a burst
    output logic                   burst_valid,
    input  logic                   burst_ready,
    output logic [  SLOT_BITS-1:0] burst_slot,
    output logic [  BEAT_BITS-1:0] burst_address,
    output logic [            3:0] burst_last,     // beats behind the first one
    input  logic                   freed,          // a pulse: the last beat of this slot has been read
    input  logic [  SLOT_BITS-1:0] freed_slot,     // the one that was filled first
    input  logic [  SLOT_BITS+3:0] read_address,   // slot and beat
    output logic [          127:0] read_data       // a cycle later
);
  localparam int STEP_BITS = 3 + STREAM_BITS + BEAT_BITS + 128;

  // Cycle 1, and what came while that could not move on. A flush is a beat for each stream that begins anew and is not stored.
  logic flushing, valid_aside, valid1;
  logic [STREAM_BITS-1:0] flushed;
  logic [STEP_BITS-1:0] aside, step1;
  wire incoming = !valid_aside && (flushing || in_valid);
  wire [STEP_BITS-1:0] step_in = {
    flushing, flushing || in_begins, in_ends, flushing ? flushed : in_stream, in_address, in_data
  };
  assign in_ready = !valid_aside && !flushing;

  // Cycle 2 looks up the stream's run, which of its slots is filled, and how many still wait to be read.
  logic valid2, only_closes2, begins2, ends2, same2;  // same2: its stream is that of cycle 3
  logic [STREAM_BITS-1:0] stream1, stream2;
  logic [BEAT_BITS-1:0] address2;
  logic [127:0] data2;
  wire [3:0] room_anew2 = address2[7:4] == '1 ? ~address2[3:0] : '1;  // beats that may follow `address2` in a run
  wire freed2 = freed && freed_stream == stream2;

  // Cycle 3 stores: what depends on its stream alone was worked out with the look. A beat that begins while a run is open
  // closes that first, and fills the other slot: then it is late. `freed3`: one of its slots
  // was read since, or it is not stored at all.
  logic valid3, only_closes3, closes_old3, late3, both_wait3, one_waits3, freed3, joins3, half3;
  logic fills_joined3, fills_anew3;  // its run is full, or at its end
  logic [STREAM_BITS-1:0] stream3;
  logic [BEAT_BITS-1:0] address3, start3;
  logic [127:0] data3;
  logic [3:0] count3, left3;  // of the open run: beats it has; beats that it may still get
  logic [3:0] room_anew3;

  // Slots are read in the order in which they were filled: of two that wait the one that is to be filled next.
  logic [STREAMS-1:0] open, half, one_waits, both_wait;
  wire [STREAM_BITS-1:0] freed_stream = freed_slot[STREAM_BITS:1];
  wire unused_half = freed_slot[0];  // it is known
  logic [BEAT_BITS+7:0] runs[0:STREAMS-1];  // {start, count, left}
  wire [BEAT_BITS+7:0] run2 = runs[stream2];
  logic [127:0] words[0:2*STREAMS*16-1];

  wire closes_old = valid3 && closes_old3 && !late3;
  wire free3 = freed3 || !(closes_old3 ? one_waits3 : both_wait3);
  wire leaves = valid3 && (!closes_old3 || late3) && free3;
  wire stores = leaves && !only_closes3;
  wire closes = leaves && (joins3 ? fills_joined3 : fills_anew3);
  wire pushes = closes_old || closes;
  wire [3:0] at3 = joins3 ? count3 : '0;
  wire [3:0] room3 = joins3 ? left3 - 1'b1 : room_anew3;
  wire [SLOT_BITS-1:0] slot3 = {stream3, half3 ^ late3};
  wire looks = valid2 && (!valid3 || (leaves && !same2));
  wire enters2 = valid1 && (!valid2 || looks);
  assign stream1 = step1[BEAT_BITS+128+:STREAM_BITS];

  always_ff @(posedge clk) begin
    if (!valid1 || enters2) begin
      valid1 <= valid_aside || incoming;
      step1 <= valid_aside ? aside : step_in;
      valid_aside <= 1'b0;
    end else if (incoming) begin
      aside <= step_in;
      valid_aside <= 1'b1;
    end
    if (flushing && incoming) begin
      flushed <= flushed + 1'b1;
      if (flushed == '1) flushing <= 1'b0;
    end
    if (flush) begin
      flushing <= 1'b1;
      flushed  <= '0;
    end

    if (looks || enters2) valid2 <= enters2;
    if (enters2) begin
      {only_closes2, begins2, ends2, stream2, address2, data2} <= step1;
      same2 <= stream1 == (valid2 ? stream2 : stream3);
    end

    if (looks || leaves) valid3 <= looks;
    if (looks) begin
      {only_closes3, stream3, address3, data3} <= {only_closes2, stream2, address2, data2};
      {start3, count3, left3} <= run2;
      room_anew3 <= room_anew2;
      closes_old3 <= open[stream2] && begins2;
      joins3 <= open[stream2] && !begins2;
      fills_joined3 <= !only_closes2 && (ends2 || run2[3:0] == 4'd1);
      fills_anew3 <= !only_closes2 && (ends2 || room_anew2 == '0);
      half3 <= half[stream2];
      both_wait3 <= both_wait[stream2];
      one_waits3 <= one_waits[stream2];
    end
    late3 <= !looks && (late3 || closes_old);
    freed3 <= looks ? freed2 || only_closes2 : freed3 || (freed && freed_stream == stream3);

    if (stores) runs[stream3] <= {joins3 ? start3 : address3, at3 + 4'd1, room3};
    if (stores) words[{slot3, at3}] <= data3;
    for (int s = 0; s < STREAMS; s++)
      if (stream3 == STREAM_BITS'(s)) begin
        if (stores || closes_old) open[s] <= stores && !closes;
        if (pushes) half[s] <= !(half3 ^ late3);
      end
    for (int s = 0; s < STREAMS; s++)
      if ((freed && freed_stream == STREAM_BITS'(s)) != (pushes && stream3 == STREAM_BITS'(s)))
        {both_wait[s], one_waits[s]} <= pushes && stream3 == STREAM_BITS'(s) ? {one_waits[s], 1'b1} : {1'b0, both_wait[s]};
    idle <= !in_valid && !flush && !flushing && !valid_aside && !valid1 && !valid2 && !valid3 && open == '0 && !burst_valid;
    if (reset) begin
      flushing <= 1'b0;
      flushed <= '0;
      valid_aside <= 1'b0;
      valid1 <= 1'b0;
      valid2 <= 1'b0;
      valid3 <= 1'b0;
      open <= '0;
      half <= '0;
      one_waits <= '0;
      both_wait <= '0;
      idle <= 1'b1;
    end
  end
  always_ff @(posedge clk) read_data <= words[read_address];

  // A burst a slot has room.
  logic closed_ready;
  logic [SLOT_BITS:0] closed;
  wire unused_closed = &{1'b0, closed_ready, closed};
  fifo #(
      .WIDTH(SLOT_BITS + BEAT_BITS + 4),
      .DEPTH(2 * STREAMS)
  ) bursts (
      .clk,
      .reset,
      .in_valid(pushes),
      .in_ready(closed_ready),
      .in_word({slot3, joins3 || closes_old ? start3 : address3, closes_old ? count3 - 4'd1 : at3}),
      .out_valid(burst_valid),
      .out_ready(burst_ready),
      .out_word({burst_slot, burst_address, burst_last}),
      .count(closed)
  );
endmodule
