// Turns a complete region into bytes of the next layers' ifmaps: a walk over their tiles, LANES filters at a time.
//
//   entry of the list ─▶ address ─▶ LANES words ─▶ max of the window ─▶ requantise ─▶ ofm_pack
//                        └──────────── what becomes of the byte ──▶ queue ────────────▶
//
// A region is a partition and a block of filters. For every LANES filters of it, and every entry of the partition's
// list (a tile of a plane of the next layer), each of its pixels is the largest word of its pooling window, then a
// byte; max and requantisation change places, for requantisation never falls. Pixels outside the ofmap, which tiles
// of strided planes have, are zero bytes. When all words are read their half is cleared, while its bytes leave and the
// region in the other half follows.
module ofm_emit #(
    parameter int COLS = 32,
    parameter int LANES = 8,  // divides COLS
    parameter int WORDS = 512,
    parameter int PSUM_DEPTH = 64,
    parameter int BEAT_BITS = 28,
    parameter int QUEUE = 32,
    localparam int WORD_BITS = $clog2(WORDS),
    localparam int LANE_BITS = LANES > 1 ? $clog2(LANES) : 1,
    localparam int NOTE_BITS = 3 + 2 * BEAT_BITS + LANES
) (
    input  logic                       clk,
    input  logic                       reset,
    input  logic [             1023:0] descriptor,
    input  logic                       region_valid,       // a pulse: a region to come
    input  logic [               15:0] region_partition,
    input  logic [               15:0] region_block,
    input  logic                       region_half,
    input  logic                       region_done,        // a pulse: the psums of the oldest of them are in
    output logic                       emitted,            // a pulse: its bytes have left
    output logic                       cleared,            // a pulse: its half is clear again
    output logic                       lanes_ready,
    output logic [               15:0] partition_address,
    input  logic [              127:0] partition,
    output logic [               15:0] entry_address,
    input  logic [              127:0] entry,
    output logic [               15:0] filter_address,
    input  logic [              127:0] filter,
    output logic                       read_half,
    output logic [      WORD_BITS-1:0] read_address,
    input  logic [        COLS*32-1:0] words,              // of all lanes, two cycles later
    output logic [                1:0] clear_half,
    output logic [      WORD_BITS-1:0] clear_address,
    output logic                       write_valid,
    input  logic                       write_ready,
    output logic [        LANE_BITS:0] write_stream,
    output logic                       write_begins,
    output logic                       write_ends,
    output logic [      BEAT_BITS-1:0] write_address,
    output logic [              127:0] write_data
);
  localparam logic [3:0] IDLE = 4'd0, FIND = 4'd1, BASE = 4'd2, FILTERS = 4'd3, FETCH = 4'd4;
  localparam logic [3:0] TAKE = 4'd5, WALK = 4'd6, SETTLE = 4'd7, FLUSH = 4'd8;
  logic [3:0] state;
  logic [WORD_BITS:0] clear_left;  // words

  // Of the layer.
  wire signed [8:0] least = descriptor[24*32+:9];
  wire signed [8:0] most = descriptor[24*32+16+:9];
  wire [15:0] bitmap_stride = descriptor[16*32+:16];
  wire [15:0] value_stride = descriptor[16*32+16+:16];
  wire [BEAT_BITS-1:0] block_bitmaps = descriptor[17*32+:BEAT_BITS];
  wire [BEAT_BITS-1:0] block_values = descriptor[18*32+:BEAT_BITS];
  wire [BEAT_BITS-1:0] lanes_bitmaps = descriptor[19*32+:BEAT_BITS];
  wire [BEAT_BITS-1:0] lanes_values = descriptor[20*32+:BEAT_BITS];
  wire [3:0] kernel = descriptor[21*32+:4];
  wire [3:0] stride = descriptor[21*32+4+:4];
  wire [15:0] pitch = descriptor[21*32+16+:16];
  wire [15:0] filters = descriptor[23*32+:16];
  wire [WORD_BITS:0] clear_words = descriptor[23*32+16+:WORD_BITS+1];
  wire signed [11:0] plane_rows = {1'b0, descriptor[25*32+:11]};
  wire signed [11:0] plane_cols = {1'b0, descriptor[25*32+16+:11]};
  wire [15:0] row_step = descriptor[26*32+:16];  // stride * pitch

  // The regions to come, and how many of them are complete.
  logic [2:0] complete;
  logic coming, region_ready;
  logic [15:0] partition_now, block_now;
  logic half_now;
  logic [2:0] regions;
  wire begins = state == IDLE && complete != '0;
  wire ends = state == FLUSH && pack_empty;
  fifo #(
      .WIDTH(33),
      .DEPTH(4)
  ) to_come (
      .clk,
      .reset,
      .in_valid(region_valid),
      .in_ready(region_ready),
      .in_word({region_partition, region_block, region_half}),
      .out_valid(coming),
      .out_ready(ends),
      .out_word({partition_now, block_now, half_now}),
      .count(regions)
  );
  wire unused_queue = &{1'b0, coming, region_ready, regions};

  // The filters of this round: the first of them, where its channel lies, each lane's place behind it.
  logic [15:0] blocks_left, filter_base, filter_next, filter_at;
  logic [BEAT_BITS-1:0] bitmap_base, value_base;
  logic [LANE_BITS:0] lane;
  logic [LANES*BEAT_BITS-1:0] lane_bitmaps, lane_values;
  logic [BEAT_BITS-1:0] bitmaps_on, values_on;
  logic [LANES*32-1:0] bias;
  logic [LANES*31-1:0] multiplier;
  logic [LANES*6-1:0] shift;
  logic [LANES-1:0] active;
  localparam int COUNT_BITS = $clog2(COLS + 1);
  logic [COUNT_BITS-1:0] column;  // of this round's first filter
  logic round_last;
  assign filter_address = filter_at;
  assign partition_address = partition_now;

  // The list, and the tile that is walked. Its record is fetched while the tile before is walked.
  logic [15:0] at_entry;
  logic [11:0] first_entry, entries, entries_left;
  logic entry_last;
  logic [127:0] next;
  logic signed [11:0] region_rows, region_cols;
  logic signed [11:0] plane_y, plane_x, plane_left, step;
  logic signed [11:0] window_y, window_x, tile_left;  // of the window's first word
  logic [BEAT_BITS-1:0] entry_bitmaps, entry_values, tile_bitmaps, tile_values;
  logic signed [11:0] along;  // ofmap columns from pixel to pixel
  logic ends_segment;
  wire [1:0] log_step = next[121:120];
  wire [WORD_BITS-1:0] entry_at = next[40+:WORD_BITS];
  assign entry_address = at_entry;
  assign read_half = half_now;

  // Words of the window, pixels of a row, rows of the tile: what is last is found out a step ahead, and so is where the
  // next line of the window, the next pixel and the next row begin, and the second lines of the windows there: a window
  // that has one takes longer than these take to follow.
  logic [3:0] wy, wx, kernel_but_two;
  logic [6:0] width, rows_left, columns_left;
  logic one_word, one_column;
  logic window_last, line_last, last_line, column_last, row_last;
  logic [WORD_BITS-1:0] line_next, pixel_next, row_next, pixel_line, row_line, down;
  wire [WORD_BITS-1:0] pixel_at = column_last ? row_next : pixel_next;

  wire clears = clear_half != '0;
  localparam int FLYING_BITS = $clog2(QUEUE + 1);
  logic [FLYING_BITS-1:0] flying;  // pixels between the walk and the packer
  logic room, accepted;
  wire issue = state == WALK && room;
  wire pixel = issue && window_last;
  wire pixel_last = column_last && row_last;

  // Cycle 1: where the word and its pixel are. Cycle 2: whether that is inside; the words are there. Cycle 3: those of
  // this round. Cycle 4: the largest so far. Cycle 5: into requantise.
  logic valid1, valid2, valid3, first1, first2, first3, last1, last2, last3;
  logic take3, fresh3;  // it is a word to compare, and the first such of its window
  logic tile_ends1, tile_ends2, segment_ends2;
  logic row_inside2, column_inside2, row_in_plane2, column_in_plane2, have, enter;
  wire have_next = take3 || (have && !(valid3 && first3));
  logic signed [11:0] word_y1, word_x1, plane_y1, plane_x1;
  logic [LANES*32-1:0] words3, largest;
  always_ff @(posedge clk) begin
    valid1 <= issue && !reset;
    first1 <= wy == '0 && wx == '0;
    last1 <= window_last;
    tile_ends1 <= pixel_last;
    word_y1 <= window_y + 12'(wy);
    word_x1 <= window_x + 12'(wx);
    plane_y1 <= plane_y;
    plane_x1 <= plane_x;

    valid2 <= valid1 && !reset;
    first2 <= first1;
    last2 <= last1;
    tile_ends2 <= tile_ends1;
    segment_ends2 <= tile_ends1 && ends_segment;
    row_inside2 <= !word_y1[11] && word_y1 < region_rows;
    column_inside2 <= !word_x1[11] && word_x1 < region_cols;
    row_in_plane2 <= !plane_y1[11] && plane_y1 < plane_rows;
    column_in_plane2 <= !plane_x1[11] && plane_x1 < plane_cols;

    valid3 <= valid2 && !reset;
    first3 <= first2;
    last3 <= last2;
    take3 <= valid2 && row_inside2 && column_inside2 && !reset;
    fresh3 <= first2 || !have_next;
    for (int q = 0; q < COLS; q += LANES) if (column == COUNT_BITS'(q)) words3 <= words[q*32+:LANES*32];

    for (int j = 0; j < LANES; j++)
      if (take3 && (fresh3 || $signed(words3[j*32+:32]) > $signed(largest[j*32+:32])))
        largest[j*32+:32] <= words3[j*32+:32];
    have <= have_next;
    enter <= valid3 && last3 && !reset;
  end

  logic pack_ready, pack_empty;
  logic [NOTE_BITS-1:0] note;
  logic note_valid, note_ready;
  logic [FLYING_BITS-1:0] notes;
  wire unused_notes = &{1'b0, note_valid, note_ready, notes};
  fifo #(
      .WIDTH(NOTE_BITS),
      .DEPTH(QUEUE)
  ) note_queue (
      .clk,
      .reset,
      .in_valid(valid2 && last2),
      .in_ready(note_ready),
      .in_word({!(row_in_plane2 && column_in_plane2), tile_ends2, segment_ends2, tile_bitmaps, tile_values, active}),
      .out_valid(note_valid),
      .out_ready(accept),
      .out_word(note),
      .count(notes)
  );

  logic [LANES-1:0] byte_valid, byte_ready;
  logic [LANES*8-1:0] bytes;
  logic [LANES-1:0] nonzero;
  wire accept = byte_valid[0] && pack_ready;
  for (genvar j = 0; j < LANES; j++) begin : lanes
    requantise #(
        .QUEUE(QUEUE),
        .CORRECTION(1'b0),
        .SUM_BITS(27)
    ) requantise (
        .clk,
        .reset,
        .in_valid(enter),
        .in_ready(byte_ready[j]),
        .acc(largest[j*32+:32]),
        .window('0),
        .correction('0),
        .bias(bias[j*32+:32]),
        .multiplier(multiplier[j*31+:31]),
        .shift(shift[j*6+:6]),
        .low(least),
        .high(most),
        .out_valid(byte_valid[j]),
        .out_ready(pack_ready),
        .out_byte(bytes[j*8+:8]),
        .out_some(nonzero[j])
    );
  end
  wire unused_lanes = &{1'b0, byte_ready, byte_valid};

  ofm_pack #(
      .LANES(LANES),
      .PSUM_DEPTH(PSUM_DEPTH),
      .BEAT_BITS(BEAT_BITS)
  ) pack (
      .clk,
      .reset,
      .lane_bitmaps,
      .lane_values,
      .in_valid(byte_valid[0]),
      .in_ready(pack_ready),
      .bytes,
      .nonzero,
      .note,
      .empty(pack_empty),
      .write_valid,
      .write_ready,
      .write_stream,
      .write_begins,
      .write_ends,
      .write_address,
      .write_data
  );

  always_ff @(posedge clk) begin
    emitted <= ends;
    cleared <= 1'b0;
    if (clears) begin
      clear_address <= clear_address + 1'b1;
      clear_left <= clear_left - 1'b1;
      if (clear_left == (WORD_BITS + 1)'(1)) begin
        clear_half <= '0;
        clear_address <= '0;
        cleared <= lanes_ready;
        lanes_ready <= 1'b1;
      end
    end
    complete <= complete + 3'(region_done) - 3'(begins);
    accepted <= accept;
    flying <= flying + FLYING_BITS'(pixel) - FLYING_BITS'(accepted);
    room <= flying < FLYING_BITS'(QUEUE - 1);
    next <= entry;
    filter_next <= filter_base + 16'(LANES);
    round_last <= column == COUNT_BITS'(COLS - LANES) || filter_next >= filters;
    one_word <= kernel == 4'd1;
    kernel_but_two <= kernel - 4'd2;
    tile_bitmaps <= bitmap_base + entry_bitmaps;
    tile_values <= value_base + entry_values;
    pixel_line <= pixel_next + WORD_BITS'(pitch);
    row_line <= row_next + WORD_BITS'(pitch);
    case (state)
      IDLE: if (begins) state <= FIND;
      FIND: begin
        blocks_left <= block_now;
        bitmap_base <= '0;
        value_base <= '0;
        filter_base <= '0;
        column <= '0;
        {entries, first_entry} <= partition[99:76];
        region_rows <= {2'b0, partition[109:100]};
        region_cols <= {2'b0, partition[119:110]};
        state <= BASE;
      end
      BASE: begin
        lane <= '0;
        bitmaps_on <= '0;
        values_on <= '0;
        filter_at <= filter_base;
        blocks_left <= blocks_left - 1'b1;
        if (blocks_left == '0) state <= FILTERS;
        else begin
          bitmap_base <= bitmap_base + block_bitmaps;
          value_base <= value_base + block_values;
          filter_base <= filter_base + 16'(COLS);
        end
      end
      // The filter of lane - 1 answers now.
      FILTERS: begin
        lane <= lane + 1'b1;
        filter_at <= filter_at + 1'b1;
        bitmaps_on <= bitmaps_on + BEAT_BITS'(bitmap_stride);
        values_on <= values_on + BEAT_BITS'(value_stride);
        for (int j = 0; j < LANES; j++) begin
          if (lane == (LANE_BITS + 1)'(j)) begin
            lane_bitmaps[j*BEAT_BITS+:BEAT_BITS] <= bitmaps_on;
            lane_values[j*BEAT_BITS+:BEAT_BITS] <= values_on;
            active[j] <= filter_at < filters;
          end
          if (lane == (LANE_BITS + 1)'(j + 1)) begin
            bias[j*32+:32] <= filter[31:0];
            multiplier[j*31+:31] <= filter[62:32];
            shift[j*6+:6] <= filter[69:64];
          end
        end
        at_entry <= 16'(first_entry);
        entries_left <= entries;
        if (lane == (LANE_BITS + 1)'(LANES)) state <= FETCH;
      end
      FETCH: state <= TAKE;
      TAKE: begin
        at_entry <= at_entry + 1'b1;
        entries_left <= entries_left - 1'b1;
        entry_last <= entries_left == 12'd1;
        plane_y <= {{2{next[9]}}, next[9:0]};
        plane_x <= {{2{next[19]}}, next[19:10]};
        plane_left <= {{2{next[19]}}, next[19:10]};
        window_y <= {{2{next[29]}}, next[29:20]};
        window_x <= {{2{next[39]}}, next[39:30]};
        tile_left <= {{2{next[39]}}, next[39:30]};
        read_address <= entry_at;
        line_next <= entry_at + WORD_BITS'(pitch);
        pixel_next <= entry_at + WORD_BITS'(12'(stride) << log_step);
        row_next <= entry_at + WORD_BITS'(row_step << log_step);
        rows_left <= next[56:50];
        {columns_left, width} <= {2{next[63:57]}};
        row_last <= next[56:50] == 7'd1;
        column_last <= next[63:57] == 7'd1;
        one_column <= next[63:57] == 7'd1;
        {window_last, line_last, last_line} <= {3{one_word}};
        entry_bitmaps <= next[64+:BEAT_BITS];
        entry_values <= next[92+:BEAT_BITS];
        step <= 12'd1 << log_step;
        along <= 12'(stride) << log_step;
        down <= WORD_BITS'(row_step << log_step);
        ends_segment <= next[122];
        wy <= '0;
        wx <= '0;
        state <= WALK;
      end
      WALK:
      if (issue) begin
        line_last <= line_last ? one_word : wx == kernel_but_two;
        window_last <= window_last ? one_word : last_line && !line_last && wx == kernel_but_two;
        if (!window_last) begin
          wx <= line_last ? '0 : wx + 1'b1;
          read_address <= line_last ? line_next : read_address + 1'b1;
          if (line_last) begin
            wy <= wy + 1'b1;
            last_line <= wy == kernel_but_two;
            line_next <= line_next + WORD_BITS'(pitch);
          end
        end else begin
          wy <= '0;
          wx <= '0;
          last_line <= one_word;
          columns_left <= column_last ? width : columns_left - 1'b1;
          column_last <= column_last ? one_column : columns_left == 7'd2;
          plane_x <= column_last ? plane_left : plane_x + step;
          window_x <= column_last ? tile_left : window_x + along;
          read_address <= pixel_at;
          pixel_next <= pixel_at + WORD_BITS'(along);
          line_next <= column_last ? row_line : pixel_line;
          if (column_last) begin
            rows_left <= rows_left - 1'b1;
            row_last <= rows_left == 7'd2;
            plane_y <= plane_y + step;
            window_y <= window_y + 12'(along);
            row_next <= row_next + down;
          end
          if (pixel_last) state <= entry_last ? SETTLE : FETCH;
        end
      end
      SETTLE:
      if (flying == '0 && !(clears && round_last)) begin
        lane <= '0;
        bitmaps_on <= '0;
        values_on <= '0;
        filter_base <= filter_next;
        filter_at <= filter_next;
        bitmap_base <= bitmap_base + lanes_bitmaps;
        value_base <= value_base + lanes_values;
        column <= column + COUNT_BITS'(LANES);
        state <= round_last ? FLUSH : FILTERS;
        if (round_last) begin
          clear_left <= clear_words;
          clear_half <= half_now ? 2'b10 : 2'b01;
        end
      end
      default: if (ends) state <= IDLE;
    endcase
    if (reset) begin
      state <= IDLE;
      clear_half <= 2'b11;
      clear_address <= '0;
      clear_left <= (WORD_BITS + 1)'(WORDS);
      lanes_ready <= 1'b0;
      complete <= '0;
      flying <= '0;
      accepted <= 1'b0;
      emitted <= 1'b0;
      cleared <= 1'b0;
    end
  end
  wire unused_bits = &{1'b0, pitch, descriptor, partition, next, filter};
endmodule
