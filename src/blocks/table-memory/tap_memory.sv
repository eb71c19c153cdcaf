// A column's memory of weights, filled in beats of 128 bits and read in words of LANES taps, two cycles after their
// address.
//
//   address {bare, beat, word of the beat} ─▶ beat ─▶ a word of four ─▶ word of {weight, offset} a lane
//
// Where taps are bare, which have no offsets, more words fit a beat.
module tap_memory #(
    parameter int LANES = 3,
    parameter int TAP_BITS = 14,
    parameter int WORDS = 3,  // a beat, from its lowest bit on
    parameter int BARE_WORDS = 5,  // likewise
    parameter int DEPTH = 64,  // beats
    parameter int LUT_BITS = 0,  // of a beat: see table_memory.sv
    localparam int BEAT_BITS = $clog2(DEPTH),
    localparam int SUB_BITS = $clog2(BARE_WORDS),
    localparam int PICK_BITS = $clog2(BARE_WORDS + WORDS)
) (
    input  logic                      clk,
    input  logic                      write,
    input  logic [     BEAT_BITS-1:0] write_address,
    input  logic [             127:0] write_data,
    input  logic                      bare,
    input  logic [     BEAT_BITS-1:0] beat,
    input  logic [      SUB_BITS-1:0] sub,
    output logic [LANES*TAP_BITS-1:0] word
);
  localparam int OFFSET_BITS = TAP_BITS - 8;
  logic [127:0] data;
  table_memory #(
      .WIDTH(128),
      .DEPTH(DEPTH),
      .LUT_BITS(LUT_BITS)
  ) beats (
      .clk,
      .write,
      .write_address,
      .write_data,
      .address(beat),
      .data
  );

  // One choice among all words that a beat may hold, the bare ones first: a word of each four, then which of these.
  localparam int FOURS = (1 << PICK_BITS) / 4;
  localparam int HIGH_BITS = PICK_BITS - 2;
  logic [PICK_BITS-1:0] pick;
  logic [HIGH_BITS-1:0] high;
  always_ff @(posedge clk) begin
    pick <= PICK_BITS'(sub) + (bare ? '0 : PICK_BITS'(BARE_WORDS));
    high <= pick[PICK_BITS-1:2];
  end
  for (genvar l = 0; l < LANES; l++) begin : lanes
    for (genvar i = 0; i < TAP_BITS; i++) begin : bits
      wire [(1<<PICK_BITS)-1:0] choices;
      for (genvar w = 0; w < 1 << PICK_BITS; w++) begin : choice
        if (w >= BARE_WORDS + WORDS) assign choices[w] = 1'b0;
        else if (w >= BARE_WORDS) assign choices[w] = data[((w-BARE_WORDS)*LANES+l)*TAP_BITS+i];
        else if (i >= OFFSET_BITS) assign choices[w] = data[(w*LANES+l)*8+i-OFFSET_BITS];
        else assign choices[w] = 1'b0;
      end
      logic [FOURS-1:0] chosen;
      for (genvar f = 0; f < FOURS; f++) begin : four
        wire [3:0] among = choices[f*4+:4];
        always_ff @(posedge clk) chosen[f] <= among[pick[1:0]];
      end
      assign word[l*TAP_BITS+i] = chosen[high];
    end
  end
  wire unused_bits = &{1'b0, data};
endmodule
