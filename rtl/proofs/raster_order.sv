// Any stream of operations that a row's feeder may send to a PE, and how far apart two of them on one psum are.
//
// A channel is K slots a non-zero: its taps in order, whose offsets grow; then the next non-zero, whose position grows.
// A PE may lack a tap, and a slot may pass unused. Between two channels CHANNEL_GAP slots are idle; positions, offsets and
// K are then anew. After the same gap the psums may drain, address by address, and multiply again after it.
//
//   distance of two operations on one psum = how many slots after the first the second comes
//
// The PE's psum memories need 3 or more (rtl/proofs/psum_banks.svh proves that this is enough); within a channel it is
// K + 1 or more. RASTER = 0 takes the order of the non-zeros away: a control.
module raster_order #(
    parameter int ADDRESS_BITS = 3,
    parameter int TAPS = 3,  // K is 1 to TAPS
    parameter int CHANNEL_GAP = 2,
    parameter int RASTER = 1,
    localparam int TAP_BITS = $clog2(TAPS + 1)
) (
    input logic clk
);
  // What the solver chooses, slot by slot.
  (* anyseq *) wire use_slot, has_tap, next_channel, next_drains;
  (* anyseq *) wire [ADDRESS_BITS-1:0] next_position;
  (* anyseq *) wire [TAPS*ADDRESS_BITS-1:0] next_offsets;
  (* anyseq *) wire [TAP_BITS-1:0] next_taps;

  // The channel that runs, or the drain.
  logic running = 1'b0, drains = 1'b0;
  logic [ADDRESS_BITS-1:0] position;
  logic [TAPS*ADDRESS_BITS-1:0] offsets;
  logic [TAP_BITS-1:0] taps, tap;
  logic [2:0] idle = 3'd7;  // slots since its last one

  wire [ADDRESS_BITS-1:0] offset = offsets[tap*ADDRESS_BITS+:ADDRESS_BITS];
  wire operates = running && use_slot && (drains || has_tap);
  wire [ADDRESS_BITS-1:0] address = drains ? position : position - offset;
  wire last_tap = drains || tap == taps - 1'b1;
  wire ends = running && use_slot && last_tap && (next_channel || (drains && position == '1));
  wire starts = CHANNEL_GAP == 0 ? ends || !running : !running && idle >= 3'(CHANNEL_GAP - 1);

  // Offsets of a channel grow from tap to tap: raster order.
  function automatic logic growing(input logic [TAPS*ADDRESS_BITS-1:0] list, input logic [TAP_BITS-1:0] count);
    growing = count != '0 && count <= TAP_BITS'(TAPS);
    for (int k = 1; k < TAPS; k++)
      if (TAP_BITS'(k) < count && list[k*ADDRESS_BITS+:ADDRESS_BITS] <= list[(k-1)*ADDRESS_BITS+:ADDRESS_BITS])
        growing = 1'b0;
  endfunction

  always_comb begin
    if (starts) assume (growing(next_offsets, next_taps));
    if (RASTER != 0 && running && use_slot && last_tap && !drains && !ends) assume (next_position > position);
    if (running && !drains) assume (position >= offset);  // every product lies in the tile's psums
    if (running) assert (growing(offsets, taps) && tap < taps);
  end

  always_ff @(posedge clk) begin
    if (idle != 3'd7) idle <= idle + 1'b1;
    if (running && use_slot) begin
      idle <= '0;
      tap <= last_tap ? '0 : tap + 1'b1;
      if (last_tap) position <= drains ? position + 1'b1 : next_position;
      if (ends) running <= 1'b0;
    end
    if (starts) begin
      running <= 1'b1;
      drains <= next_drains;
      position <= next_position;
      offsets <= next_offsets;
      taps <= next_taps;
      tap <= '0;
    end
  end

  // The operations of the last slots, and whether they were of the channel or drain that runs now.
  localparam int PAST = TAPS > 2 ? TAPS : 2;
  logic [PAST-1:0] was = '0, same = '0;
  logic [PAST*ADDRESS_BITS-1:0] past;
  always_ff @(posedge clk) begin
    was  <= {was[PAST-2:0], operates};
    same <= starts ? '0 : {same[PAST-2:0], 1'b1};
    past <= {past[(PAST-1)*ADDRESS_BITS-1:0], address};
  end
  for (genvar d = 1; d <= PAST; d++) begin : distances
    wire meets = operates && was[d-1] && past[(d-1)*ADDRESS_BITS+:ADDRESS_BITS] == address;
    always_comb begin
      if (d < 3) assert (!meets);
      if (meets && same[d-1] && !drains) assert (TAP_BITS'(d) > taps);
    end
  end
endmodule
