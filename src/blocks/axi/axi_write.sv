// Writes bursts over AXI4, reading their beats from a memory: addresses and beats leave by their own channels, and
// answers are counted.
//
//   burst ─┬─▶ its address ─▶ queue ─▶ AW
//          └─▶ read_address ─▶ (a cycle) ─▶ read_data ─▶ queue ─▶ W          idle: every burst has been answered
//
// A beat is read only where the queue has room for it, so beats on their way never wait.
module axi_write #(
    parameter int BEAT_BITS = 28,
    parameter int SLOT_BITS = 5,
    parameter int QUEUE = 8,  // beats; 4 or more for a beat a cycle
    parameter int OPEN_BITS = 8
) (
    input  logic                 clk,
    input  logic                 reset,
    input  logic                 burst_valid,
    output logic                 burst_ready,    // its last beat is read
    input  logic [SLOT_BITS-1:0] burst_slot,
    input  logic [BEAT_BITS-1:0] burst_address,
    input  logic [          3:0] burst_last,     // beats behind the first one
    output logic [SLOT_BITS+3:0] read_address,
    input  logic [        127:0] read_data,      // a cycle later
    output logic                 idle,
    output logic                 awvalid,
    input  logic                 awready,
    output logic [BEAT_BITS+3:0] awaddr,
    output logic [          7:0] awlen,
    output logic                 wvalid,
    input  logic                 wready,
    output logic [        127:0] wdata,
    output logic                 wlast,
    input  logic                 bvalid,
    output logic                 bready
);
  localparam int COUNT_BITS = $clog2(QUEUE + 1);

  logic [OPEN_BITS-1:0] open;  // bursts begun and not yet answered
  logic [3:0] index;  // of the beat in its burst
  logic [COUNT_BITS-1:0] taken;  // places of the queue: of beats in it and on their way
  logic full;
  logic valid1, last1;
  logic address_ready, data_ready;
  logic [BEAT_BITS-1:0] address;
  logic [1:0] addresses;
  logic [COUNT_BITS-1:0] words;
  wire unused_counts = &{1'b0, addresses, words, data_ready};

  wire may_begin = address_ready && open != '1;
  wire reads = burst_valid && !full && (index != '0 || may_begin);
  wire begins = reads && index == '0;
  wire leaves = wvalid && wready;
  assign burst_ready = reads && index == burst_last;
  assign read_address = {burst_slot, index};
  assign idle = open == '0;
  assign awaddr = {address, 4'b0};
  assign awlen[7:4] = '0;
  assign bready = 1'b1;

  always_ff @(posedge clk) begin
    if (reads) index <= burst_ready ? '0 : index + 1'b1;
    valid1 <= reads;
    last1  <= burst_ready;
    if (begins && !bvalid) open <= open + 1'b1;
    if (!begins && bvalid) open <= open - 1'b1;
    if (reads && !leaves) taken <= taken + 1'b1;
    if (!reads && leaves) taken <= taken - 1'b1;
    if (reads != leaves) full <= reads && taken == COUNT_BITS'(QUEUE - 1);
    if (reset) begin
      index <= '0;
      valid1 <= 1'b0;
      open <= '0;
      taken <= '0;
      full <= 1'b0;
    end
  end

  fifo #(
      .WIDTH(BEAT_BITS + 4),
      .DEPTH(2)
  ) address_queue (
      .clk,
      .reset,
      .in_valid(begins),
      .in_ready(address_ready),
      .in_word({burst_address, burst_last}),
      .out_valid(awvalid),
      .out_ready(awready),
      .out_word({address, awlen[3:0]}),
      .count(addresses)
  );
  fifo #(
      .WIDTH(129),
      .DEPTH(QUEUE)
  ) data_queue (
      .clk,
      .reset,
      .in_valid(valid1),
      .in_ready(data_ready),
      .in_word({last1, read_data}),
      .out_valid(wvalid),
      .out_ready(wready),
      .out_word({wlast, wdata}),
      .count(words)
  );
endmodule
