// One column's lane of the ofmap buffer: adds draining psums into 32-bit words, and sends finished words out.
//
//   psum, place ──▶ read ─▶ latch ─▶ add ─▶ write        cycle 1, 2, 3; a psum a cycle, never refused
//   send        ──▶ read ─▶ latch ─▶ 0   ─▶ write ; old word ──▶ queue ──▶ out
//
// A word that is sent is set to zero on the way, so a region is found empty by the next one; after reset the lane
// clears all words itself (DEPTH cycles, `busy`). Psums go before sends, which use the cycles psums leave.
//
// An address must not be used again within two cycles: a tile's psums differ in their address, drains are two cycles
// apart (the bank switch), sends wait for additions to end and for the send before. What the sequencer must see to:
// a region's words are sent when its last psum is in, and added to again when the lane is no longer busy.
module ofm_accumulate #(
    parameter int PSUM_BITS = 28,
    parameter int DEPTH = 1024,  // words, a power of two
    parameter int QUEUE = 8,  // words on their way out: 5 or more for a word a cycle
    localparam int ADDRESS_BITS = $clog2(DEPTH)
) (
    input  logic                           clk,
    input  logic                           reset,
    // From the array's south edge, and one cycle later from the walker or the lane to the west.
    input  logic signed [   PSUM_BITS-1:0] psum,
    input  logic                           place_valid,
    input  logic        [ADDRESS_BITS-1:0] place_address,
    output logic                           east_valid,
    output logic        [ADDRESS_BITS-1:0] east_address,
    // Words to send: `count` of them from `address` on.
    input  logic                           send_valid,
    output logic                           send_ready,
    input  logic        [ADDRESS_BITS-1:0] send_address,
    input  logic        [  ADDRESS_BITS:0] send_count,  // 1 or more
    output logic                           out_valid,
    input  logic                           out_ready,
    output logic signed [            31:0] out_word,
    output logic                           out_last,
    output logic                           busy
);
  localparam int COUNT_BITS = $clog2(QUEUE + 1);
  localparam logic [1:0] NONE = 2'd0, ADD = 2'd1, SEND = 2'd2, CLEAR = 2'd3;

  logic [31:0] words[0:DEPTH-1];
  logic [31:0] read2, old3;
  logic [1:0] work1, work2, work3;
  logic [ADDRESS_BITS-1:0] address1, address2, address3, next_address;
  logic [ADDRESS_BITS:0] left;  // words still to be sent or cleared
  logic signed [PSUM_BITS-1:0] psum1, psum2, psum3;
  logic last2, last3, clearing;
  logic [COUNT_BITS-1:0] taken;  // places of the queue, from the read on

  wire active = left != '0;
  wire settled = !place_valid && work2 != ADD && work3 != ADD;
  wire leave = out_valid && out_ready;
  wire sending = work1 == SEND;
  wire ends = left == (ADDRESS_BITS + 1)'(1);
  assign send_ready = !active && !clearing && !work2[1] && !work3[1];  // no send or clear on its way
  assign busy = active || clearing || work2 != NONE || work3 != NONE;

  always_comb begin
    if (place_valid) work1 = ADD;
    else if (clearing) work1 = CLEAR;
    else if (active && settled && taken != COUNT_BITS'(QUEUE)) work1 = SEND;
    else work1 = NONE;
    address1 = place_valid ? place_address : next_address;
  end

  always_ff @(posedge clk) begin
    read2 <= words[address1];
    if (work3 != NONE) words[address3] <= work3 == ADD ? old3 + 32'(psum3) : '0;
  end

  always_ff @(posedge clk) begin
    psum1 <= psum;
    psum2 <= psum1;
    psum3 <= psum2;
    address2 <= address1;
    address3 <= address2;
    old3 <= read2;
    last2 <= ends;
    last3 <= last2;
    east_address <= place_address;
    if (reset) begin
      work2 <= NONE;
      work3 <= NONE;
      clearing <= 1'b1;
      left <= (ADDRESS_BITS + 1)'(DEPTH);
      next_address <= '0;
      taken <= '0;
      east_valid <= 1'b0;
    end else begin
      work2 <= work1;
      work3 <= work2;
      east_valid <= place_valid;
      if (send_valid && send_ready) begin
        next_address <= send_address;
        left <= send_count;
      end else if (sending || work1 == CLEAR) begin
        next_address <= next_address + 1'b1;
        left <= left - 1'b1;
        if (ends) clearing <= 1'b0;
      end
      if (sending && !leave) taken <= taken + 1'b1;
      if (leave && !sending) taken <= taken - 1'b1;
    end
  end

  logic queue_ready;
  logic [COUNT_BITS-1:0] queued;
  wire unused_queue = &{1'b0, queue_ready, queued};
  fifo #(
      .WIDTH(33),
      .DEPTH(QUEUE)
  ) queue (
      .clk,
      .reset,
      .in_valid(work3 == SEND),
      .in_ready(queue_ready),
      .in_word({last3, old3}),
      .out_valid,
      .out_ready,
      .out_word({out_last, out_word}),
      .count(queued)
  );

`ifdef FORMAL
  // One word, whichever the solver picks, beside a plain sum of what is added to it: what is sent is that sum, and
  // nothing on its way to the queue lacks a place in it.
  (* anyconst *) wire [ADDRESS_BITS-1:0] picked;
  logic [31:0] sum;
  logic [31:0] sum_sent2, sum_sent3;  // the sum when the send read
  logic was_reset = 1'b0;
  wire at1 = work1 != NONE && address1 == picked;
  wire at2 = work2 != NONE && address2 == picked;
  wire at3 = work3 != NONE && address3 == picked;

  initial assume (reset);
  always_ff @(posedge clk) begin
    was_reset <= was_reset || reset;
    sum_sent2 <= sum;
    sum_sent3 <= sum_sent2;
    if (at1) sum <= work1 == ADD ? sum + 32'(psum1) : '0;
  end

  always_comb begin
    assume (!(place_valid && (clearing || at2 || at3) && address1 == picked));  // the premise
    assume (!place_valid || !clearing);
    assume (!send_valid || (send_count != '0 && send_count <= (ADDRESS_BITS + 1)'(DEPTH)));
    if (was_reset) begin
      assert (left <= (ADDRESS_BITS + 1)'(DEPTH));
      assert (!clearing || left == (ADDRESS_BITS + 1)'(DEPTH) - (ADDRESS_BITS + 1)'(next_address));
      assert (!clearing || (work2 != ADD && work2 != SEND && work3 != ADD && work3 != SEND));
      assert (!(at2 && at3) && !(at1 && (at2 || at3)));
      assert (!active || clearing || (next_address != picked) || !((at2 && work2[1]) || (at3 && work3[1])));
      assert (taken <= COUNT_BITS'(QUEUE));
      assert ({2'b0, taken} == {2'b0, queued} + (COUNT_BITS + 2)'(work2 == SEND) + (COUNT_BITS + 2)'(work3 == SEND));
      assert (work3 != SEND || queue_ready);
      if (at3 && work3 == SEND) assert (old3 == sum_sent3);
      if (!clearing || next_address > picked) begin
        if (at3 && work3 == ADD) assert (sum == old3 + 32'(psum3));
        else if (at2 && work2 == ADD) assert (sum == read2 + 32'(psum2));
        else if (at2 || at3) assert (sum == '0);
        else assert (sum == words[picked]);
      end
      if (at2 && work2 == SEND) assert (read2 == sum_sent2);
    end
  end
`endif
endmodule
