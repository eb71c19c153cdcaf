  // Bound to axi_lite: an answer for every request, once, and it stays until it is taken; a host that waits is served.
  logic started = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) started <= started || reset;
  logic [1:0] writes, reads;  // taken and not yet answered
  logic answer_waits = 1'b0, read_waits = 1'b0;
  logic [31:0] held;
  always_ff @(posedge clk) begin
    writes <= reset ? '0 : writes + 2'(awvalid && awready) - 2'(bvalid && bready);
    reads  <= reset ? '0 : reads + 2'(arvalid && arready) - 2'(rvalid && rready);
    answer_waits <= bvalid && !bready && !reset;
    read_waits <= rvalid && !rready && !reset;
    held <= rdata;
  end
  always_comb
    if (started) begin
      assert ((awvalid && awready) == (wvalid && wready));  // address and data of a write go together
      assert (writes == 2'(bvalid) && reads == 2'(rvalid));
      if (answer_waits) assert (bvalid);
      if (read_waits) assert (rvalid && rdata == held);
      if (awvalid && wvalid) assert (awready || bvalid);
      if (arvalid) assert (arready || rvalid);
    end
