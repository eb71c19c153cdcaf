// Reads runs of beats over AXI4: requests are cut into bursts, data comes back in their order.
//
//   request {address, beats} ─▶ address, left ──▶ AR: bursts of at most BURST beats
//   R ───────────────────────────────────────────▶ out
//
// An address is the number of a 128-bit beat. Bursts end where BURST-beat blocks of memory end, so none crosses a
// border of 4 KB (BURST is a power of two, 256 beats at most), and an address stays until it is taken.
module axi_read #(
    parameter int BEAT_BITS = 28,
    parameter int COUNT_BITS = 16,
    parameter int BURST = 16
) (
    input  logic                  clk,
    input  logic                  reset,
    input  logic                  request_valid,
    output logic                  request_ready,
    input  logic [ BEAT_BITS-1:0] request_address,
    input  logic [COUNT_BITS-1:0] request_beats,    // 1 or more
    output logic                  out_valid,
    input  logic                  out_ready,
    output logic [         127:0] out_data,
    output logic                  arvalid,
    input  logic                  arready,
    output logic [ BEAT_BITS+3:0] araddr,
    output logic [           7:0] arlen,
    input  logic                  rvalid,
    output logic                  rready,
    input  logic [         127:0] rdata
);
  localparam int BLOCK_BITS = $clog2(BURST);

  logic active;  // there is a request, and no other is taken
  logic [BEAT_BITS-1:0] address;
  logic [COUNT_BITS-1:0] left;  // beats to ask for
  // Those of them behind the block, and the same less one: below zero where the block's border is not passed. Two sums,
  // so that neither a comparison nor a minimum is worked out on the way.
  wire [COUNT_BITS-1:0] behind = left + COUNT_BITS'(address[BLOCK_BITS-1:0]) - COUNT_BITS'(BURST);
  wire [COUNT_BITS:0] beyond = {1'b0, left} + (COUNT_BITS + 1)'(address[BLOCK_BITS-1:0]) - (COUNT_BITS + 1)'(BURST + 1);
  wire last = beyond[COUNT_BITS];
  wire [BLOCK_BITS-1:0] length = last ? left[BLOCK_BITS-1:0] - 1'b1 : ~address[BLOCK_BITS-1:0];

  assign arvalid = active;
  assign araddr = {address, 4'b0};
  assign arlen = 8'(length);
  assign out_valid = rvalid;
  assign out_data = rdata;
  assign rready = out_ready;
  wire unused_bits = &{1'b0, beyond};

  always_ff @(posedge clk) begin
    if (request_ready) begin
      {active, request_ready} <= {request_valid, !request_valid};
      address <= request_address;
      left    <= request_beats;
    end else if (arready) begin
      {active, request_ready} <= {!last, last};
      address <= {address[BEAT_BITS-1:BLOCK_BITS] + 1'b1, {BLOCK_BITS{1'b0}}};
      left    <= behind;
    end
    if (reset) {active, request_ready} <= 2'b01;
  end
endmodule
