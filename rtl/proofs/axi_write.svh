  // Bound to axi_write: as many addresses leave as bursts were begun, as many beats as were read, and each burst is
  // answered for once; nothing gets stuck.
  logic started = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) started <= started || reset;

  // Begun or read but not yet gone, and begun but not yet answered: counted at the ports alone.
  logic [OPEN_BITS-1:0] to_address, to_write, unanswered;
  wire address_goes = awvalid && awready;
  wire beat_read = burst_valid && read_address[3:0] != burst_last && reads || burst_valid && burst_ready;
  always_ff @(posedge clk) begin
    to_address <= reset ? '0 : to_address + OPEN_BITS'(begins) - OPEN_BITS'(address_goes);
    to_write   <= reset ? '0 : to_write + OPEN_BITS'(beat_read) - OPEN_BITS'(wvalid && wready);
    unanswered <= reset ? '0 : unanswered + OPEN_BITS'(begins) - OPEN_BITS'(bvalid);
  end
  always_comb begin
    // A slave answers a burst that it has got the address of.
    if (bvalid) assume (unanswered > to_address);
    if (started) begin
      assert (to_address == OPEN_BITS'(addresses) && to_address <= OPEN_BITS'(2));
      assert (to_write == OPEN_BITS'(words) + OPEN_BITS'(valid1) && to_write <= OPEN_BITS'(QUEUE));
      assert (to_write == OPEN_BITS'(taken) && full == (to_write == OPEN_BITS'(QUEUE)));
      assert (awvalid == (to_address != '0) && wvalid == (words != '0));  // asks as long as there is something: no deadlock
      assert (!valid1 || data_ready);  // a beat on its way finds its place
      assert (unanswered == open && idle == (unanswered == '0));
      assert (to_address <= unanswered);
      assert (!begins || unanswered != '1);  // the count of answers never overflows
      assert (!burst_valid || reads || full || (index == '0 && (to_address == OPEN_BITS'(2) || unanswered == '1)));
    end
  end
