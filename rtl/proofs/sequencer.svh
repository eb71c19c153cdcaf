  // Bound to sequencer: every record that is taken loads, starts and ends once, in order; and the sequencer is never stuck.
  logic known = 1'b0;  // registers mean nothing before the first reset
  initial assume (reset);
  always_ff @(posedge clk) begin
    known <= 1'b1;
    if (known) assume (!reset);
  end

  // Tags of the records taken and not yet started, started and not yet ended, as seen at the ports alone.
  wire begins = control[CONTROL_BITS-1];
  wire comes = take && !nothing;
  logic [1:0] waiting, open;
  logic [TAG_BITS-1:0] waits0, waits1, open0, open1;  // 0: the older one
  logic came = 1'b0;
  logic [STREAM_BITS-1:0] came_header, came_tap;
  logic [LOAD_BITS-1:0] came_words;
  wire [1:0] waiting_after = waiting - 2'(begins), open_after = open - 2'(ended);
  always_ff @(posedge clk) begin
    waiting <= reset ? '0 : waiting_after + 2'(comes);
    open <= reset ? '0 : open_after + 2'(begins);
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
  end
  always_comb
    if (known) begin
      assert (waiting == 2'(next_valid) + 2'(begins));  // none lost, none twice
      assert (open + 2'(begins) == 2'(busy) + 2'(ended));
      if (begins) assert (busy && started_tag == waits0 && started_tag == tag_now);
      if (next_valid) assert (next_tag == (begins ? waits1 : waits0));
      if (ended) assert (ended_tag == open0);
      if (busy && !begins) assert (tag_now == (ended ? open1 : open0));
      assert (load_start == came);
      if (came) assert (load_header == came_header && load_tap == came_tap && load_words == came_words);
      // A record held goes on as soon as nothing runs down any more; what runs down does so every cycle.
      if (left == '0 && loaded && drained && next_valid) assert (advance || ends);
      if (left == '0 && loaded && drained && busy) assert (ends);
      if (!next_valid && !closed) assert (record_ready);
    end
