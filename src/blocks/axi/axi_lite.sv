// The machine's registers for a host, over AXI4-Lite, 32 bits each.
//
//   0x00  write 1: start, unless it runs     0x0c, 0x10  cycles of the last run, low and high; only read
//   0x04  {overflow, done, busy}             0x14        {interrupts}: whether `irq` follows done
//         write 2: forget done               others      SLVERR, as is a write to what is only read
//   0x08  beat of the first descriptor
//
// A write is taken when its address and its data are there and the answer to the one before is; so is a read. Writes
// are of whole words.
module axi_lite #(
    parameter int BEAT_BITS = 28
) (
    input  logic                 clk,
    input  logic                 reset,
    output logic                 start,
    output logic [BEAT_BITS-1:0] first_descriptor,
    input  logic                 busy,
    input  logic                 done,              // a pulse
    input  logic                 overflow,
    input  logic [         63:0] cycles,
    output logic                 irq,
    input  logic                 awvalid,
    output logic                 awready,
    input  logic [          4:0] awaddr,
    input  logic                 wvalid,
    output logic                 wready,
    input  logic [         31:0] wdata,
    output logic                 bvalid,
    output logic [          1:0] bresp,
    input  logic                 bready,
    input  logic                 arvalid,
    output logic                 arready,
    input  logic [          4:0] araddr,
    output logic                 rvalid,
    input  logic                 rready,
    output logic [          1:0] rresp,
    output logic [         31:0] rdata
);
  logic finished, interrupts, write_error, read_error;
  wire write = awvalid && wvalid && !bvalid;
  wire read = arvalid && arready;
  assign awready = write;
  assign wready  = write;
  assign arready = !rvalid;
  assign bresp = {write_error, 1'b0};
  assign rresp = {read_error, 1'b0};
  assign irq = finished && interrupts;

  always_ff @(posedge clk) begin
    start <= write && awaddr[4:2] == 3'd0 && wdata[0] && !busy;
    if (write && awaddr[4:2] == 3'd2) first_descriptor <= wdata[BEAT_BITS-1:0];
    if (write && awaddr[4:2] == 3'd5) interrupts <= wdata[0];
    if (write) begin
      bvalid <= 1'b1;
      write_error <= awaddr[4:2] == 3'd3 || awaddr[4:2] == 3'd4 || awaddr[4:2] >= 3'd6;
    end else if (bready) bvalid <= 1'b0;

    if (done) finished <= 1'b1;
    else if (start || (write && awaddr[4:2] == 3'd1 && wdata[1])) finished <= 1'b0;

    if (read) begin
      rvalid <= 1'b1;
      read_error <= araddr[4:2] >= 3'd6;
      case (araddr[4:2])
        3'd1: rdata <= {29'b0, overflow, finished, busy};
        3'd2: rdata <= 32'(first_descriptor);
        3'd3: rdata <= cycles[31:0];
        3'd4: rdata <= cycles[63:32];
        3'd5: rdata <= {31'b0, interrupts};
        default: rdata <= '0;
      endcase
    end else if (rready) rvalid <= 1'b0;

    if (reset) begin
      start <= 1'b0;
      first_descriptor <= '0;
      bvalid <= 1'b0;
      rvalid <= 1'b0;
      finished <= 1'b0;
      interrupts <= 1'b0;
    end
  end
  wire unused_bits = &{1'b0, awaddr[1:0], araddr[1:0], wdata};
endmodule
