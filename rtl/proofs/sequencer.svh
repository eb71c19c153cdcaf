  // Bound to sequencer: every record that is taken loads, is announced and is over once, in order, and over no sooner than
  // the row is done with it; the PEs never hold more waves' weights than they have room for; and it is never stuck.
  logic known = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) begin
    known <= 1'b1;
    if (known) assume (!reset);
  end

  // One row, which is done with the waves that are announced one after another, whenever it likes.
  (* anyseq *) wire finishes;
  logic [2:0] began, finished, overs;  // waves announced, finished by the row, over: modulo 8
  wire begins = wave[WAVE_BITS-1];
  always_ff @(posedge clk) begin
    began <= reset ? '0 : began + 3'(begins);
    finished <= reset ? '0 : finished + 3'(finishes && finished != began);
    overs <= reset ? '0 : overs + 3'(ended);
  end
  // Bit i changes with every second wave, from wave i on.
  always_comb assume (done == {finished[1], finished[1] ^ finished[0]});
  always_comb assume (weight_step == 1);

  // Tags of the records taken and not yet announced, announced and not yet over, as seen at the ports alone.
  wire comes = take && !nothing;
  logic [1:0] waiting, open_waves;
  logic [TAG_BITS-1:0] waits0, waits1, open0, open1;  // 0: the older one
  logic came = 1'b0;
  logic [STREAM_BITS-1:0] came_header, came_tap;
  logic [LOAD_BITS-1:0] came_words;
  logic [3:0] idle;  // cycles in which the oldest wave could be over
  logic [3:0] quiet;  // cycles without a wave and without a reason
  wire [1:0] waiting_after = waiting - 2'(begins), open_after = open_waves - 2'(ended);
  always_ff @(posedge clk) begin
    waiting <= reset ? '0 : waiting_after + 2'(comes);
    open_waves <= reset ? '0 : open_after + 2'(begins);
    if (begins) waits0 <= waits1;
    if (comes && waiting_after == 2'd0) waits0 <= record_tag;
    if (comes && waiting_after == 2'd1) waits1 <= record_tag;
    if (ended) open0 <= open1;
    if (begins && open_after == 2'd0) open0 <= started_tag;
    if (begins && open_after == 2'd1) open1 <= started_tag;
    came <= comes && !reset;
    came_header <= record_header;
    came_tap <= record_tap;
    came_words <= record_words;
    idle <= reset || finished == overs || !drained || ended ? '0 : idle + 1'b1;
    quiet <= reset || closed || waiting != '0 || open_waves != '0 ? '0 : quiet == 4'd15 ? quiet : quiet + 1'b1;
  end
  always_comb
    if (known) begin
      if (begins) assert (waiting != '0 && started_tag == waits0);
      if (ended) assert (open_waves != '0 && ended_tag == open0 && overs != finished);
      assert (load_start == came);
      if (came) assert (load_header == came_header && load_tap == came_tap && load_words == came_words);
      assert (3'(waiting) + 3'(open_waves) <= 3'd2);  // IN_FLIGHT
      assert (idle <= 4'd3);
      if (quiet >= 4'd2 && waiting == '0) assert (record_ready);
    end
