// One processing element: multiplies every ifmap non-zero that passes by the taps it holds, one MAC a cycle, and
// accumulates into its own psums.
//
//                 north: taps        psum_north
//                      │                 │
//        ┌─────────────▼─────────────────▼────────┐
//  west ─▶ operation   taps  ×  psums[2]  +       ├─▶ east, a cycle later
//        └─────────────┬─────────────────┬────────┘
//                      ▼                 ▼
//                 south, a cycle later   psum_south
//
//   cycle 0   the operation is on the west wires: its tap is read, address = position - offset
//   cycle 1   x * weight, psum read          a drain command reads and clears its psum
//   cycle 2   the sum                        psum_south = psum_north + the psum drained
//   cycle 3   the sum is written: the next operation on the same psum may come 3 cycles after this one
//
// There is no sequencing in here: no stall, no counter but the row countdown of the taps, which travels with them.
// The psums are zero when the device starts, a reset leaves them as they are, and a drain clears what it reads.
module pe #(
    parameter int ROWS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BANKS = 2,
    parameter int PSUM_BITS = 28,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int DRAIN_BITS = 32,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int ROW_BITS = ROWS > 1 ? $clog2(ROWS) : 1,
    localparam int LANE_BITS = WEIGHT_LANES > 1 ? $clog2(WEIGHT_LANES) : 1,
    // Words of WEIGHT_LANES taps that WEIGHT_DEPTH taps touch, the first of them in any lane.
    localparam int WORD_BITS = $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),
    localparam int OPERATION_BITS = 12 + ADDRESS_BITS + LANE_BITS + WORD_BITS,
    localparam int DRAIN_COMMAND_BITS = 2 + ADDRESS_BITS,
    localparam int TAP_BITS = 8 + ADDRESS_BITS,
    localparam int ENTRY_BITS = 1 + ROW_BITS + WORD_BITS + TAP_BITS,
    localparam int CHAIN_BITS = 1 + WEIGHT_LANES * ENTRY_BITS
) (
    input  logic                                         clk,
    input  logic                                         reset,
    // {mac, x, position, lane, word, weight bank, psum bank}, {drain, address, psum bank}
    input  logic [OPERATION_BITS+DRAIN_COMMAND_BITS-1:0] west,
    output logic [OPERATION_BITS+DRAIN_COMMAND_BITS-1:0] east,
    // {bank, for each lane: {valid, row countdown, word, {weight, offset}}}
    input  logic [                       CHAIN_BITS-1:0] north,
    output logic [                       CHAIN_BITS-1:0] south,
    input  logic [                       DRAIN_BITS-1:0] psum_north,
    output logic [                       DRAIN_BITS-1:0] psum_south
);
  // Cycle 0.
  logic mac, weight_bank, psum_bank, drain, drain_bank;
  logic signed [8:0] x;
  logic [ADDRESS_BITS-1:0] position, drain_address;
  logic [LANE_BITS-1:0] lane;
  logic [WORD_BITS-1:0] word;
  assign {mac, x, position, lane, word, weight_bank, psum_bank, drain, drain_address, drain_bank} = west;

  logic [WEIGHT_LANES*TAP_BITS-1:0] held;  // what each lane's memory holds at `word`
  wire load_bank = north[CHAIN_BITS-1];
  logic [CHAIN_BITS-1:0] passed_on;
  assign passed_on[CHAIN_BITS-1] = load_bank;

  for (genvar l = 0; l < WEIGHT_LANES; l++) begin : lanes
    logic [TAP_BITS-1:0] taps[0:(2<<WORD_BITS)-1];
    logic valid;
    logic [ROW_BITS-1:0] countdown;
    logic [WORD_BITS-1:0] load_word;
    logic [TAP_BITS-1:0] tap;
    assign {valid, countdown, load_word, tap} = north[l*ENTRY_BITS+:ENTRY_BITS];
    wire mine = countdown == '0;
    assign passed_on[l*ENTRY_BITS+:ENTRY_BITS] = {valid && !mine, countdown - 1'b1, load_word, tap};
    always_ff @(posedge clk) if (valid && mine) taps[{load_bank, load_word}] <= tap;
    assign held[l*TAP_BITS+:TAP_BITS] = taps[{weight_bank, word}];
  end

  logic [TAP_BITS-1:0] tap;
  always_comb begin
    tap = held[TAP_BITS-1:0];
    for (int l = 1; l < WEIGHT_LANES; l++) if (lane == LANE_BITS'(l)) tap = held[l*TAP_BITS+:TAP_BITS];
  end
  logic signed [7:0] weight;
  logic [ADDRESS_BITS-1:0] offset;
  assign {weight, offset} = tap;

  // Registers between the cycles; the digit is the cycle that reads them.
  logic mac1, mac2, mac3, bank1, bank2, bank3;
  logic [ADDRESS_BITS-1:0] address1, address2, address3;
  logic signed [8:0] x1;
  logic signed [7:0] weight1;
  logic signed [16:0] product2;
  logic [PSUM_BITS-1:0] sum2;
  logic drain1, drain_bank1, drain_bank2;
  logic [ADDRESS_BITS-1:0] drain_address1;

  logic [2*PSUM_BITS-1:0] read2;  // what each bank gave; a single bank is read as both
  for (genvar b = 0; b < PSUM_BANKS; b++) begin : banks
    logic [PSUM_BITS-1:0] psums[0:PSUM_DEPTH-1];
    initial for (int i = 0; i < PSUM_DEPTH; i++) psums[i] = '0;
    wire drains = drain1 && !reset && (PSUM_BANKS == 1 || drain_bank1 == (b == 1));
    wire writes = mac3 && !reset && (PSUM_BANKS == 1 || bank3 == (b == 1));
    logic [PSUM_BITS-1:0] read;
    // A bank's sum is 0 where it has none to write: a drain then writes it as the cleared psum, with no gate between.
    logic [PSUM_BITS-1:0] sum3;
    always_ff @(posedge clk) begin
      sum3 <= mac2 && (PSUM_BANKS == 1 || bank2 == (b == 1)) ? sum2 : '0;
      read <= psums[drains?drain_address1 : address1];
      if (writes || drains) psums[writes?address3 : drain_address1] <= sum3;
    end
    assign read2[b*PSUM_BITS+:PSUM_BITS] = read;
    if (PSUM_BANKS == 1) assign read2[PSUM_BITS+:PSUM_BITS] = read;
  end
  wire [PSUM_BITS-1:0] before2 = bank2 ? read2[PSUM_BITS+:PSUM_BITS] : read2[PSUM_BITS-1:0];
  assign sum2 = before2 + PSUM_BITS'(product2);
  wire signed [PSUM_BITS-1:0] drained2 = drain_bank2 ? read2[PSUM_BITS+:PSUM_BITS] : read2[PSUM_BITS-1:0];

  always_ff @(posedge clk) begin
    east <= reset ? '0 : west;
    south <= reset ? '0 : passed_on;

    // Weight 0: the column has no tap here. Adding 0 would do no harm, but writing an old psum back would.
    mac1 <= mac && weight != '0 && !reset;
    x1 <= x;
    weight1 <= weight;
    address1 <= position - offset;
    bank1 <= psum_bank;
    drain1 <= drain && !reset;
    drain_address1 <= drain_address;
    drain_bank1 <= drain_bank;

    mac2 <= mac1 && !reset;
    product2 <= x1 * weight1;
    address2 <= address1;
    bank2 <= bank1;
    drain_bank2 <= drain_bank1;

    mac3 <= mac2 && !reset;
    address3 <= address2;
    bank3 <= bank2;

    psum_south <= psum_north + DRAIN_BITS'(drained2);
  end
endmodule
