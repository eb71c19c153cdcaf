// Max pooling of byte planes on the way out, one position a cycle; kernel 1 (nothing happens) to 3, stride 1 to 3.
//
//                  ┌ last two ┐        ┌ last two rows ┐
//   byte ──▶ key ──┴───▶ max of the row ──┴──────▶ max of the window ──▶ queue ──▶ out
//            step            cycle 1                    cycle 2
//
// The block walks a grid: the padding above and to the left, the plane, and whatever windows reach beyond it, which
// is what ceil_mode comes to. Padding takes a cycle but no byte. Bytes become keys that compare without sign, with
// padding the least of them, so it never wins. Only what stands at the end of a window is kept, a column a window.
module max_pool #(
    parameter int LINE = 128,  // windows a row, at most
    parameter int POSITION_BITS = 10,
    parameter int QUEUE = 4,  // 3 or more for a byte a cycle
    localparam int LINE_BITS = $clog2(LINE)
) (
    input  logic                     clk,
    input  logic                     reset,
    // One plane.
    input  logic                     plane_valid,
    output logic                     plane_ready,
    input  logic                     plane_signed,
    input  logic [              1:0] kernel,
    input  logic [              1:0] stride,
    input  logic [              1:0] pad_top,
    input  logic [              1:0] pad_left,
    input  logic [POSITION_BITS-1:0] end_row,  // pad_top + rows of the plane
    input  logic [POSITION_BITS-1:0] end_col,
    input  logic [POSITION_BITS-1:0] grid_last_row,  // last position that is walked
    input  logic [POSITION_BITS-1:0] grid_last_col,
    input  logic [POSITION_BITS-1:0] window_last_row,  // where the last window ends
    input  logic [POSITION_BITS-1:0] window_last_col,
    input  logic                     in_valid,
    output logic                     in_ready,
    input  logic [              7:0] in_byte,
    output logic                     out_valid,
    input  logic                     out_ready,
    output logic [              7:0] out_byte,
    output logic                     out_last   // of the plane
);
  localparam int COUNT_BITS = $clog2(QUEUE + 1);

  function automatic logic [7:0] largest(input logic [7:0] a, input logic [7:0] b, input logic [7:0] c);
    largest = (a >= b && a >= c) ? a : (b >= c ? b : c);
  endfunction

  logic running, flip;
  logic [1:0] size, hop, top, left;
  logic [POSITION_BITS-1:0] bottom, right, last_row, last_col, last_window_row, last_window_col;
  logic [POSITION_BITS-1:0] row, col, row_end, col_end;  // where the walk stands, where the next windows end
  logic [LINE_BITS-1:0] column;  // windows of the row that have ended
  logic [COUNT_BITS-1:0] taken;  // places of the queue, from the step on

  wire room = taken != COUNT_BITS'(QUEUE);
  wire real_byte = row >= POSITION_BITS'(top) && row < bottom && col >= POSITION_BITS'(left) && col < right;
  wire step = running && room && (in_valid || !real_byte);
  wire ends_col = col == col_end;
  wire ends_row = row == row_end;
  wire emits = step && ends_col && ends_row;
  wire leave = out_valid && out_ready;
  assign plane_ready = !running;
  assign in_ready = running && room && real_byte;

  // Cycle 1: the largest of the last keys in the row.
  logic [7:0] previous, earlier, row_max1;
  logic valid1, emit1, last1, flip1;
  logic [1:0] size1;
  logic [LINE_BITS-1:0] column1;
  wire [7:0] key = real_byte ? in_byte ^ {flip, 7'b0} : '0;

  // Cycle 2: the largest of the last rows.
  logic [15:0] line[0:LINE-1];  // of each window column: the row before, the row before that
  wire [15:0] above = line[column1];
  wire [7:0] window_max = largest(row_max1, size1[1] ? above[15:8] : '0, size1 == 2'd3 ? above[7:0] : '0);

  always_ff @(posedge clk) begin
    if (step) begin
      previous <= key;
      earlier  <= previous;
    end
    row_max1 <= largest(key, size[1] ? previous : '0, size == 2'd3 ? earlier : '0);
    column1 <= column;
    last1 <= row == last_window_row && col == last_window_col;
    flip1 <= flip;
    size1 <= size;
    if (valid1) line[column1] <= {row_max1, above[15:8]};
    if (reset) begin
      running <= 1'b0;
      valid1 <= 1'b0;
      emit1 <= 1'b0;
      taken <= '0;
    end else begin
      valid1 <= step && ends_col;
      emit1  <= emits;
      if (emits && !leave) taken <= taken + 1'b1;
      if (leave && !emits) taken <= taken - 1'b1;
      if (plane_valid && plane_ready) running <= 1'b1;
      else if (step && row == last_row && col == last_col) running <= 1'b0;
    end
  end

  always_ff @(posedge clk) begin
    if (plane_valid && plane_ready) begin
      flip <= plane_signed;
      size <= kernel;
      hop <= stride;
      top <= pad_top;
      left <= pad_left;
      bottom <= end_row;
      right <= end_col;
      last_row <= grid_last_row;
      last_col <= grid_last_col;
      last_window_row <= window_last_row;
      last_window_col <= window_last_col;
      row <= '0;
      col <= '0;
      row_end <= POSITION_BITS'(kernel) - 1'b1;
      col_end <= POSITION_BITS'(kernel) - 1'b1;
      column <= '0;
    end else if (step) begin
      if (col == last_col) begin
        col <= '0;
        col_end <= POSITION_BITS'(size) - 1'b1;
        column <= '0;
        row <= row + 1'b1;
        if (ends_row) row_end <= row_end + POSITION_BITS'(hop);
      end else begin
        col <= col + 1'b1;
        if (ends_col) begin
          col_end <= col_end + POSITION_BITS'(hop);
          column  <= column + 1'b1;
        end
      end
    end
  end

  logic queue_ready;
  logic [COUNT_BITS-1:0] queued;
  wire unused_queue = &{1'b0, queue_ready, queued};
  fifo #(
      .WIDTH(9),
      .DEPTH(QUEUE)
  ) queue (
      .clk,
      .reset,
      .in_valid(emit1),
      .in_ready(queue_ready),
      .in_word({last1, window_max ^ {flip1, 7'b0}}),
      .out_valid,
      .out_ready,
      .out_word({out_last, out_byte}),
      .count(queued)
  );

`ifdef FORMAL
  // Every byte on its way has a place in the queue.
  logic was_reset = 1'b0;
  initial assume (reset);
  always_ff @(posedge clk) was_reset <= was_reset || reset;
  always_comb begin
    if (was_reset) begin
      assert (taken <= COUNT_BITS'(QUEUE));
      assert ({1'b0, taken} == {1'b0, queued} + (COUNT_BITS + 1)'(emit1));
      assert (!emit1 || queue_ready);
    end
  end
`endif
endmodule
