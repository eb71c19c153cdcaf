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
    input  logic [  SLOT_BITS-1:0] freed_slot,
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

  // Cycle 2 looks up the stream's run, which of its slots is filled, and whether they still wait to be read.
  logic valid2, only_closes2, begins2, ends2;
  logic [STREAM_BITS-1:0] stream2;
  logic [BEAT_BITS-1:0] address2;
  logic [127:0] data2;

  // Cycle 3 stores.
  logic valid3, only_closes3, begins3, ends3, open3, half3;
  logic [1:0] busy3;
  logic [STREAM_BITS-1:0] stream3;
  logic [BEAT_BITS-1:0] address3, start3;
  logic [127:0] data3;
  logic [3:0] count3, left3;  // of the open run: beats it has; beats that it may still get
  logic [3:0] room_anew3;  // beats that may follow the first one of a run that begins at `address3`

  logic [STREAMS-1:0] open, half;
  logic [2*STREAMS-1:0] busy;
  logic [BEAT_BITS+7:0] runs[0:STREAMS-1];  // {start, count, left}
  logic [127:0] words[0:2*STREAMS*16-1];

  wire closes_old = valid3 && begins3 && open3;
  wire leaves = valid3 && !(begins3 && open3) && (only_closes3 || !busy3[half3]);
  wire stores = leaves && !only_closes3;
  wire [3:0] at3 = open3 ? count3 : '0;
  wire [3:0] room3 = open3 ? left3 - 1'b1 : room_anew3;
  wire full3 = open3 ? left3 == 4'd1 : room_anew3 == '0;
  wire closes = stores && (ends3 || full3);
  wire [SLOT_BITS-1:0] slot3 = {stream3, half3};
  wire looks = valid2 && (!valid3 || (leaves && stream3 != stream2));
  wire enters2 = valid1 && (!valid2 || looks);

  logic [1:0] busy2;  // of the stream in cycle 2
  always_comb begin
    busy2 = '0;
    for (int s = 0; s < STREAMS; s++) if (stream2 == STREAM_BITS'(s)) busy2 = busy[2*s+:2];
  end

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
    if (enters2) {only_closes2, begins2, ends2, stream2, address2, data2} <= step1;

    if (looks || leaves) valid3 <= looks;
    if (looks) begin
      {only_closes3, begins3, ends3, stream3, address3, data3} <= {only_closes2, begins2, ends2, stream2, address2, data2};
      room_anew3 <= address2[7:4] == '1 ? ~address2[3:0] : '1;
      open3 <= open[stream2];
      half3 <= half[stream2];
      {start3, count3, left3} <= runs[stream2];
      for (int h = 0; h < 2; h++) busy3[h] <= busy2[h] && !(freed && freed_slot == {stream2, 1'(h)});
    end else begin
      // Once the old run is closed, the beat fills the other slot; until that is free, it waits.
      if (closes_old) open3 <= 1'b0;
      if (closes_old) half3 <= !half3;
      for (int h = 0; h < 2; h++) if (freed && freed_slot == {stream3, 1'(h)}) busy3[h] <= 1'b0;
    end

    if (stores) runs[stream3] <= {open3 ? start3 : address3, at3 + 4'd1, room3};
    if (stores) words[{slot3, at3}] <= data3;
    for (int s = 0; s < STREAMS; s++)
      if (stream3 == STREAM_BITS'(s)) begin
        if (stores || closes_old) open[s] <= stores && !closes;
        if (closes || closes_old) half[s] <= !half3;
      end
    for (int s = 0; s < 2 * STREAMS; s++) begin
      if (freed && freed_slot == SLOT_BITS'(s)) busy[s] <= 1'b0;
      if ((closes || closes_old) && slot3 == SLOT_BITS'(s)) busy[s] <= 1'b1;
    end
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
      busy <= '0;
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
      .in_valid(closes || closes_old),
      .in_ready(closed_ready),
      .in_word({slot3, open3 ? start3 : address3, closes_old ? count3 - 4'd1 : at3}),
      .out_valid(burst_valid),
      .out_ready(burst_ready),
      .out_word({burst_slot, burst_address, burst_last}),
      .count(closed)
  );
endmodule
