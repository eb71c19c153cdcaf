// A memory filled in beats of 128 bits and read in smaller words, a cycle after their address. Where a beat has many,
// these are chosen in two steps, and the word is there a cycle later.
//
//   address {beat, word of the beat} ─▶ beat ─▶ word            beat ─▶ a word of each part ─▶ word
module lane_memory #(
    parameter int WIDTH = 8,  // of a word
    parameter int PER_BEAT = 16,  // words a beat, from its lowest bit on; PER_BEAT * WIDTH is 128 at most
    parameter int DEPTH = 64,  // beats
    parameter bit TWO_STEPS = 1'b0,
    parameter int LUT_BITS = 0,  // of a beat: see table_memory.sv
    localparam int BEAT_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1,
    localparam int SUB_BITS = PER_BEAT > 1 ? $clog2(PER_BEAT) : 1
) (
    input  logic                 clk,
    input  logic                 write,
    input  logic [BEAT_BITS-1:0] write_address,
    input  logic [        127:0] write_data,
    input  logic [BEAT_BITS-1:0] beat,
    input  logic [ SUB_BITS-1:0] sub,
    output logic [    WIDTH-1:0] word
);
  logic [PER_BEAT*WIDTH-1:0] data;
  logic [SUB_BITS-1:0] sub1;
  always_ff @(posedge clk) sub1 <= sub;
  table_memory #(
      .WIDTH(PER_BEAT * WIDTH),
      .DEPTH(DEPTH),
      .LUT_BITS(LUT_BITS)
  ) beats (
      .clk,
      .write,
      .write_address,
      .write_data(write_data[PER_BEAT*WIDTH-1:0]),
      .address(beat),
      .data
  );
  // Of each part of a beat the word that the lower bits name, then the part that the upper ones name.
  localparam int LOW_BITS = TWO_STEPS ? SUB_BITS / 2 : SUB_BITS;
  localparam int HIGH_BITS = SUB_BITS - LOW_BITS;
  localparam int PARTS = 1 << HIGH_BITS;
  logic [PARTS*WIDTH-1:0] chosen;
  // Bit by bit: an index times WIDTH would become a shifter. A word that is not there is never asked for.
  for (genvar p = 0; p < PARTS; p++) begin : parts
    for (genvar i = 0; i < WIDTH; i++) begin : bits
      wire [(1<<LOW_BITS)-1:0] choices;
      for (genvar l = 0; l < 1 << LOW_BITS; l++) begin : choice
        localparam int W = (p << LOW_BITS) + l;
        assign choices[l] = data[(W<PER_BEAT?W : 0)*WIDTH+i];
      end
      assign chosen[i*PARTS+p] = choices[sub1[LOW_BITS-1:0]];
    end
  end
  if (TWO_STEPS) begin : second
    logic [PARTS*WIDTH-1:0] chosen2;
    logic [HIGH_BITS-1:0] high2;
    always_ff @(posedge clk) {high2, chosen2} <= {sub1[SUB_BITS-1:LOW_BITS], chosen};
    for (genvar i = 0; i < WIDTH; i++) begin : bits
      wire [PARTS-1:0] choices = chosen2[i*PARTS+:PARTS];
      assign word[i] = choices[high2];
    end
  end else begin : at_once
    assign word = chosen;
  end
  if (PER_BEAT * WIDTH < 128) begin : unused
    wire unused_bits = &{1'b0, write_data[127:PER_BEAT*WIDTH]};
  end
endmodule
