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
  wire joins = joins3 || closes_old;
  wire [7:0] burst_start = joins ? start3[7:0] : address3[7:0];
  wire [3:0] burst_beats_behind = closes_old ? count3 - 4'd1 : at3;

  // The picked stream's slots that are bursts and have not been read, slot by slot; they are read in their order.
  logic [1:0] busy;
  wire frees = freed && freed_stream == picked;
  wire filled = pushes && stream3 == picked;
  always_ff @(posedge clk)
    for (int h = 0; h < 2; h++)
      if (reset) busy[h] <= 1'b0;
      else if (filled && slot3[0] == 1'(h)) busy[h] <= 1'b1;
      else if (frees && freed_slot[0] == 1'(h)) busy[h] <= 1'b0;
  always_comb
    if (started) begin
      if (open[picked]) assert (run_count != '0 && run_left != '0 && run_beats <= 5'd16 && run_end <= 9'd256);
      if (frees) assume (busy != '0 && freed_slot[0] == (busy == 2'b11 ? half[picked] : busy[1]));
      assert (one_waits[picked] == (busy != '0) && both_wait[picked] == (busy == 2'b11));
      if (busy == 2'b01) assert (half[picked]);  // the slot that is filled is the other one
      if (busy == 2'b10) assert (!half[picked]);
      if (open[picked]) assert (busy != 2'b11);
      // What was looked up is what is kept, and is of the slot that is filled.
      if (valid3 && stream3 == picked) begin
        assert (half[picked] == (half3 ^ late3) && open[picked] == ((joins3 || closes_old3) && !late3));
        assert (!(joins3 && closes_old3) && (!late3 || closes_old3));
        if (open[picked]) assert ({start3, count3, left3} == runs[picked]);
        if (leaves && !only_closes3) assert (!busy[slot3[0]]);
        if (valid2 && stream2 == picked) assert (same2);
        if (!freed3 && !late3) assert (one_waits3 == one_waits[picked]);
      end
      if (valid3) assert (room_anew3 == (address3[7:4] == '1 ? ~address3[3:0] : 4'd15));
      if (valid3 && only_closes3) assert (!fills_joined3 && !fills_anew3 && freed3);
      if (valid3 && !only_closes3 && joins3 && left3 == 4'd1) assert (fills_joined3);
      if (valid3 && !only_closes3 && room_anew3 == '0) assert (fills_anew3);
      if (pushes && stream3 == picked) begin
        assert ({1'b0, burst_start} + 9'(burst_beats_behind) <= 9'd255);
        assert (!busy[slot3[0]]);  // a slot is one burst's until it has been read
      end
    end
