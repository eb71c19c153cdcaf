// Writes single beats over AXI4: address and data leave by their own channels, and answers are counted.
//
//   in {address, data} ─┬─▶ queue ─▶ AW
//                       └─▶ queue ─▶ W          idle: everything that came in has been answered
module axi_write #(
    parameter int BEAT_BITS = 28,
    parameter int QUEUE = 4,
    parameter int OPEN_BITS = 8
) (
    input  logic                 clk,
    input  logic                 reset,
    input  logic                 in_valid,
    output logic                 in_ready,
    input  logic [BEAT_BITS-1:0] in_address,
    input  logic [        127:0] in_data,
    output logic                 idle,
    output logic                 awvalid,
    input  logic                 awready,
    output logic [BEAT_BITS+3:0] awaddr,
    output logic                 wvalid,
    input  logic                 wready,
    output logic [        127:0] wdata,
    input  logic                 bvalid,
    output logic                 bready
);
  localparam int COUNT_BITS = $clog2(QUEUE + 1);

  logic [OPEN_BITS-1:0] open;  // beats taken and not yet answered
  logic address_ready, data_ready;
  logic [BEAT_BITS-1:0] address;
  logic [COUNT_BITS-1:0] addresses, words;
  wire unused_counts = &{1'b0, addresses, words};
  assign in_ready = address_ready && data_ready && open != '1;
  assign idle = open == '0;
  assign awaddr = {address, 4'b0};
  assign bready = 1'b1;
  wire take = in_valid && in_ready;

  always_ff @(posedge clk) begin
    if (take && !bvalid) open <= open + 1'b1;
    if (!take && bvalid) open <= open - 1'b1;
    if (reset) open <= '0;
  end

  fifo #(
      .WIDTH(BEAT_BITS),
      .DEPTH(QUEUE)
  ) address_queue (
      .clk,
      .reset,
      .in_valid(take),
      .in_ready(address_ready),
      .in_word(in_address),
      .out_valid(awvalid),
      .out_ready(awready),
      .out_word(address),
      .count(addresses)
  );
  fifo #(
      .WIDTH(128),
      .DEPTH(QUEUE)
  ) data_queue (
      .clk,
      .reset,
      .in_valid(take),
      .in_ready(data_ready),
      .in_word(in_data),
      .out_valid(wvalid),
      .out_ready(wready),
      .out_word(wdata),
      .count(words)
  );
endmodule
