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
//   cycle -1  lane and word of the operation's tap are on the west wires: it is read
//   cycle 0   the operation is there, or a drain command: address = position - offset
//   cycle 1   x * weight; psum read
//   cycle 2   the sum                        psum_south = psum_north + the psum drained
//   cycle 3   the sum is written, or a zero where it drained: the next operation on the same psum may come 3 cycles
//             after this one
//
// There is no sequencing in here and no stall. Of a load's taps the PE takes those that its north left it, up to the
// one marked the last of its row, and leaves the others to its south; `fresh` comes before each load and says at which
// word of the memory of taps it begins. It writes a word of all lanes at a time: what is not its own in the first and the
// last of them is never read.
// The psums are zero when the device starts, a reset leaves them as they are, and a drain clears what it reads.
module pe #(
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BANKS = 2,
    parameter int PSUM_BITS = 28,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int DRAIN_BITS = 32,
    parameter int PSUM_BLOCK = 0,  // a lone bank in block RAM: see psum_single.sv
    parameter int DSP48 = 0,  // with a lone bank: the vendor's multiplier in place of its twin
    parameter int LAST_ROW = 0,
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int LEFT_BITS = $clog2(WEIGHT_LANES + 1),
    // Twice the words of WEIGHT_LANES taps that WEIGHT_DEPTH taps touch, the first of them in any lane.
    localparam int WORD_BITS = 1 + $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),
    localparam int BANK_BITS = 2 + ADDRESS_BITS,
    localparam int WEST_BITS = WEIGHT_LANES + WORD_BITS + 9 + PSUM_BANKS * BANK_BITS,
    localparam int TAP_BITS = 8 + ADDRESS_BITS,
    localparam int CHAIN_BITS = 1 + LEFT_BITS + WEIGHT_LANES * (1 + TAP_BITS)
) (
    input  logic                  clk,
    input  logic                  reset,
    // {lane: a wire each, word} of the next cycle's operation, {x, for each psum bank {adds, drains, address}}
    input  logic [ WEST_BITS-1:0] west,
    output logic [ WEST_BITS-1:0] east,
    // {fresh, lanes left: the highest ones, last of its row: a bit a lane, {weight, offset} a lane}; with `fresh`, in
    // place of the taps, the load's first word
    input  logic [CHAIN_BITS-1:0] north,
    output logic [CHAIN_BITS-1:0] south,
    input  logic [DRAIN_BITS-1:0] psum_north,
    output logic [DRAIN_BITS-1:0] psum_south
);
  logic [WEIGHT_LANES-1:0] lane;
  logic [WORD_BITS-1:0] word;
  logic signed [8:0] x;
  logic [PSUM_BANKS*BANK_BITS-1:0] bank_wires;
  assign {lane, word, x, bank_wires} = west;

  // Taps on their way south.
  logic fresh, done;
  logic [LEFT_BITS-1:0] left, onward;
  logic [WEIGHT_LANES-1:0] last;
  logic [WEIGHT_LANES*TAP_BITS-1:0] taps_north;
  logic [WORD_BITS-1:0] next;  // where the next word of this load goes
  logic ends;
  assign {fresh, left, last, taps_north} = north;
  wire takes = !done && left != '0;
  always_comb begin
    onward = done ? left : '0;
    ends = 1'b0;
    for (int l = WEIGHT_LANES - 1; l >= 0; l--) begin
      if (!done && left >= LEFT_BITS'(WEIGHT_LANES - l) && last[l]) begin
        onward = LEFT_BITS'(WEIGHT_LANES - 1 - l);
        ends   = 1'b1;
      end
    end
  end

  // The taps held, and the one for the operation of the next cycle: each lane has a register, empty unless it is meant,
  // so that what chooses among them melts into the logic behind.
  logic [WEIGHT_LANES*TAP_BITS-1:0] taps[0:(1<<WORD_BITS)-1];
  wire [WEIGHT_LANES*TAP_BITS-1:0] held = taps[word];
  logic [WEIGHT_LANES*TAP_BITS-1:0] chosen;
  logic signed [7:0] weight;
  logic [ADDRESS_BITS-1:0] offset;
  always_comb begin
    {weight, offset} = '0;
    for (int l = 0; l < WEIGHT_LANES; l++) {weight, offset} = {weight, offset} | chosen[l*TAP_BITS+:TAP_BITS];
  end

  always_ff @(posedge clk) begin
    if (takes) taps[next] <= taps_north;
    if (fresh || takes) next <= fresh ? taps_north[WORD_BITS-1:0] : next + 1'b1;
    if (fresh || reset) done <= 1'b0;
    else if (ends) done <= 1'b1;
    south <= reset ? '0 : {fresh, onward, last, taps_north};
    east <= reset ? '0 : west;
    for (int l = 0; l < WEIGHT_LANES; l++) chosen[l*TAP_BITS+:TAP_BITS] <= lane[l] ? held[l*TAP_BITS+:TAP_BITS] : '0;
  end

  // What each bank does in cycle 1. Weight 0: the column has no tap here. Adding 0 would do no harm, but writing an
  // old psum back would.
  logic [PSUM_BANKS-1:0] adds1, drains1;
  logic [PSUM_BANKS*ADDRESS_BITS-1:0] address1;
  wire has_tap = weight != '0;
  for (genvar b = 0; b < PSUM_BANKS; b++) begin : banks
    logic adds, drains;
    logic [ADDRESS_BITS-1:0] address;
    assign {adds, drains, address} = bank_wires[b*BANK_BITS+:BANK_BITS];
    always_ff @(posedge clk) begin
      adds1[b] <= adds && has_tap && !reset;
      drains1[b] <= drains && !reset;
      address1[b*ADDRESS_BITS+:ADDRESS_BITS] <= address - (offset & {ADDRESS_BITS{adds}});
    end
  end

  if (PSUM_BANKS == 1) begin : one
    psum_single #(
        .PSUM_DEPTH(PSUM_DEPTH),
        .PSUM_BITS(PSUM_BITS),
        .DRAIN_BITS(DRAIN_BITS),
        .PSUM_BLOCK(PSUM_BLOCK),
        .DSP48(DSP48),
        .LAST_ROW(LAST_ROW)
    ) accumulator (
        .clk,
        .reset,
        .x,
        .weight,
        .adds1,
        .drains1,
        .address1,
        .psum_north,
        .psum_south
    );
  end else begin : two
    psum_banks #(
        .PSUM_DEPTH(PSUM_DEPTH),
        .PSUM_BITS(PSUM_BITS),
        .DRAIN_BITS(DRAIN_BITS)
    ) accumulator (
        .clk,
        .reset,
        .x,
        .weight,
        .adds1,
        .drains1,
        .address1,
        .psum_north,
        .psum_south
    );
    wire unused = &{1'b0, PSUM_BLOCK != 0, DSP48 != 0, LAST_ROW != 0};
  end
endmodule
