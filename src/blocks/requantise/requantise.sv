// From a 32-bit accumulator to a byte, one a cycle:
//   clamp(roundHalfEven(saturate(acc + window * correction + bias) * multiplier / 2^shift), low, high).
//
//   in ──▶ correct ─▶ bias ─▶ multiply ─▶ shift ─▶ round ─▶ clamp ──▶ queue ──▶ out
//          1 .. 3     4, 5    6 .. 8     9 .. 11    12        13
//
// The pipeline never stalls: a word enters only when the queue has room for all that are on their way. The product
// of SUM_BITS and 31 bits is made of pieces that fit a DSP slice (27 x 18 bits, signed), the low ones 17 bits apart as
// the slices' cascade shifts; only as many bits of the product are shifted as the clamped result can need.
module requantise #(
    parameter int QUEUE = 16,  // 15 or more for a word a cycle
    parameter bit CORRECTION = 1'b1,  // 0: window and correction are ignored, one DSP slice fewer
    parameter int SUM_BITS = 32,  // that the biased sum is held inside: 32, or 27 and two DSP slices fewer
    localparam int WINDOW_BITS = 27  // a window's sum of bytes: 2^18 taps of 255
) (
    input  logic                          clk,
    input  logic                          reset,
    input  logic                          in_valid,
    output logic                          in_ready,
    input  logic signed [           31:0] acc,
    input  logic signed [WINDOW_BITS-1:0] window,
    input  logic signed [            8:0] correction,
    input  logic signed [           31:0] bias,
    input  logic        [           30:0] multiplier,
    input  logic        [            5:0] shift,  // 0 to 62
    input  logic signed [            8:0] low,
    input  logic signed [            8:0] high,  // low <= high
    output logic                          out_valid,
    input  logic                          out_ready,
    output logic        [            7:0] out_byte,
    output logic                          out_some    // it is not zero: known before it is queued
);
  localparam int STAGES = 13;
  localparam int COUNT_BITS = $clog2(QUEUE + 1);

  // A place in the queue is taken when a word enters the pipeline and given back when it leaves the queue.
  logic [COUNT_BITS-1:0] taken;
  logic full;
  wire enter = in_valid && in_ready;
  wire leave = out_valid && out_ready;
  assign in_ready = !full;

  logic [STAGES-1:0] valid;
  always_ff @(posedge clk) begin
    if (reset) begin
      valid <= '0;
      taken <= '0;
      full  <= 1'b0;
    end else begin
      valid <= {valid[STAGES-2:0], enter};
      if (enter && !leave) taken <= taken + 1'b1;
      if (leave && !enter) taken <= taken - 1'b1;
      if (enter != leave) full <= enter && taken == COUNT_BITS'(QUEUE - 1);
    end
  end

  // What later stages need rides along: stage s finds it at riders[s - 2], and then in a register that is cleared, so
  // that it is no part of a shift register: those are slow to leave.
  localparam int CLAMP = 18;
  logic [CLAMP*11-1:0] clamp_riders;
  logic [6*9-1:0] shift_riders;
  logic [31*4-1:0] multiplier_riders;
  logic [30:0] m;
  logic [1:0] coarse, by_four, by_one;
  logic signed [8:0] least, most;
  always_ff @(posedge clk) begin
    clamp_riders <= {clamp_riders[CLAMP*10-1:0], low, high};
    shift_riders <= {shift_riders[6*8-1:0], shift};
    multiplier_riders <= {multiplier_riders[31*3-1:0], multiplier};
    m <= reset ? '0 : multiplier_riders[31*3+:31];
    coarse <= reset ? '0 : shift_riders[6*6+4+:2];
    by_four <= reset ? '0 : shift_riders[6*7+2+:2];
    by_one <= reset ? '0 : shift_riders[6*8+:2];
    {least, most} <= reset ? '0 : clamp_riders[CLAMP*10+:CLAMP];
  end

  // 1 to 3: the correction of imported weights. Sums wrap at 32 bits, as in Int32Array.
  logic signed [31:0] acc1, acc2, acc3, bias1, bias2, bias3;
  generate
    if (CORRECTION) begin : gen_correction
      logic signed [WINDOW_BITS-1:0] window1;
      logic signed [8:0] correction1;
      logic signed [WINDOW_BITS+8:0] product2;
      always_ff @(posedge clk) begin
        window1 <= window;
        correction1 <= correction;
        product2 <= window1 * correction1;
        acc3 <= acc2 + product2[31:0];
      end
      wire unused = &{1'b0, product2[WINDOW_BITS+8:32]};
    end else begin : gen_plain
      always_ff @(posedge clk) acc3 <= acc2;
      wire unused = &{1'b0, window, correction};
    end
  endgenerate

  // 4 and 5: the bias, held inside SUM_BITS.
  logic signed [32:0] sum4;
  logic signed [SUM_BITS-1:0] sum5;

  // 6 to 8: sum5 = high6 * 2^26 + low26, where it has more than 27 bits; m = high14 * 2^17 + low17.
  wire signed [26:0] sum_low = {SUM_BITS == 27 && sum5[26], sum5[25:0]};
  wire signed [17:0] m_low = {1'b0, m[16:0]};
  wire signed [14:0] m_high = {1'b0, m[30:17]};
  logic signed [44:0] low_low6;
  logic signed [41:0] low_high6;
  logic signed [59:0] low7;
  logic signed [62:0] product8;
  generate
    if (SUM_BITS > 27) begin : gen_high
      wire signed [5:0] sum_high = {{(33 - SUM_BITS) {sum5[SUM_BITS-1]}}, sum5[SUM_BITS-2:26]};
      logic signed [23:0] high_low6;
      logic signed [20:0] high_high6;
      logic signed [38:0] high7;
      always_ff @(posedge clk) begin
        high_low6 <= sum_high * m_low;
        high_high6 <= sum_high * m_high;
        high7 <= 39'(high_low6) + {high_high6[20], high_high6, 17'b0};
        product8 <= {{3{low7[59]}}, low7} + {high7[36:0], 26'b0};
      end
      wire unused_high = &{1'b0, high7[38:37]};
    end else begin : gen_low
      always_ff @(posedge clk) product8 <= {{3{low7[59]}}, low7};
    end
  endgenerate

  // 9: shifted by 0, 16, 32 or 48; the lowest bit is the half. What falls out below only matters as zero or not;
  // what is cut off above only as "too wide", for the result is clamped to 9 bits after at most 15 places more.
  wire [63:0] whole = {product8, 1'b0};
  logic signed [26:0] window9;
  logic [1:0] coarse9;
  logic [2:0] signs9, ones9;  // of what may fall out above and below, each up to the next border: all signs; any ones
  logic wide9, sticky9, negative9;
  always_comb begin
    wide9   = coarse9 == 2'd0 ? signs9 != '1 : coarse9 == 2'd1 ? signs9[2:1] != '1 : coarse9 == 2'd2 && !signs9[2];
    sticky9 = coarse9 != 2'd0 && (ones9 & (3'b111 >> (2'd3 - coarse9))) != '0;
  end

  // 10 and 11: shifted by 0, 4, 8 or 12, then by 0 to 3; 10 bits of the whole number are kept, the half bit, and
  // whether anything lies below it.
  wire [11:0] below9 = window9[11:0] & ~(12'hfff << {by_four, 2'b0});
  logic signed [26:0] window10;
  logic wide10, sticky10, negative10;
  wire signed [26:0] shifted = window10 >>> by_one;
  wire [2:0] below10 = window10[2:0] & ~(3'b111 << by_one);
  logic signed [9:0] floor11;
  logic half11, sticky11, wide11, negative11;

  // 12: to the nearest, ties to even. 13: clamped.
  logic signed [10:0] rounded12;
  logic [7:0] byte13;

  always_ff @(posedge clk) begin
    acc1 <= acc;
    acc2 <= acc1;
    bias1 <= bias;
    bias2 <= bias1;
    bias3 <= bias2;
    sum4 <= {acc3[31], acc3} + {bias3[31], bias3};
    if (sum4[32:SUM_BITS-1] == {(34 - SUM_BITS) {sum4[32]}}) sum5 <= sum4[SUM_BITS-1:0];
    else sum5 <= {sum4[32], {(SUM_BITS - 1) {!sum4[32]}}};

    low_low6 <= sum_low * m_low;
    low_high6 <= sum_low * m_high;
    low7 <= 60'(low_low6) + {low_high6[41], low_high6, 17'b0};

    negative9 <= whole[63];
    case (coarse)
      2'd0: window9 <= whole[26:0];
      2'd1: window9 <= whole[42:16];
      2'd2: window9 <= whole[58:32];
      default: window9 <= {{11{whole[63]}}, whole[63:48]};
    endcase
    coarse9 <= coarse;
    signs9 <= {
      whole[63:58] == {6{whole[63]}}, whole[57:42] == {16{whole[63]}}, whole[41:26] == {16{whole[63]}}
    };
    ones9 <= {|whole[47:32], |whole[31:16], |whole[15:0]};

    window10 <= window9 >>> {by_four, 2'b0};
    sticky10 <= sticky9 || below9 != '0;
    wide10 <= wide9;
    negative10 <= negative9;

    floor11 <= shifted[10:1];
    half11 <= shifted[0];
    sticky11 <= sticky10 || below10 != '0;
    wide11 <= wide10 || shifted[26:10] != {17{shifted[26]}};
    negative11 <= negative10;

    if (wide11) rounded12 <= {negative11, {10{!negative11}}};
    else rounded12 <= {floor11[9], floor11} + {10'b0, half11 && (sticky11 || floor11[0])};

    if (rounded12 > 11'(most)) byte13 <= most[7:0];
    else if (rounded12 < 11'(least)) byte13 <= least[7:0];
    else byte13 <= rounded12[7:0];
  end

  wire unused_bits = &{1'b0, shift_riders[6*8+2+:4], least[8], most[8]};

  logic queue_ready;
  logic [COUNT_BITS-1:0] queued;
  wire unused_queue = &{1'b0, queue_ready, queued};
  fifo #(
      .WIDTH(9),
      .DEPTH(QUEUE)
  ) queue (
      .clk,
      .reset,
      .in_valid(valid[STAGES-1]),
      .in_ready(queue_ready),
      .in_word({byte13 != '0, byte13}),
      .out_valid,
      .out_ready,
      .out_word({out_some, out_byte}),
      .count(queued)
  );

`ifdef FORMAL
  // Every word on its way has a place in the queue.
  logic was_reset = 1'b0;
  logic [COUNT_BITS+3:0] on_the_way;
  always_comb begin
    on_the_way = '0;
    for (int i = 0; i < STAGES; i++) on_the_way = on_the_way + (COUNT_BITS + 4)'(valid[i]);
  end
  initial assume (reset);
  always_ff @(posedge clk) was_reset <= was_reset || reset;
  always_comb begin
    if (was_reset) begin
      assert (taken <= COUNT_BITS'(QUEUE));
      assert (full == (taken == COUNT_BITS'(QUEUE)));
      assert ((COUNT_BITS + 4)'(taken) == (COUNT_BITS + 4)'(queued) + on_the_way);
      assert (queue_ready == (queued != COUNT_BITS'(QUEUE)) && out_valid == (queued != '0));
      assert (!valid[STAGES-1] || queue_ready);
    end
  end
`endif
endmodule
