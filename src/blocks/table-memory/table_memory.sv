// A memory that one side fills and another reads; it answers a cycle after its address. Its highest LUT_BITS bits lie in
// LUT memories: what is more than whole halves of block RAM hold, or all of a shallow table.
module table_memory #(
    parameter int WIDTH = 128,
    parameter int DEPTH = 64,
    parameter int LUT_BITS = 0,
    localparam int ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1,
    localparam int BLOCK_BITS = WIDTH - LUT_BITS
) (
    input  logic                    clk,
    input  logic                    write,
    input  logic [ADDRESS_BITS-1:0] write_address,
    input  logic [       WIDTH-1:0] write_data,
    input  logic [ADDRESS_BITS-1:0] address,
    output logic [       WIDTH-1:0] data
);
  if (BLOCK_BITS > 0) begin : block
    logic [BLOCK_BITS-1:0] words[0:DEPTH-1];
    always_ff @(posedge clk) begin
      if (write) words[write_address] <= write_data[BLOCK_BITS-1:0];
      data[BLOCK_BITS-1:0] <= words[address];
    end
  end
  if (LUT_BITS > 0) begin : lut
    (* ram_style = "distributed" *)
    logic [LUT_BITS-1:0] words[0:DEPTH-1];
    always_ff @(posedge clk) begin
      if (write) words[write_address] <= write_data[WIDTH-1:BLOCK_BITS];
      data[WIDTH-1:BLOCK_BITS] <= words[address];
    end
  end
endmodule
