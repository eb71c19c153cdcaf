  // Bound to axi_read: the rules of AXI4's read address channel, and that bursts are the request, no beat more or less.
  logic started = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) started <= started || reset;
  always_comb if (request_valid) assume (request_beats != '0);

  // The beats still to be asked for, counted at the ports alone.
  logic [BEAT_BITS-1:0] next_beat;
  logic [COUNT_BITS-1:0] due;
  wire [COUNT_BITS-1:0] beats = COUNT_BITS'(arlen) + 1'b1;
  logic waited = 1'b0;
  logic [BEAT_BITS+3:0] held_address;
  logic [7:0] held_length;
  logic [2:0] patience = '0, idle_for = '0;
  always_ff @(posedge clk) begin
    if (reset) due <= '0;
    else if (request_valid && request_ready) begin
      next_beat <= request_address;
      due <= request_beats;
    end else if (arvalid && arready) begin
      next_beat <= next_beat + BEAT_BITS'(beats);
      due <= due - beats;
    end
    waited <= arvalid && !arready && !reset;
    held_address <= araddr;
    held_length <= arlen;
    patience <= arvalid && !arready && !reset ? patience + 1'b1 : '0;
    idle_for <= due != '0 && !(arvalid && arready) && !reset ? idle_for + 1'b1 : '0;
  end
  always_comb begin
    if (patience >= 3'd3) assume (arready || !arvalid);  // a fair slave
    if (started) begin
      assert (active == !request_ready);
      if (waited) assert (arvalid && araddr == held_address && arlen == held_length);  // stays until it is taken
      assert (due == (active ? left : '0));
      if (active) assert (left != '0 && address == next_beat);
      assert (request_ready == (due == '0));  // no request is taken before the one before it is asked for
      assert (idle_for <= patience && idle_for < 3'd4);  // and it comes to its end: a burst every 4 cycles at least
      if (arvalid) begin
        assert (beats <= due);
        assert (araddr == {next_beat, 4'b0});  // in order, none left out, none twice
        assert (arlen < 8'(BURST));
        assert (9'(next_beat[BLOCK_BITS-1:0]) + 9'(arlen) < 9'(BURST));  // no burst crosses a block, so none 4 KB
      end
    end
  end
