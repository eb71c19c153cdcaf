// A synchronous first-in first-out queue: words leave in the order they came, none lost, none twice.
//
//   in_valid, in_word ──▶ ┌──────────────┐ ──▶ out_valid, out_word
//            in_ready ◀── │ DEPTH words  │ ◀── out_ready
//                         └──────────────┘
//
// A word moves where valid and ready are both high. Both handshakes are registers, so chains of blocks have no
// combinational path through them. A word is seen at the output one cycle after it was taken.
module fifo #(
    parameter int WIDTH = 8,
    parameter int DEPTH = 4  // 2 or more
) (
    input  logic                       clk,
    input  logic                       reset,
    input  logic                       in_valid,
    output logic                       in_ready,
    input  logic [          WIDTH-1:0] in_word,
    output logic                       out_valid,
    input  logic                       out_ready,
    output logic [          WIDTH-1:0] out_word,
    output logic [$clog2(DEPTH+1)-1:0] count
);
  localparam int PLACE_BITS = $clog2(DEPTH);
  localparam int COUNT_BITS = $clog2(DEPTH + 1);
  localparam logic [PLACE_BITS-1:0] LAST = PLACE_BITS'(DEPTH - 1);

  logic [WIDTH-1:0] words[0:DEPTH-1];
  logic [PLACE_BITS-1:0] head;  // the oldest word
  logic [PLACE_BITS-1:0] tail;  // the next free place

  wire [COUNT_BITS-1:0] more = count + 1'b1;
  wire [COUNT_BITS-1:0] fewer = count - 1'b1;
  wire push = in_valid && in_ready;
  wire pop = out_valid && out_ready;
  wire grows = push && !pop;
  wire shrinks = pop && !push;

  assign out_word = words[head];

  always_ff @(posedge clk) begin
    if (push) words[tail] <= in_word;
    if (reset) begin
      head  <= '0;
      tail  <= '0;
      count <= '0;
      in_ready <= 1'b1;
      out_valid <= 1'b0;
    end else begin
      if (push) tail <= tail == LAST ? '0 : tail + 1'b1;
      if (pop) head <= head == LAST ? '0 : head + 1'b1;
      if (grows) count <= more;
      if (shrinks) count <= fewer;
      in_ready <= shrinks || (in_ready && !(grows && more == COUNT_BITS'(DEPTH)));
      out_valid <= grows || (out_valid && !(shrinks && fewer == '0));
    end
  end

`ifdef FORMAL
  // A word is picked by the solver as it enters; `ahead` is how many must leave before it. It must then come out,
  // once, in its turn and unchanged: no loss, no duplication, no overtaking, whichever word was picked.
  (* anyseq *) wire pick;
  logic picked = 1'b0;
  logic [WIDTH-1:0] picked_word;
  logic [COUNT_BITS-1:0] ahead;
  logic was_reset = 1'b0;  // memory and counters mean nothing before the first reset

  wire [PLACE_BITS:0] sum = {1'b0, head} + (PLACE_BITS + 1)'(ahead);
  wire [PLACE_BITS:0] wrapped = sum >= (PLACE_BITS + 1)'(DEPTH) ? sum - (PLACE_BITS + 1)'(DEPTH) : sum;
  wire [PLACE_BITS:0] span = {1'b0, head} + (PLACE_BITS + 1)'(count);
  wire [PLACE_BITS:0] end_of_span = span >= (PLACE_BITS + 1)'(DEPTH) ? span - (PLACE_BITS + 1)'(DEPTH) : span;

  initial assume (reset);
  always_ff @(posedge clk) begin
    was_reset <= was_reset || reset;
    if (reset) picked <= 1'b0;
    else if (!picked && push && pick) begin
      picked <= 1'b1;
      picked_word <= in_word;
      ahead <= count - COUNT_BITS'(pop);
    end else if (picked && pop) begin
      if (ahead == '0) picked <= 1'b0;
      else ahead <= ahead - 1'b1;
    end
  end

  always_comb begin
    if (was_reset) begin
      assert (count <= COUNT_BITS'(DEPTH));  // no overflow, no underflow
      assert (head <= LAST && tail <= LAST);
      assert (end_of_span == {1'b0, tail});
      assert (in_ready == (count != COUNT_BITS'(DEPTH)) && out_valid == (count != '0));
      assert (in_ready || out_valid);  // never stuck: it can always give or take
      if (picked) begin
        assert (ahead < count);  // the word is inside
        assert (words[wrapped[PLACE_BITS-1:0]] == picked_word);
        if (ahead == '0) assert (out_valid && out_word == picked_word);
      end
    end
  end
`endif
endmodule
