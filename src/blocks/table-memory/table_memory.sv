// A memory that one side fills and another reads; it answers a cycle after its address.
module table_memory #(
    parameter int WIDTH = 128,
    parameter int DEPTH = 64,
    localparam int ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  logic                    clk,
    input  logic                    write,
    input  logic [ADDRESS_BITS-1:0] write_address,
    input  logic [       WIDTH-1:0] write_data,
    input  logic [ADDRESS_BITS-1:0] address,
    output logic [       WIDTH-1:0] data
);
  logic [WIDTH-1:0] words[0:DEPTH-1];
  always_ff @(posedge clk) begin
    if (write) words[write_address] <= write_data;
    data <= words[address];
  end
endmodule
