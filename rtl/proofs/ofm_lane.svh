  // Bound to ofm_lane: one word of one half, whichever the solver picks, beside a plain sum of what is added to it since
  // it was cleared. Premises: a word is not added to again within two cycles, and a half is read and cleared when all
  // that was added to it has been written.
  (* anyconst *) wire picked_half;
  (* anyconst *) wire [WORD_BITS-1:0] picked;
  logic [31:0] sum, sum1, sum2;
  logic cleared = 1'b0;
  logic seen1 = 1'b0, seen2 = 1'b0;
  logic was_reset = 1'b0;
  wire adds1 = place_valid && place_half == picked_half;
  wire adds2 = valid2 && half2 == picked_half;
  wire adds3 = valid3 && half3 == picked_half;
  wire at1 = adds1 && place_address == picked;
  wire at2 = adds2 && address2 == picked;
  wire at3 = adds3 && address3 == picked;
  wire clears = clear_half[picked_half] && clear_address == picked;
  wire reads = read_half == picked_half && read_address == picked;
  wire [31:0] kept = picked_half ? halves[1].words[picked] : halves[0].words[picked];
  wire [31:0] old2 = picked_half ? read2[63:32] : read2[31:0];

  initial assume (reset);
  always_ff @(posedge clk) begin
    was_reset <= 1'b1;
    if (clears) {cleared, sum} <= {1'b1, 32'd0};
    else if (at1) sum <= sum + 32'(psum1);
    {seen1, sum1} <= {reads && cleared && !adds1 && !adds2 && !adds3 && !reset, sum};
    {seen2, sum2} <= {seen1 && !reset, sum1};
  end

  always_comb begin
    assume (!was_reset || !reset);
    assume (!(at1 && (at2 || at3)));  // the premises
    assume (!(clear_half[picked_half] && (adds1 || adds2 || adds3)));
    assume (!reset || (!place_valid && clear_half == 2'b0));
    if (was_reset && cleared) begin
      assert (!(at2 && at3));
      if (at3) assert (sum == old3 + 32'(psum3));
      else if (at2) assert (sum == old2 + 32'(psum2));
      else assert (sum == kept);
      if (seen1) assert (sum1 == old2 && read_half2 == picked_half);
      if (seen2) assert (sum2 == 32'(word));
    end
  end
