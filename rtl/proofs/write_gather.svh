  // Bound to write_gather: no burst has more than 16 beats or crosses a border of 4 KB, whatever comes in. The solver
  // picks a stream; its run, as it is kept and as it was looked up, never outgrows its border or its slot.
  logic started = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) started <= started || reset;

  (* anyconst *) wire [STREAM_BITS-1:0] picked;
  wire [7:0] run_start = runs[picked][15:8];
  wire [3:0] run_count = runs[picked][7:4], run_left = runs[picked][3:0];
  wire [8:0] run_end = {1'b0, run_start} + 9'(run_count) + 9'(run_left);
  wire [4:0] run_beats = 5'(run_count) + 5'(run_left);
  wire pushes = closes || closes_old;
  wire [7:0] burst_start = open3 ? start3[7:0] : address3[7:0];
  wire [3:0] burst_beats_behind = closes_old ? count3 - 4'd1 : at3;
  always_comb
    if (started) begin
      if (open[picked]) assert (run_count != '0 && run_left != '0 && run_beats <= 5'd16 && run_end <= 9'd256);
      // What was looked up is what is kept, and is of the slot that is filled.
      if (valid3 && stream3 == picked) begin
        assert (open3 == open[picked] && half3 == half[picked]);
        if (open3) assert ({start3, count3, left3} == runs[picked]);
        if (!busy3[half3]) assert (!busy[slot3]);
        if (open3 && !busy3[!half3]) assert (!busy[{picked, !half3}]);
      end
      if (open[picked]) assert (!busy[{picked, half[picked]}]);
      if (valid3) assert (room_anew3 == (address3[7:4] == '1 ? ~address3[3:0] : 4'd15));
      if (pushes && stream3 == picked) begin
        assert ({1'b0, burst_start} + 9'(burst_beats_behind) <= 9'd255);
        assert (!busy[slot3]);  // a slot is one burst's until it has been read
      end
    end
