  // Bound to axi_write: as many addresses leave as bursts were begun, as many beats as were read, and each burst is
  // answered for once; nothing gets stuck.
  logic started = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) started <= started || reset;

  // Begun or read but not yet gone, and begun but not yet answered: counted at the ports alone.
  logic [OPEN_BITS-1:0] to_address, to_write, unanswered;
  wire address_goes = awvalid && awready;
  wire quiet = to_address == '0 && to_write == '0 && unanswered == '0;
  logic was_quiet = 1'b0;
  always_ff @(posedge clk) begin
    to_address <= reset ? '0 : to_address + OPEN_BITS'(begins) - OPEN_BITS'(address_goes);
    to_write   <= reset ? '0 : to_write + OPEN_BITS'(reads) - OPEN_BITS'(wvalid && wready);
    unanswered <= reset ? '0 : unanswered + OPEN_BITS'(begins) - OPEN_BITS'(bvalid);
    was_quiet <= quiet;
  end
  always_comb begin
    // A slave answers a burst that it has got the address of.
    if (bvalid) assume (unanswered > to_address);
    if (started) begin
      assert (to_address == OPEN_BITS'(addresses) && to_address <= OPEN_BITS'(ADDRESSES));
      assert (to_write == OPEN_BITS'(words) + OPEN_BITS'(valid1) && to_write <= OPEN_BITS'(QUEUE));
      assert (to_write == OPEN_BITS'(taken) && (!room || taken < COUNT_BITS'(QUEUE)));
      assert (!may_begin || (address_ready && open != '1));  // an address that is begun finds its place
      assert (awvalid == (to_address != '0) && wvalid == (words != '0));  // asks as long as there is something: no deadlock
      assert (address_ready == (to_address != OPEN_BITS'(ADDRESSES)) && data_ready == (words != COUNT_BITS'(QUEUE)));
      assert (!valid1 || data_ready);  // a beat on its way finds its place
      assert (unanswered == open);
      assert (!idle || (unanswered == '0 && !held));
      assert (to_address <= unanswered);
      assert (!begins || unanswered != '1);  // the count of answers never overflows
      assert (!held || reads || !quiet || !was_quiet);  // a burst waits for nothing but those before it
    end
  end
