// Writes bursts over AXI4, reading their beats from a memory: addresses and beats leave by their own channels, and
// answers are counted.
//
//   burst ─▶ held ─┬─▶ its address ─▶ queue ─▶ AW
//                  └─▶ read_address ─▶ (a cycle) ─▶ read_data ─▶ queue ─▶ W      idle: every burst has been answered
//
// A beat is read only where the queue has room for it, so beats on their way never wait. Whether there is room is found
// out a cycle ahead, with a place to spare.
module axi_write #(
    parameter int BEAT_BITS = 28,
    parameter int SLOT_BITS = 5,
    parameter int QUEUE = 8,  // beats; 4 or more for a beat a cycle
    parameter int OPEN_BITS = 8
) (
    input  logic                 clk,
    input  logic                 reset,
    input  logic                 burst_valid,
    output logic                 burst_ready,
    input  logic [SLOT_BITS-1:0] burst_slot,
    input  logic [BEAT_BITS-1:0] burst_address,
    input  logic [          3:0] burst_last,     // beats behind the first one
    output logic [SLOT_BITS+3:0] read_address,
    input  logic [        127:0] read_data,      // a cycle later
    output logic                 freed,          // a pulse: the last beat of this slot has been read
    output logic [SLOT_BITS-1:0] freed_slot,
    output logic                 idle,           // a cycle late
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

  localparam int ADDRESSES = 4;  // of bursts that wait in front of AW
  logic held, begun, last;  // a burst; its first beat has been read; the next one is its last
  logic [SLOT_BITS-1:0] slot;
  logic [3:0] index, behind, length;  // the beat to be read, and how many are behind it; behind the first one
  logic [BEAT_BITS-1:0] place;
  logic [OPEN_BITS-1:0] open;  // bursts begun and not yet answered
  logic [COUNT_BITS-1:0] taken;  // places of the queue: of beats in it and on their way
  logic may_begin, room;
  logic valid1, last1;
  logic address_ready, data_ready;
  logic [BEAT_BITS-1:0] address;
  logic [$clog2(ADDRESSES+1)-1:0] addresses;
  logic [COUNT_BITS-1:0] words;
  wire unused_counts = &{1'b0, address_ready, words, data_ready};

  wire reads = held && room && (begun || may_begin);
  wire begins = reads && !begun;
  wire ends = reads && last;
  wire leaves = wvalid && wready;
  assign burst_ready = !held || ends;
  assign read_address = {slot, index};
  assign awaddr = {address, 4'b0};
  assign awlen[7:4] = '0;
  assign bready = 1'b1;

  always_ff @(posedge clk) begin
    if (burst_ready) begin
      held <= burst_valid;
      {slot, place, length, behind} <= {burst_slot, burst_address, burst_last, burst_last};
      last <= burst_last == '0;
      index <= '0;
      begun <= 1'b0;
    end else if (reads) begin
      behind <= behind - 1'b1;
      last <= behind == 4'd1;
      index <= index + 1'b1;
      begun <= 1'b1;
    end
    freed <= ends;
    freed_slot <= slot;
    valid1 <= reads;
    last1 <= last;
    if (begins && !bvalid) open <= open + 1'b1;
    if (!begins && bvalid) open <= open - 1'b1;
    if (reads && !leaves) taken <= taken + 1'b1;
    if (!reads && leaves) taken <= taken - 1'b1;
    room <= taken < COUNT_BITS'(QUEUE - 1);
    may_begin <= addresses < 3'(ADDRESSES - 1) && open[OPEN_BITS-1:1] != '1;
    idle <= !burst_valid && !held && open == '0;
    if (reset) begin
      held <= 1'b0;
      freed <= 1'b0;
      valid1 <= 1'b0;
      open <= '0;
      taken <= '0;
      room <= 1'b1;
      may_begin <= 1'b1;
      idle <= 1'b1;
    end
  end

  fifo #(
      .WIDTH(BEAT_BITS + 4),
      .DEPTH(ADDRESSES)
  ) address_queue (
      .clk,
      .reset,
      .in_valid(begins),
      .in_ready(address_ready),
      .in_word({place, length}),
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
