  // Bound to axi_write: what is offered stays until it is taken, and every beat leaves in its turn, unchanged, by both
  // channels: a beat is picked by the solver as it comes in; `ahead` of it are those that must leave before.
  logic started = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) begin
    started <= 1'b1;
    if (started) assume (!reset);
  end
  (* anyseq *) wire pick;
  logic picked = 1'b0, address_due = 1'b0, data_due = 1'b0;
  logic [BEAT_BITS-1:0] picked_address;
  logic [127:0] picked_data;
  logic [COUNT_BITS-1:0] address_ahead, data_ahead;
  logic address_waits = 1'b0, data_waits = 1'b0;
  logic [BEAT_BITS+3:0] held_address;
  logic [127:0] held_data;
  wire address_goes = awvalid && awready, data_goes = wvalid && wready;
  always_ff @(posedge clk) begin
    address_waits <= awvalid && !awready && !reset;
    data_waits <= wvalid && !wready && !reset;
    held_address <= awaddr;
    held_data <= wdata;
    if (started && take && pick && !picked) begin
      picked <= 1'b1;
      address_due <= 1'b1;
      data_due <= 1'b1;
      picked_address <= in_address;
      picked_data <= in_data;
      address_ahead <= addresses - COUNT_BITS'(address_goes);
      data_ahead <= words - COUNT_BITS'(data_goes);
    end
    if (address_due && address_goes) begin
      address_due <= address_ahead != '0;
      address_ahead <= address_ahead - 1'b1;
    end
    if (data_due && data_goes) begin
      data_due <= data_ahead != '0;
      data_ahead <= data_ahead - 1'b1;
    end
  end
  always_comb
    if (started) begin
      if (address_waits) assert (awvalid && awaddr == held_address);
      if (data_waits) assert (wvalid && wdata == held_data);
      if (address_due) assert (awvalid);
      if (data_due) assert (wvalid);
      if (address_due && address_ahead == '0) assert (awaddr == {picked_address, 4'b0});
      if (data_due && data_ahead == '0) assert (wdata == picked_data);
    end
