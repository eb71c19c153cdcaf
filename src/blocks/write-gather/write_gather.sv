// Gathers the beats of several streams into bursts of up to 16 beats on end, none over a border of 4 KB.
//
//   beat of a stream ─▶ its open run, in one of the stream's two slots of 16 beats ─▶ closed: a burst ─▶ read out
//                      cycle 2: looked up, 3: stored; then the next one
//
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
  // Cycle 1. A flush is a beat for each stream that begins anew and is not stored.
  logic flushing, valid1, begins1, ends1, only_closes1;
  logic [STREAM_BITS-1:0] flushed, stream1;
  logic [BEAT_BITS-1:0] address1;
  logic [127:0] data1;
  assign in_ready = !valid1 && !flushing;

  // Cycle 2 looks up the stream's run and whether the slot that it fills still waits to be read; cycle 3 stores.
  logic valid2, looks, begins2, ends2, only_closes2;
  logic [STREAM_BITS-1:0] stream2;
  logic [BEAT_BITS-1:0] address2;
  logic [127:0] data2;
  logic [3:0] room_anew2;  // beats that may follow the first one of a run that begins at `address2`
  logic open3, half3, blocked3;
  logic [BEAT_BITS-1:0] start3;
  logic [3:0] count3, left3;  // of the open run: beats it has; beats that it may still get

  logic [STREAMS-1:0] open, half, blocked;
  logic [2*STREAMS-1:0] busy;
  logic [BEAT_BITS+7:0] runs[0:STREAMS-1];  // {start, count, left}
  logic [127:0] words[0:2*STREAMS*16-1];

  wire acts = valid2 && !looks;
  wire closes_old = acts && begins2 && open3;
  wire leaves = acts && !(begins2 && open3) && (only_closes2 || !blocked3);
  wire stores = leaves && !only_closes2;
  wire [3:0] at3 = open3 ? count3 : '0;
  wire [3:0] room3 = open3 ? left3 - 1'b1 : room_anew2;
  wire full3 = open3 ? left3 == 4'd1 : room_anew2 == '0;
  wire closes = stores && (ends2 || full3);
  wire enters2 = valid1 && (!valid2 || leaves);
  wire [SLOT_BITS-1:0] slot3 = {stream2, half3};

  always_comb for (int s = 0; s < STREAMS; s++) blocked[s] = half[s] ? busy[2*s+1] : busy[2*s];

  always_ff @(posedge clk) begin
    if (!valid1) begin
      valid1 <= flushing || in_valid;
      {begins1, ends1, address1, data1} <= {flushing || in_begins, in_ends, in_address, in_data};
      stream1 <= flushing ? flushed : in_stream;
      only_closes1 <= flushing;
      if (flushing) flushed <= flushed + 1'b1;
      if (flushed == '1) flushing <= 1'b0;
    end else if (enters2) valid1 <= 1'b0;
    if (flush) begin
      flushing <= 1'b1;
      flushed  <= '0;
    end

    looks <= !looks || enters2;
    if (enters2) begin
      valid2 <= 1'b1;
      {stream2, begins2, ends2, only_closes2} <= {stream1, begins1, ends1, only_closes1};
      address2 <= address1;
      data2 <= data1;
      room_anew2 <= address1[7:4] == '1 ? ~address1[3:0] : '1;
    end else if (leaves) valid2 <= 1'b0;
    open3 <= open[stream2];
    half3 <= half[stream2];
    blocked3 <= blocked[stream2];
    {start3, count3, left3} <= runs[stream2];

    if (stores) runs[stream2] <= {open3 ? start3 : address2, at3 + 4'd1, room3};
    if (stores) words[{slot3, at3}] <= data2;
    for (int s = 0; s < STREAMS; s++)
      if (stream2 == STREAM_BITS'(s)) begin
        if (stores || closes_old) open[s] <= stores && !closes;
        if (closes || closes_old) half[s] <= !half3;
      end
    for (int s = 0; s < 2 * STREAMS; s++) begin
      if (freed && freed_slot == SLOT_BITS'(s)) busy[s] <= 1'b0;
      if ((closes || closes_old) && slot3 == SLOT_BITS'(s)) busy[s] <= 1'b1;
    end
    idle <= !in_valid && !flush && !flushing && !valid1 && !valid2 && open == '0 && !burst_valid;
    if (reset) begin
      flushing <= 1'b0;
      flushed <= '0;
      valid1 <= 1'b0;
      valid2 <= 1'b0;
      looks <= 1'b0;
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
      .in_word({slot3, open3 ? start3 : address2, closes_old ? count3 - 4'd1 : at3}),
      .out_valid(burst_valid),
      .out_ready(burst_ready),
      .out_word({burst_slot, burst_address, burst_last}),
      .count(closed)
  );
endmodule
