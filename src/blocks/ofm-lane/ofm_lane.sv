// One column's lane of the ofmap buffer: two halves of 32-bit words. Draining psums are added into one half, while the
// other, complete, is read and then cleared for the next region.
//
//   psum, place ──▶ read ─▶ latch ─▶ add and write         cycle 1, 2, 3; a psum a cycle, never refused
//   read_half, read_address ──▶ word, two cycles later     clear_half, clear_address ──▶ 0
//
// A place comes a cycle after its psum, from the walk or the lane to the west. The words of a tile differ in their
// address and drains are two cycles apart (the bank switch), so no word is used again before it is written.
module ofm_lane #(
    parameter int WORDS = 512,  // of a half, a power of two
    localparam int WORD_BITS = $clog2(WORDS)
) (
    input  logic                        clk,
    input  logic                        reset,
    input  logic signed [         31:0] psum,
    input  logic                        place_valid,
    input  logic                        place_half,
    input  logic        [WORD_BITS-1:0] place_address,
    output logic                        east_valid,
    output logic                        east_half,
    output logic        [WORD_BITS-1:0] east_address,
    input  logic                        read_half,
    input  logic        [WORD_BITS-1:0] read_address,
    output logic signed [         31:0] word,
    input  logic        [          1:0] clear_half,     // either, both or neither
    input  logic        [WORD_BITS-1:0] clear_address
);
  logic signed [31:0] psum1, psum2, psum3;
  logic valid2, valid3, half2, half3;
  logic [WORD_BITS-1:0] address2, address3;
  logic [31:0] old3;
  logic [2*32-1:0] read2;
  logic read_half2;
  wire [31:0] sum3 = old3 + psum3;

  for (genvar h = 0; h < 2; h++) begin : halves
    logic [31:0] words[0:WORDS-1];
    wire adds = place_valid && place_half == (h == 1);
    wire writes = valid3 && half3 == (h == 1);
    logic [31:0] read;
    assign read2[h*32+:32] = read;
    always_ff @(posedge clk) begin
      read <= words[adds?place_address : read_address];
      if (writes || clear_half[h]) words[writes?address3 : clear_address] <= writes ? sum3 : '0;
    end
  end

  always_ff @(posedge clk) begin
    psum1 <= psum;
    psum2 <= psum1;
    psum3 <= reset ? '0 : psum2;  // cleared, so that it is no part of a shift register, which is slow to leave
    valid2 <= place_valid;
    half2 <= place_half;
    address2 <= place_address;
    valid3 <= valid2;
    half3 <= half2;
    address3 <= address2;
    old3 <= half2 ? read2[63:32] : read2[31:0];
    read_half2 <= read_half;
    word <= read_half2 ? read2[63:32] : read2[31:0];
    east_valid <= place_valid;
    east_half <= place_half;
    east_address <= place_address;
    if (reset) begin
      valid2 <= 1'b0;
      valid3 <= 1'b0;
      east_valid <= 1'b0;
    end
  end
endmodule
