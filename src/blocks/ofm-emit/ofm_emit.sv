// Turns a complete region into bytes of the next layers' ifmaps: a walk over their tiles, LANES filters at a time.
//
//   entry of the list ─▶ address ─▶ LANES words ─▶ max of the window ─▶ requantise ─▶ ofm_pack
//                        └──────────── what becomes of the byte ──▶ queue ────────────▶
//
// A region is a partition and a block of filters. For every LANES filters of it, and every entry of the partition's
// list (a tile of a plane of the next layer), each of its pixels is the largest word of its pooling window, then a
// byte; max and requantisation change places, for requantisation never falls. Pixels outside the ofmap, which tiles
// of strided planes have, are zero bytes. When all is packed the words are cleared for the next region.
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
    output logic                       emitted,            // a pulse: its half is clear again
    output logic                       lanes_ready,
    output logic [               15:0] partition_address,
    input  logic [              127:0] partition,
    output logic [               15:0] entry_address,
    input  logic [              127:0] entry,
    output logic [               15:0] filter_address,
    input  logic [              127:0] filter,
    output logic                       read_half,
    output logic [      WORD_BITS-1:0] read_address,
    input  logic [        COLS*32-1:0] words,              // of all lanes, a cycle later
    output logic [                1:0] clear_half,
    output logic [      WORD_BITS-1:0] clear_address,
    output logic                       write_valid,
    input  logic                       write_ready,
    output logic [      BEAT_BITS-1:0] write_address,
    output logic [              127:0] write_data
);
  localparam logic [3:0] FIRST_CLEAR = 4'd0, IDLE = 4'd1, FIND = 4'd2, BASE = 4'd3, FILTERS = 4'd4, FETCH = 4'd5;
  localparam logic [3:0] TAKE = 4'd6, WALK = 4'd7, SETTLE = 4'd8, CLEAR = 4'd9, FLUSH = 4'd10;
  logic [3:0] state;

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
  wire [15:0] clear_words = descriptor[23*32+16+:16];
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
  logic [15:0] blocks_left, filter_base;
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
  wire round_last = column + COUNT_BITS'(LANES) == COUNT_BITS'(COLS) || filter_base + 16'(LANES) >= filters;
  assign filter_address = filter_base + 16'(lane);
  assign partition_address = partition_now;

  // The list, and the tile that is walked.
  logic [15:0] at_entry, end_entry;
  logic [11:0] first_entry, entries;
  logic signed [11:0] region_rows, region_cols;
  logic [6:0] height, width, y, x;
  logic [3:0] wy, wx;
  logic signed [11:0] plane_y, plane_x, plane_left, step;
  logic signed [11:0] window_y, window_x, tile_left;  // of the window's first word
  logic [WORD_BITS-1:0] row_at, pixel_at, line_at, at, down;
  logic [BEAT_BITS-1:0] entry_bitmaps, entry_values;
  logic signed [11:0] along;  // ofmap columns from pixel to pixel
  logic ends_segment;
  wire [1:0] log_step = entry[121:120];
  assign entry_address = at_entry;
  assign read_half = half_now;
  assign read_address = at;

  localparam int FLYING_BITS = $clog2(QUEUE + 1);
  logic [FLYING_BITS-1:0] flying;  // pixels between the walk and the packer
  wire issue = state == WALK && flying != FLYING_BITS'(QUEUE);
  wire window_last = wy + 1'b1 == kernel && wx + 1'b1 == kernel;
  wire column_last = x + 1'b1 == width;
  wire pixel_last = column_last && y + 1'b1 == height;
  wire signed [11:0] word_y = window_y + 12'(wy);
  wire signed [11:0] word_x = window_x + 12'(wx);
  wire in_window = !word_y[11] && !word_x[11] && word_y < region_rows && word_x < region_cols;
  wire in_plane = !plane_y[11] && !plane_x[11] && plane_y < plane_rows && plane_x < plane_cols;
  wire entry_last = at_entry + 1'b1 == end_entry;

  wire pixel = issue && window_last;
  logic accept, pack_empty;
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
      .in_valid(pixel),
      .in_ready(note_ready),
      .in_word({!in_plane, pixel_last, pixel_last && ends_segment, bitmap_base + entry_bitmaps, value_base + entry_values, active}),
      .out_valid(note_valid),
      .out_ready(accept),
      .out_word(note),
      .count(notes)
  );

  // Cycle 1: the words arrive. Cycle 2: those of this round. Cycle 3: the largest so far. Cycle 4: into requantise.
  logic valid1, valid2, first1, first2, last1, last2, inside1, inside2, have, enter;
  logic [COUNT_BITS-1:0] column1;
  logic [LANES*32-1:0] words2, largest;
  always_ff @(posedge clk) begin
    valid1 <= issue && !reset;
    first1 <= wy == '0 && wx == '0;
    last1 <= window_last;
    inside1 <= in_window;
    column1 <= column;
    valid2 <= valid1 && !reset;
    first2 <= first1;
    last2 <= last1;
    inside2 <= inside1;
    for (int q = 0; q < COLS; q += LANES) if (column1 == COUNT_BITS'(q)) words2 <= words[q*32+:LANES*32];
    for (int j = 0; j < LANES; j++)
      if (valid2 && inside2 && (first2 || !have || $signed(words2[j*32+:32]) > $signed(largest[j*32+:32])))
        largest[j*32+:32] <= words2[j*32+:32];
    if (valid2) have <= inside2 || (have && !first2);
    enter <= valid2 && last2 && !reset;
  end

  logic [LANES-1:0] byte_valid, byte_ready;
  logic [LANES*8-1:0] bytes;
  for (genvar j = 0; j < LANES; j++) begin : lanes
    requantise #(
        .QUEUE(QUEUE),
        .CORRECTION(1'b0)
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
        .out_ready(accept),
        .out_byte(bytes[j*8+:8])
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
      .accept,
      .bytes,
      .note,
      .empty(pack_empty),
      .write_valid,
      .write_ready,
      .write_address,
      .write_data
  );

  always_ff @(posedge clk) begin
    emitted <= ends;
    complete <= complete + 3'(region_done) - 3'(begins);
    flying <= flying + FLYING_BITS'(pixel) - FLYING_BITS'(accept);
    case (state)
      FIRST_CLEAR, CLEAR: begin
        clear_address <= clear_address + 1'b1;
        if (16'(clear_address) + 16'd1 == (state == CLEAR ? clear_words : 16'(WORDS))) begin
          state <= state == CLEAR ? FLUSH : IDLE;
          clear_half <= '0;
          clear_address <= '0;
          lanes_ready <= 1'b1;
        end
      end
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
        bitmaps_on <= bitmaps_on + BEAT_BITS'(bitmap_stride);
        values_on <= values_on + BEAT_BITS'(value_stride);
        for (int j = 0; j < LANES; j++) begin
          if (lane == (LANE_BITS + 1)'(j)) begin
            lane_bitmaps[j*BEAT_BITS+:BEAT_BITS] <= bitmaps_on;
            lane_values[j*BEAT_BITS+:BEAT_BITS] <= values_on;
            active[j] <= filter_address < filters;
          end
          if (lane == (LANE_BITS + 1)'(j + 1)) begin
            bias[j*32+:32] <= filter[31:0];
            multiplier[j*31+:31] <= filter[62:32];
            shift[j*6+:6] <= filter[69:64];
          end
        end
        at_entry  <= 16'(first_entry);
        end_entry <= 16'(first_entry) + 16'(entries);
        if (lane == (LANE_BITS + 1)'(LANES)) state <= FETCH;
      end
      FETCH: state <= TAKE;
      TAKE: begin
        plane_y <= {{2{entry[9]}}, entry[9:0]};
        plane_x <= {{2{entry[19]}}, entry[19:10]};
        plane_left <= {{2{entry[19]}}, entry[19:10]};
        window_y <= {{2{entry[29]}}, entry[29:20]};
        window_x <= {{2{entry[39]}}, entry[39:30]};
        tile_left <= {{2{entry[39]}}, entry[39:30]};
        row_at <= entry[40+:WORD_BITS];
        pixel_at <= entry[40+:WORD_BITS];
        line_at <= entry[40+:WORD_BITS];
        at <= entry[40+:WORD_BITS];
        height <= entry[56:50];
        width <= entry[63:57];
        entry_bitmaps <= entry[64+:BEAT_BITS];
        entry_values <= entry[92+:BEAT_BITS];
        step <= 12'd1 << log_step;
        along <= 12'(stride) << log_step;
        down <= WORD_BITS'(row_step << log_step);
        ends_segment <= entry[122];
        y <= '0;
        x <= '0;
        wy <= '0;
        wx <= '0;
        state <= WALK;
      end
      WALK:
      if (issue) begin
        if (!window_last) begin
          wx <= wx + 1'b1 == kernel ? '0 : wx + 1'b1;
          at <= at + 1'b1;
          if (wx + 1'b1 == kernel) begin
            wy <= wy + 1'b1;
            at <= line_at + WORD_BITS'(pitch);
            line_at <= line_at + WORD_BITS'(pitch);
          end
        end else begin
          wy <= '0;
          wx <= '0;
          x <= column_last ? '0 : x + 1'b1;
          plane_x <= column_last ? plane_left : plane_x + step;
          window_x <= column_last ? tile_left : window_x + along;
          pixel_at <= column_last ? row_at + down : pixel_at + WORD_BITS'(along);
          line_at <= column_last ? row_at + down : pixel_at + WORD_BITS'(along);
          at <= column_last ? row_at + down : pixel_at + WORD_BITS'(along);
          if (column_last) begin
            y <= y + 1'b1;
            plane_y <= plane_y + step;
            window_y <= window_y + 12'(along);
            row_at <= row_at + down;
          end
          if (pixel_last) begin
            at_entry <= at_entry + 1'b1;
            state <= entry_last ? SETTLE : FETCH;
          end
        end
      end
      SETTLE:
      if (flying == '0) begin
        lane <= '0;
        bitmaps_on <= '0;
        values_on <= '0;
        filter_base <= filter_base + 16'(LANES);
        bitmap_base <= bitmap_base + lanes_bitmaps;
        value_base <= value_base + lanes_values;
        column <= column + COUNT_BITS'(LANES);
        state <= round_last ? CLEAR : FILTERS;
        if (round_last) clear_half <= half_now ? 2'b10 : 2'b01;
      end
      default: if (ends) state <= IDLE;
    endcase
    if (reset) begin
      state <= FIRST_CLEAR;
      clear_half <= 2'b11;
      clear_address <= '0;
      lanes_ready <= 1'b0;
      complete <= '0;
      flying <= '0;
      emitted <= 1'b0;
    end
  end
  wire unused_bits = &{1'b0, pitch, descriptor, partition, entry, filter};
endmodule
