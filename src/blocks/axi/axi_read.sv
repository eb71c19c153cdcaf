// Reads runs of beats over AXI4: requests are cut into bursts, data comes back in their order.
//
//   request {address, beats} ─▶ address, left ─▶ AR: bursts of at most BURST beats
//   R ─────────────────────────────────────────▶ out
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

  logic [BEAT_BITS-1:0] address;
  logic [COUNT_BITS-1:0] left;
  wire [BLOCK_BITS:0] to_border = (BLOCK_BITS + 1)'(BURST) - {1'b0, address[BLOCK_BITS-1:0]};
  wire [BLOCK_BITS:0] burst = left < COUNT_BITS'(to_border) ? left[BLOCK_BITS:0] : to_border;
  wire [BLOCK_BITS:0] last = burst - 1'b1;

  assign request_ready = left == '0;
  assign arvalid = left != '0;
  assign araddr = {address, 4'b0};
  assign arlen = 8'(last);
  assign out_valid = rvalid;
  assign out_data = rdata;
  assign rready = out_ready;

  always_ff @(posedge clk) begin
    if (request_valid && request_ready) begin
      address <= request_address;
      left <= request_beats;
    end else if (arvalid && arready) begin
      address <= address + BEAT_BITS'(burst);
      left <= left - COUNT_BITS'(burst);
    end
    if (reset) left <= '0;
  end
endmodule
