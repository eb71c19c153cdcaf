  // Bound to psum_banks: with operations on one psum 3 or more cycles apart, a bank is an accumulator without a pipeline.
  (* anyconst *) wire [ADDRESS_BITS-1:0] watched;  // whichever psum, of whichever bank
  logic [PSUM_BITS-1:0] ideal[0:1];
  logic [2:0] since_start = '0;
  always_ff @(posedge clk) if (since_start != 3'd7) since_start <= since_start + 1'b1;
  initial assume (reset);
  always_ff @(posedge clk) if (since_start != '0) assume (!reset);
  // A bank adds or drains, and only one of them adds, and one drains.
  always_comb begin
    assume ((adds1 & drains1) == '0);
    assume ((adds1 & (adds1 - 1'b1)) == '0);
    assume ((drains1 & (drains1 - 1'b1)) == '0);
    if (reset || since_start == '0) assume (adds1 == '0 && drains1 == '0);
  end
  wire signed [16:0] product1 = x1 * weight1;

  for (genvar b = 0; b < 2; b++) begin : watch
    wire [ADDRESS_BITS-1:0] here1 = address1[b*ADDRESS_BITS+:ADDRESS_BITS];
    wire mine1 = (adds1[b] || drains1[b]) && here1 == watched;
    logic mine2 = 1'b0, mine3 = 1'b0, drained2 = 1'b0, drained3 = 1'b0;
    logic [PSUM_BITS-1:0] given2, before_drain;  // what the psum was when it drained
    logic [DRAIN_BITS-1:0] north2;
    wire [PSUM_BITS-1:0] added2 = banks[b].read + PSUM_BITS'(product2);
    wire [DRAIN_BITS-1:0] left3 = north2 + DRAIN_BITS'($signed(before_drain));
    initial ideal[b] = '0;
    always_comb if (mine1) assume (!mine2 && !mine3);  // the premise
    always_ff @(posedge clk) begin
      mine2 <= mine1;
      mine3 <= mine2;
      drained2 <= mine1 && drains1[b];
      drained3 <= drained2;
      if (mine1) ideal[b] <= drains1[b] ? '0 : ideal[b] + PSUM_BITS'(product1);
      given2 <= ideal[b];
      before_drain <= given2;
      north2 <= psum_north;
    end
    always_comb begin
      if (mine2 && !drained2) assert (added2 == ideal[b]);
      if (mine2 && drained2) assert (banks[b].read == given2 && ideal[b] == '0);
      if (mine2) assert (banks[b].address2 == watched && banks[b].adds2 == !drained2 && banks[b].drains2 == drained2);
      if (mine2) assert ((drained2 ? second_drains2 : second_adds2) == (b == 1));
      if (mine3) assert (banks[b].writes3 && banks[b].address3 == watched && banks[b].sum3 == ideal[b]);
      if (!mine3) assert (!banks[b].writes3 || banks[b].address3 != watched);
      if (!mine2 && !mine3) assert (banks[b].psums[watched] == ideal[b]);  // nothing lost, nothing added twice
      if (drained3) assert (psum_south == left3);
    end
  end
