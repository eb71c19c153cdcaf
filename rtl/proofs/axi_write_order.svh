  // Bound to axi_write: what is offered stays until it is taken; every burst's address and every beat leave in their
  // turn, unchanged; and the last beat of each burst, as its address said it, is marked. A burst and a beat are picked
  // by the solver as they come in; `ahead` of them are those that must leave before.
  logic started = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) begin
    started <= 1'b1;
    if (started) assume (!reset);
  end

  // A burst is offered until it is taken.
  logic offered = 1'b0;
  logic [SLOT_BITS+BEAT_BITS+3:0] held_burst;
  always_ff @(posedge clk) begin
    offered <= burst_valid && !burst_ready && !reset;
    held_burst <= {burst_slot, burst_address, burst_last};
  end

  (* anyseq *) wire pick, pick_beat;
  logic picked = 1'b0, beat_picked = 1'b0, beat_arrives = 1'b0, address_due = 1'b0, beat_due = 1'b0;
  logic [BEAT_BITS+3:0] picked_place;
  logic [128:0] picked_beat;
  logic [2:0] address_ahead;
  logic [COUNT_BITS-1:0] beats_ahead;
  logic address_waits = 1'b0, data_waits = 1'b0;
  logic [BEAT_BITS+11:0] held_address;
  logic [128:0] held_data;
  wire address_goes = awvalid && awready, data_goes = wvalid && wready;

  // Beats to go before the picked burst's last one, and bursts begun whose last beat has not gone.
  logic burst_due = 1'b0;
  logic [4:0] to_last;
  logic [OPEN_BITS-1:0] unfinished;

  always_ff @(posedge clk) begin
    address_waits <= awvalid && !awready && !reset;
    data_waits <= wvalid && !wready && !reset;
    held_address <= {awaddr[BEAT_BITS+3:4], awlen};
    held_data <= {wlast, wdata};
    if (started && begins && pick && !picked) begin
      picked <= 1'b1;
      address_due <= 1'b1;
      picked_place <= {place, length};
      address_ahead <= addresses - 3'(address_goes);
      burst_due <= 1'b1;
      to_last <= 5'(taken) - 5'(data_goes) + 5'(length);
    end
    if (address_due && address_goes) begin
      address_due <= address_ahead != '0;
      address_ahead <= address_ahead - 1'b1;
    end
    beat_arrives <= 1'b0;
    if (started && reads && pick_beat && !beat_picked) begin
      beat_picked <= 1'b1;
      beat_arrives <= 1'b1;
      beat_due <= 1'b1;
      picked_beat[128] <= index == length;
      beats_ahead <= taken - COUNT_BITS'(data_goes);
    end
    if (beat_arrives) picked_beat[127:0] <= read_data;
    if (beat_due && data_goes) begin
      beat_due <= beats_ahead != '0;
      beats_ahead <= beats_ahead - 1'b1;
    end
    if (burst_due && data_goes) begin
      burst_due <= to_last != '0;
      to_last <= to_last - 1'b1;
    end
    unfinished <= reset ? '0 : unfinished + OPEN_BITS'(begins) - OPEN_BITS'(data_goes && wlast);
  end
  always_comb begin
    if (offered) assume (burst_valid && held_burst == {burst_slot, burst_address, burst_last});
    // A slave answers what it has got whole.
    if (bvalid) assume (open > OPEN_BITS'(addresses) && open > unfinished);
    if (started) begin
      if (address_waits) assert (awvalid && held_address == {awaddr[BEAT_BITS+3:4], awlen});
      if (data_waits) assert (wvalid && held_data == {wlast, wdata});
      if (address_due) assert (awvalid);
      if (address_due && address_ahead == '0) assert ({awaddr, awlen} == {picked_place[4+:BEAT_BITS], 4'b0, 4'b0, picked_place[3:0]});
      if (beat_due && !beat_arrives && beats_ahead == '0) assert (wvalid && {wlast, wdata} == picked_beat);
      if (burst_due && wvalid && to_last <= 5'(picked_place[3:0])) assert (wlast == (to_last == '0));
      if (idle) assert (unfinished == '0 && !awvalid && !wvalid);
    end
  end
