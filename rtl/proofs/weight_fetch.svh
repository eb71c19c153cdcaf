  // Bound to weight_fetch with two columns: no beat is lost or taken twice, and none goes where a unit is still read.
  logic started = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) started <= started || reset;

  // Counted at the ports alone: units that are there and not given back, and beats that are asked for and not come.
  logic [2:0] held;
  logic [15:0] to_come;
  logic held_half;  // of the last unit that came
  logic waited = 1'b0, came = 1'b0;
  logic [BEAT_BITS-1:0] waited_address;
  logic [15:0] waited_beats;
  logic [127:0] came_data;
  always_ff @(posedge clk) begin
    held <= reset ? '0 : held + 3'(loaded) - 3'(release_half);
    if (reset) to_come <= '0;
    else to_come <= to_come + (request_valid && request_ready ? request_beats : '0) - 16'(in_valid && in_ready);
    if (loaded) held_half <= write_address[DEPTH_BITS];
    waited <= request_valid && !request_ready && !reset;
    waited_address <= request_address;
    waited_beats <= request_beats;
    came <= in_valid && in_ready && !reset;
    came_data <= in_data;
  end
  wire [DEPTH_BITS:0] of_column = beats_of_column + (DEPTH_BITS + 1)'(2);
  wire [DEPTH_BITS:0] here = beats_behind + (DEPTH_BITS + 1)'(2);
  always_comb begin
    if (start) assume (!waits);  // the layer before is begun
    assume (column_beats != '0 && column_beats <= 16'(DEPTH) && unit_beats == column_beats << 1);
    assume (units != '0 && loads != '0 && !units[15] && !loads[15]);
    if (release_half) assume (held != '0);
    if (in_valid) assume (to_come != '0);
    if (started) begin
      if (waited) assert (request_valid && request_address == waited_address && request_beats == waited_beats);
      assert (in_ready == (to_come != '0));
      assert (write == came);
      if (write) assert (write_data == came_data);
      assert (held + 3'(loaded) + 3'(asks) + 3'(due) == 3'(used));
      assert (used <= 2'd2 && held <= 3'd2);  // two halves
      if (write && held != '0) assert (held == 3'd1 && write_address[DEPTH_BITS] != held_half);

      // What the counters hold, for the induction.
      if (held != '0) assert (held_half != (loaded ? !half : half));
      if (write) assert (write_address[DEPTH_BITS] == (loaded ? !half : half));
      if (asks) assert (!loads_behind[16]);
      if (due != '0 || !loads_behind[16])
        assert (request_beats == {15'(of_column), 1'b0} && of_column != '0 && of_column <= (DEPTH_BITS + 1)'(DEPTH));
      if (due == '0) assert (column == '0 && to_come == '0);
      if (due == '0 && !loads_behind[16]) assert (beats_behind == beats_of_column);
      if (due != '0) begin
        assert (here != '0 && here <= of_column);
        assert (to_come == 16'(here) + (column == '0 ? 16'(of_column) : '0) + (due == 2'd2 ? request_beats : '0));
      end
    end
  end
