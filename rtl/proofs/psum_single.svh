  // Bound to psum_single: with operations on one psum 3 or more cycles apart, it is an accumulator without a pipeline.
  (* anyconst *) wire [ADDRESS_BITS-1:0] watched;  // whichever psum
  logic [2:0] since_start = '0;
  initial assume (reset);
  always_ff @(posedge clk) begin
    if (since_start != 3'd7) since_start <= since_start + 1'b1;
    if (since_start != '0) assume (!reset);
  end
  wire mine1 = (adds1 || drains1) && address1 == watched;
  logic mine2 = 1'b0, mine3 = 1'b0, drained2 = 1'b0, drained3 = 1'b0;
  always_comb begin
    assume (!(adds1 && drains1));
    if (reset || since_start == '0) assume (!adds1 && !drains1);
    if (mine1) assume (!mine2 && !mine3);  // the premise
  end

  logic signed [8:0] x_1;
  logic signed [7:0] weight_1;
  logic [PSUM_BITS-1:0] ideal = '0, given2, given3;  // the psum; what it was a cycle and two ago
  logic [DRAIN_BITS-1:0] north3;
  wire signed [16:0] product_1 = x_1 * weight_1;
  logic signed [16:0] product_2;
  wire [PSUM_BITS-1:0] added2 = (there2 ? read2 : '0) + PSUM_BITS'(product_2);
  wire [PSUM_BITS-1:0] before2 = there2 ? read2 : '0;
  wire [DRAIN_BITS-1:0] left3 = north3 + DRAIN_BITS'($signed(given3));
  wire [PSUM_BITS-1:0] stored = psums[watched][PSUM_BITS] ? psums[watched][PSUM_BITS-1:0] : '0;
  always_ff @(posedge clk) begin
    x_1 <= x;
    weight_1 <= weight;
    product_2 <= product_1;
    mine2 <= mine1;
    mine3 <= mine2;
    drained2 <= mine1 && drains1;
    drained3 <= drained2;
    if (mine1) ideal <= drains1 ? '0 : ideal + PSUM_BITS'(product_1);
    given2 <= ideal;
    given3 <= given2;
    north3 <= psum_north;
  end
  always_comb begin
    if (mine2) assert (before2 == given2 && address2 == watched && adds2 == !drained2 && drains2 == drained2);
    if (mine2 && !drained2) assert (added2 == ideal);
    if (mine3) assert (writes3 && address3 == watched && adds3 == !drained3);
    if (mine3 && !drained3) assert (sum3 == ideal);
    if (!mine3) assert (!writes3 || address3 != watched);
    if (!mine2 && !mine3) assert (stored == ideal);  // nothing lost, nothing added twice
    if (drained3) assert (psum_south == left3 && ideal == '0);
  end
