// The machine as a host sees it: an AXI4-Lite slave of registers and AXI4 masters of 128 bits.
//
//   host ─ AXI4-Lite ─▶ axi_lite ─ start, descriptor ─▶ sense_core ─▶ masters: tables, bitmaps, values, weights (read), ofmaps (write)
//
// Those that read tables and bitmaps, joined by an interconnect, and the one that writes ofmaps can share a port: with four
// ports of weights that makes six, as many as an XCZU9EG's processing system has.
// Bursts are INCR of whole beats, up to 16 and within 4 KB; all bytes of a beat are written. A memory's error responses are
// not looked at. The registers are those of axi_lite.sv; `irq` stays until the host forgets the end of the run.
module sense_machine #(
    parameter int ROWS = 32,
    parameter int COLS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BANKS = 2,
    parameter int PSUM_BITS = 28,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int CHANNEL_GAP = 2,
    parameter int PSUM_BLOCK = 0,  // psums in block RAM: one bank
    parameter int DSP48 = 0,  // there: the vendor's multiplier
    parameter int OFM_LANES = 16,  // filters that are requantised at a time; divides COLS
    parameter int WEIGHT_PORTS = 4,  // a power of two that divides COLS
    parameter int ENTRIES = 512,  // waves an ifmap half
    parameter int VALUE_BEATS = 256,  // beats of values, a row and half
    parameter int WEIGHT_BEATS = 256,  // beats of weights, a column and half
    parameter int OFM_WORDS = 512,  // psums, a column and half
    parameter int CHANNELS = 4096,  // virtual channels
    parameter int HEADER_BEATS = 512,
    parameter int GROUPS = 512,
    parameter int TILES = 512,
    parameter int PARTITIONS = 64,
    parameter int EMITS = 2048,
    parameter int FILTERS = 1024,
    parameter int LUT_REMAINDERS = 0,  // what exceeds whole halves of block RAM lies in LUTs
    parameter int BEAT_BITS = 28,
    localparam int READERS = 3 + WEIGHT_PORTS
) (
    input  logic                       clk,
    input  logic                       reset,
    input  logic                       s_awvalid,
    output logic                       s_awready,
    input  logic [                4:0] s_awaddr,
    input  logic                       s_wvalid,
    output logic                       s_wready,
    input  logic [               31:0] s_wdata,
    output logic                       s_bvalid,
    output logic [                1:0] s_bresp,
    input  logic                       s_bready,
    input  logic                       s_arvalid,
    output logic                       s_arready,
    input  logic [                4:0] s_araddr,
    output logic                       s_rvalid,
    input  logic                       s_rready,
    output logic [                1:0] s_rresp,
    output logic [               31:0] s_rdata,
    output logic                       irq,
    output logic [        READERS-1:0] m_arvalid,
    input  logic [        READERS-1:0] m_arready,
    output logic [READERS*(BEAT_BITS+4)-1:0] m_araddr,
    output logic [      READERS*8-1:0] m_arlen,
    output logic [      READERS*3-1:0] m_arsize,
    output logic [      READERS*2-1:0] m_arburst,
    input  logic [        READERS-1:0] m_rvalid,
    output logic [        READERS-1:0] m_rready,
    input  logic [    READERS*128-1:0] m_rdata,
    output logic                       m_awvalid,
    input  logic                       m_awready,
    output logic [      BEAT_BITS+3:0] m_awaddr,
    output logic [                7:0] m_awlen,
    output logic [                2:0] m_awsize,
    output logic [                1:0] m_awburst,
    output logic                       m_wvalid,
    input  logic                       m_wready,
    output logic [              127:0] m_wdata,
    output logic [               15:0] m_wstrb,
    output logic                       m_wlast,
    input  logic                       m_bvalid,
    output logic                       m_bready
);
  logic start, busy, done, overflow, layer_start;
  logic [BEAT_BITS-1:0] first_descriptor;
  logic [63:0] cycles;
  wire unused = layer_start;
  assign m_arsize = {READERS{3'd4}};  // 16 bytes
  assign m_arburst = {READERS{2'b01}};  // INCR
  assign m_awsize = 3'd4;
  assign m_awburst = 2'b01;
  assign m_wstrb = '1;

  axi_lite #(
      .BEAT_BITS(BEAT_BITS)
  ) registers (
      .clk,
      .reset,
      .start,
      .first_descriptor,
      .busy,
      .done,
      .overflow,
      .cycles,
      .irq,
      .awvalid(s_awvalid),
      .awready(s_awready),
      .awaddr(s_awaddr),
      .wvalid(s_wvalid),
      .wready(s_wready),
      .wdata(s_wdata),
      .bvalid(s_bvalid),
      .bresp(s_bresp),
      .bready(s_bready),
      .arvalid(s_arvalid),
      .arready(s_arready),
      .araddr(s_araddr),
      .rvalid(s_rvalid),
      .rresp(s_rresp),
      .rready(s_rready),
      .rdata(s_rdata)
  );
  sense_core #(
      .ROWS(ROWS),
      .COLS(COLS),
      .PSUM_DEPTH(PSUM_DEPTH),
      .PSUM_BANKS(PSUM_BANKS),
      .PSUM_BITS(PSUM_BITS),
      .WEIGHT_DEPTH(WEIGHT_DEPTH),
      .WEIGHT_LANES(WEIGHT_LANES),
      .CHANNEL_GAP(CHANNEL_GAP),
      .PSUM_BLOCK(PSUM_BLOCK),
      .DSP48(DSP48),
      .OFM_LANES(OFM_LANES),
      .WEIGHT_PORTS(WEIGHT_PORTS),
      .ENTRIES(ENTRIES),
      .VALUE_BEATS(VALUE_BEATS),
      .WEIGHT_BEATS(WEIGHT_BEATS),
      .OFM_WORDS(OFM_WORDS),
      .CHANNELS(CHANNELS),
      .HEADER_BEATS(HEADER_BEATS),
      .GROUPS(GROUPS),
      .TILES(TILES),
      .PARTITIONS(PARTITIONS),
      .EMITS(EMITS),
      .FILTERS(FILTERS),
      .LUT_REMAINDERS(LUT_REMAINDERS),
      .BEAT_BITS(BEAT_BITS)
  ) core (
      .clk,
      .reset,
      .start,
      .first_descriptor,
      .busy,
      .done,
      .overflow,
      .cycles,
      .layer_start,
      .arvalid(m_arvalid),
      .arready(m_arready),
      .araddr(m_araddr),
      .arlen(m_arlen),
      .rvalid(m_rvalid),
      .rready(m_rready),
      .rdata(m_rdata),
      .awvalid(m_awvalid),
      .awready(m_awready),
      .awaddr(m_awaddr),
      .awlen(m_awlen),
      .wvalid(m_wvalid),
      .wready(m_wready),
      .wdata(m_wdata),
      .wlast(m_wlast),
      .bvalid(m_bvalid),
      .bready(m_bready)
  );
endmodule
