  // Bound to axi_write: as many beats leave by each channel as came in, and each is answered for once; nothing gets stuck.
  logic started = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) started <= started || reset;

  // Taken but not yet gone by each channel, gone by both but not yet answered: counted at the ports alone.
  logic [OPEN_BITS-1:0] to_address, to_write, unanswered;
  wire address_goes = awvalid && awready, write_goes = wvalid && wready;
  always_ff @(posedge clk) begin
    to_address <= reset ? '0 : to_address + OPEN_BITS'(take) - OPEN_BITS'(address_goes);
    to_write   <= reset ? '0 : to_write + OPEN_BITS'(take) - OPEN_BITS'(write_goes);
    unanswered <= reset ? '0 : unanswered + OPEN_BITS'(take) - OPEN_BITS'(bvalid);
  end
  always_comb begin
    // A slave answers what it has got by both channels.
    if (bvalid) assume (unanswered > to_address && unanswered > to_write);
    if (started) begin
      assert (to_address == OPEN_BITS'(addresses) && to_write == OPEN_BITS'(words));
      assert (awvalid == (to_address != '0) && wvalid == (to_write != '0));  // asks as long as there is something: no deadlock
      assert (unanswered == open && idle == (unanswered == '0));
      assert (to_address <= unanswered && to_write <= unanswered);
      assert (to_address <= OPEN_BITS'(QUEUE) && to_write <= OPEN_BITS'(QUEUE));
      assert (!take || unanswered != '1);  // the count of answers never overflows
      assert (in_ready || to_address == OPEN_BITS'(QUEUE) || to_write == OPEN_BITS'(QUEUE) || unanswered == '1);
    end
  end
