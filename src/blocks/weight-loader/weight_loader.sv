// Feeds the column chains: for each load, words of WEIGHT_LANES taps a column, one word a cycle, every column a
// cycle behind its neighbour, as the operations are.
//
//   headers: a lane's tap is the last of its row ─▶ column 0 ─▶ column 1 ─▶ ...
//   tap address ──────────────────────────────────▶   0   ──▶   1   ──▶ ...
//   taps of column c, from a memory of its own ─────────────────────────▶ chain c
//
// Which tap goes to which row is the same for all columns: a column with fewer taps holds weights of 0. A row's
// taps follow each other through the lanes, and the PEs find out by `last` which are theirs.
// Headers follow each other from the load's first address on. The tap memories are WORDS_PER_BEAT words wide, or
// BARE_WORDS, where taps have no offsets: a tap address is {bare, beat, word of the beat}, and a load starts wherever it
// is told. On the chain `fresh` precedes its words, with the place that they go to in every PE.
//
//   cycle 0         `start`                                    cycle FEED - 2   the header
//   cycle FEED - 4  the first header's address                 cycle FEED - 1   column 0's taps; `fresh` on its chain
//   cycle FEED - 3  column 0's tap address                     cycle FEED       header and taps there
module weight_loader #(
    parameter int ROWS = 32,
    parameter int COLS = 32,
    parameter int PSUM_DEPTH = 64,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int STREAM_BITS = 20,
    parameter int WORDS_PER_BEAT = 1,
    parameter int BARE_WORDS = WORDS_PER_BEAT,  // as many or more
    parameter int FEED = 12,  // cycles from `start` to the array's edge, 7 or more
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int COUNT_BITS = $clog2(ROWS * WEIGHT_DEPTH + 1),
    localparam int TAP_BITS = 8 + ADDRESS_BITS,
    localparam int LEFT_BITS = $clog2(WEIGHT_LANES + 1),
    localparam int WORD_BITS = 1 + $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),  // of a word of a PE's taps
    localparam int CHAIN_BITS = 1 + LEFT_BITS + WEIGHT_LANES * (1 + TAP_BITS)
) (
    input  logic                                  clk,
    input  logic                                  reset,
    input  logic                                  start,
    input  logic [                COUNT_BITS-1:0] words,           // with start
    input  logic [                 WORD_BITS-1:0] base,            // with start
    input  logic [               STREAM_BITS-1:0] first_header,    // with start
    input  logic [               STREAM_BITS-1:0] first_tap,       // with start
    output logic [               STREAM_BITS-1:0] header_address,
    input  logic [            2*WEIGHT_LANES-1:0] header,          // {valid, last of its row} a lane
    output logic [          COLS*STREAM_BITS-1:0] tap_address,
    input  logic [COLS*WEIGHT_LANES*TAP_BITS-1:0] taps,            // {weight, offset} a lane
    output logic [           COLS*CHAIN_BITS-1:0] chains
);
  // A load waits until the feeders have got as far.
  localparam int AHEAD = FEED - 5;
  localparam int LOAD_WIDTH = COUNT_BITS + WORD_BITS + 2 * STREAM_BITS;
  logic [AHEAD-1:0] starts;
  logic [(AHEAD-1)*LOAD_WIDTH-1:0] loads;  // then in registers of their own: shift registers are slow to leave
  logic begins;
  logic [WORD_BITS-1:0] begun_base, base_now;
  logic [COUNT_BITS-1:0] begun_words;
  logic [STREAM_BITS-1:0] begun_header, begun_tap;
  assign begins = starts[AHEAD-1];

  // A word's header is fetched, is on its way and arrives; a column a cycle it goes to the chains.
  localparam int COMING_BITS = 2 + WORD_BITS + WEIGHT_LANES;  // {fresh, base, there, last of its row: a bit a lane}
  logic [COUNT_BITS-1:0] left;
  logic fetching, first, on_its_way, opens, arriving;
  logic [STREAM_BITS-1:0] first_tap_address;
  logic [WEIGHT_LANES-1:0] last;
  logic [COLS*COMING_BITS-1:0] coming;
  wire [COUNT_BITS-1:0] remaining = begins ? begun_words : left;
  wire active = remaining != '0;
  wire announces = on_its_way && opens;
  for (genvar l = 0; l < WEIGHT_LANES; l++) assign last[l] = header[2*l];

  // The word after the one that column 0 reads now.
  localparam int SUB_BITS = $clog2(BARE_WORDS);
  wire [STREAM_BITS-1:0] tap_now = tap_address[0+:STREAM_BITS];
  wire [STREAM_BITS-1:0] word_mask = (STREAM_BITS'(1) << SUB_BITS) - 1'b1;
  logic beat_ends;  // tap_now is the last word of its beat
  wire bare = first_tap_address[STREAM_BITS-1];  // of the whole load
  wire [STREAM_BITS-1:0] tap_after = (tap_now | (beat_ends ? word_mask : '0)) + 1'b1;
  wire [STREAM_BITS-1:0] tap_next = !fetching ? tap_now : first ? first_tap_address : tap_after;

  always_ff @(posedge clk) begin
    starts <= AHEAD'({starts, start});
    loads <= ((AHEAD - 1) * LOAD_WIDTH)'({loads, words, base, first_header, first_tap});
    {begun_words, begun_base, begun_header, begun_tap} <= loads[(AHEAD-2)*LOAD_WIDTH+:LOAD_WIDTH];

    fetching <= active;
    first <= begins;
    if (begins) {base_now, first_tap_address} <= {begun_base, begun_tap};
    left <= active ? remaining - 1'b1 : '0;
    header_address <= begins ? begun_header : header_address + STREAM_BITS'(fetching);

    on_its_way <= fetching;
    opens <= first;
    arriving <= on_its_way;
    tap_address <= (COLS * STREAM_BITS)'({tap_address, tap_next});
    beat_ends <= (tap_next & word_mask) == (bare ? STREAM_BITS'(BARE_WORDS - 1) : STREAM_BITS'(WORDS_PER_BEAT - 1));

    coming <= (COLS * COMING_BITS)'({coming, announces, base_now, arriving && !announces, last});

    if (reset) begin
      starts <= '0;
      {begun_words, begun_base, begun_header, begun_tap} <= '0;
      left <= '0;
      fetching <= 1'b0;
      on_its_way <= 1'b0;
      arriving <= 1'b0;
      coming <= '0;
      header_address <= '0;
      tap_address <= '0;
      beat_ends <= WORDS_PER_BEAT == 1;
    end
  end

  for (genvar c = 0; c < COLS; c++) begin : join_column
    logic fresh_now, there;
    logic [WORD_BITS-1:0] base_here;
    logic [WEIGHT_LANES-1:0] last_now;
    assign {fresh_now, base_here, there, last_now} = coming[c*COMING_BITS+:COMING_BITS];
    always_ff @(posedge clk)
      chains[c*CHAIN_BITS+:CHAIN_BITS] <= reset ? '0 : {
        fresh_now,
        there ? LEFT_BITS'(WEIGHT_LANES) : LEFT_BITS'(0),
        last_now,
        taps[c*WEIGHT_LANES*TAP_BITS+WORD_BITS+:WEIGHT_LANES*TAP_BITS-WORD_BITS],
        fresh_now ? base_here : taps[c*WEIGHT_LANES*TAP_BITS+:WORD_BITS]
      };
  end
  wire unused_valid = &{1'b0, header};
endmodule
