// A memory filled in beats of 128 bits and read in smaller words, a cycle after their address.
//
//   address {beat, word of the beat} ─▶ beat ─▶ word
module lane_memory #(
    parameter int WIDTH = 8,  // of a word
    parameter int PER_BEAT = 16,  // words a beat, from its lowest bit on; PER_BEAT * WIDTH is 128 at most
    parameter int DEPTH = 64,  // beats
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
  // Bit by bit: an index times WIDTH would become a shifter. A word that is not there is never asked for.
  for (genvar i = 0; i < WIDTH; i++) begin : bits
    wire [(1<<SUB_BITS)-1:0] choices;
    for (genvar w = 0; w < 1 << SUB_BITS; w++) begin : choice
      assign choices[w] = data[(w<PER_BEAT?w : 0)*WIDTH+i];
    end
    assign word[i] = choices[sub1];
  end
  if (PER_BEAT * WIDTH < 128) begin : unused
    wire unused_bits = &{1'b0, write_data[127:PER_BEAT*WIDTH]};
  end
endmodule
