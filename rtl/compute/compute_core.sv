// The compute core: a program of waves and its streams in, drained psums out. The streams are memories outside that
// answer two cycles after their address, those of entries one. Only records have a handshake: where none is late, every
// cycle is decided by the program. Rows run ahead of each other as far as the PEs hold weights for their waves.
//
//                 headers, taps ─▶ weight_loader
//                                        │ column chains
//   records ─▶ sequencer ─▶ row_pace ─▶ ifm_stream ─▶ pe_array ─▶ psums
//                   │       a row each                  │ commands
//                   └─────▶ psum_drain ─────────────────┘ ─▶ valid, address
//
// `cycles` counts from the slot in which the first weights reach the array to the one that takes the last psum out.
module compute_core #(
    parameter int ROWS = 4,
    parameter int COLS = 4,
    parameter int PSUM_DEPTH = 64,
    parameter int PSUM_BANKS = 2,
    parameter int PSUM_BITS = 28,
    parameter int WEIGHT_DEPTH = 32,
    parameter int WEIGHT_LANES = 3,
    parameter int CHANNEL_GAP = 2,
    parameter int DRAIN_BITS = 32,
    parameter int STREAM_BITS = 20,
    parameter int WORDS_PER_BEAT = 1,
    parameter int BARE_WORDS = WORDS_PER_BEAT,
    parameter int TAG_BITS = 1,
    parameter int PSUM_BLOCK = 0,  // a lone bank of psums in block RAM
    parameter int DSP48 = 0,  // with a lone bank: the vendor's multiplier
    localparam int ADDRESS_BITS = $clog2(PSUM_DEPTH),
    localparam int PSUMS_BITS = $clog2(PSUM_DEPTH + 1),
    localparam int LANE_BITS = WEIGHT_LANES > 1 ? $clog2(WEIGHT_LANES) : 1,
    localparam int WORD_BITS = 1 + $clog2((WEIGHT_DEPTH + 2 * WEIGHT_LANES - 2) / WEIGHT_LANES),
    localparam int TAPS_BITS = $clog2(WEIGHT_DEPTH + 1),
    localparam int SLOT_BITS = $clog2(PSUM_DEPTH * WEIGHT_DEPTH + 1),
    localparam int LOAD_BITS = $clog2(ROWS * WEIGHT_DEPTH + 1),
    localparam int RECIPROCAL_BITS = 2 * ADDRESS_BITS + 1,
    localparam int CONTROL_BITS = 2 + WORD_BITS + 2 * ADDRESS_BITS + RECIPROCAL_BITS,
    localparam int RECORD_BITS = 3 + LOAD_BITS + PSUMS_BITS + 3 * ADDRESS_BITS + RECIPROCAL_BITS + 3 * STREAM_BITS + TAG_BITS,
    localparam int ENTRY_BITS = SLOT_BITS + TAPS_BITS + LANE_BITS + STREAM_BITS + PSUM_DEPTH,
    localparam int TAP_BITS = 8 + ADDRESS_BITS,
    localparam int OPERATION_BITS = 11 + ADDRESS_BITS + LANE_BITS + WORD_BITS,
    localparam int CHAIN_BITS = 1 + $clog2(WEIGHT_LANES + 1) + WEIGHT_LANES * (1 + TAP_BITS)
) (
    input  logic                                  clk,
    input  logic                                  reset,
    input  logic                                  signed_ifmap,
    input  logic [                 WORD_BITS-1:0] weight_step,     // words of taps a wave: a power of two
    input  logic                                  record_valid,
    output logic                                  record_ready,
    input  logic [               RECORD_BITS-1:0] record,
    output logic [          ROWS*STREAM_BITS-1:0] entry_address,
    input  logic [           ROWS*ENTRY_BITS-1:0] entry,
    output logic [          ROWS*STREAM_BITS-1:0] value_address,
    input  logic [                    ROWS*8-1:0] value,
    output logic [               STREAM_BITS-1:0] header_address,
    input  logic [            2*WEIGHT_LANES-1:0] header,
    output logic [          COLS*STREAM_BITS-1:0] tap_address,
    input  logic [COLS*WEIGHT_LANES*TAP_BITS-1:0] taps,
    output logic [                      COLS-1:0] valid,
    output logic [         COLS*ADDRESS_BITS-1:0] address,
    output logic [           COLS*DRAIN_BITS-1:0] psums,
    // Tags of waves that start and end, a few cycles before that is so on the array's edge; a tile's drain starts with
    // the end of its last wave.
    output logic                                  started,
    output logic [                  TAG_BITS-1:0] started_tag,
    output logic                                  ended,
    output logic [                  TAG_BITS-1:0] ended_tag,
    output logic                                  drain_start,
    output logic                                  finish,          // of the program, likewise
    output logic                                  finished,        // its last psum is out
    output logic [                          63:0] cycles
);
  // Cycles from the sequencer's outputs to the array's edge: the pipeline of feeders, loader and drain.
  localparam int FEED = 12;
  localparam int IN_FLIGHT = 8;  // waves announced, or whose weights load, at once
  localparam int WAVE_BITS = CONTROL_BITS + STREAM_BITS;
  logic running, load_start, drain_bank, drain_now, ended_now, finish_now;
  logic [TAG_BITS-1:0] started_tag_now, ended_tag_now;
  logic [LOAD_BITS-1:0] load_words;
  logic [STREAM_BITS-1:0] load_header, load_tap;
  logic [WORD_BITS-1:0] load_base;
  logic [ADDRESS_BITS-1:0] drain_base;
  logic [PSUMS_BITS-1:0] drain_count;
  logic [ADDRESS_BITS+1:0] command;
  logic [(ROWS+1)*WAVE_BITS-1:0] waves;  // of each row, a cycle behind the row above
  logic [ROWS*IN_FLIGHT-1:0] done;
  logic [ROWS*OPERATION_BITS-1:0] operations;
  logic [COLS*CHAIN_BITS-1:0] chains;

  sequencer #(
      .ROWS(ROWS),
      .PSUM_DEPTH(PSUM_DEPTH),
      .WEIGHT_DEPTH(WEIGHT_DEPTH),
      .WEIGHT_LANES(WEIGHT_LANES),
      .IN_FLIGHT(IN_FLIGHT),
      .STREAM_BITS(STREAM_BITS),
      .TAG_BITS(TAG_BITS)
  ) sequencer (
      .clk,
      .reset,
      .weight_step,
      .record_valid,
      .record_ready,
      .record,
      .done,
      .running,
      .wave(waves[0+:WAVE_BITS]),
      .load_start,
      .load_words,
      .load_header,
      .load_tap,
      .load_base,
      .drain_start(drain_now),
      .drain_base,
      .drain_count,
      .drain_bank,
      .started_tag(started_tag_now),
      .ended(ended_now),
      .ended_tag(ended_tag_now),
      .finish(finish_now)
  );

  // The world outside hears of it 3 cycles before the array does.
  localparam int LAG = FEED - 3;
  logic [LAG*4-1:0] events;
  logic [LAG*2*TAG_BITS-1:0] tags;
  always_ff @(posedge clk) begin
    events <= reset ? '0 : (LAG * 4)'({events, waves[WAVE_BITS-1], ended_now, drain_now, finish_now});
    tags <= (LAG * 2 * TAG_BITS)'({tags, started_tag_now, ended_tag_now});
  end
  assign {started, ended, drain_start, finish} = events[(LAG-1)*4+:4];
  assign {started_tag, ended_tag} = tags[(LAG-1)*2*TAG_BITS+:2*TAG_BITS];

  for (genvar r = 0; r < ROWS; r++) begin : feeders
    wire [ENTRY_BITS-1:0] row_entry = entry[r*ENTRY_BITS+:ENTRY_BITS];
    wire [CONTROL_BITS-1:0] control;
    row_pace #(
        .PSUM_DEPTH(PSUM_DEPTH),
        .WEIGHT_DEPTH(WEIGHT_DEPTH),
        .WEIGHT_LANES(WEIGHT_LANES),
        .CHANNEL_GAP(CHANNEL_GAP),
        .IN_FLIGHT(IN_FLIGHT),
        .STREAM_BITS(STREAM_BITS)
    ) row_pace (
        .clk,
        .reset,
        .wave(waves[r*WAVE_BITS+:WAVE_BITS]),
        .wave_below(waves[(r+1)*WAVE_BITS+:WAVE_BITS]),
        .entry_address(entry_address[r*STREAM_BITS+:STREAM_BITS]),
        .slots(row_entry[ENTRY_BITS-1-:SLOT_BITS]),
        .nearly(SLOT_BITS'(r + 8 - CHANNEL_GAP)),
        .control,
        .done(done[r*IN_FLIGHT+:IN_FLIGHT])
    );
    ifm_stream #(
        .PSUM_DEPTH(PSUM_DEPTH),
        .WEIGHT_DEPTH(WEIGHT_DEPTH),
        .WEIGHT_LANES(WEIGHT_LANES),
        .STREAM_BITS(STREAM_BITS)
    ) ifm_stream (
        .clk,
        .reset,
        .signed_ifmap,
        .control,
        .entry(row_entry[ENTRY_BITS-SLOT_BITS-1:0]),
        .value_address(value_address[r*STREAM_BITS+:STREAM_BITS]),
        .value(value[r*8+:8]),
        .operation(operations[r*OPERATION_BITS+:OPERATION_BITS])
    );
  end
  wire unused_below = &{1'b0, waves[ROWS*WAVE_BITS+:WAVE_BITS]};

  weight_loader #(
      .ROWS(ROWS),
      .COLS(COLS),
      .PSUM_DEPTH(PSUM_DEPTH),
      .WEIGHT_DEPTH(WEIGHT_DEPTH),
      .WEIGHT_LANES(WEIGHT_LANES),
      .STREAM_BITS(STREAM_BITS),
      .WORDS_PER_BEAT(WORDS_PER_BEAT),
      .BARE_WORDS(BARE_WORDS),
      .FEED(FEED)
  ) weight_loader (
      .clk,
      .reset,
      .start(load_start),
      .words(load_words),
      .base(load_base),
      .first_header(load_header),
      .first_tap(load_tap),
      .header_address,
      .header,
      .tap_address,
      .taps,
      .chains
  );

  psum_drain #(
      .ROWS(ROWS),
      .COLS(COLS),
      .PSUM_DEPTH(PSUM_DEPTH),
      .FEED(FEED)
  ) psum_drain (
      .clk,
      .reset,
      .start(drain_now),
      .base(drain_base),
      .count(drain_count),
      .bank(drain_bank),
      .finish(finish_now),
      .command,
      .valid,
      .address,
      .finished
  );

  pe_array #(
      .ROWS(ROWS),
      .COLS(COLS),
      .PSUM_DEPTH(PSUM_DEPTH),
      .PSUM_BANKS(PSUM_BANKS),
      .PSUM_BITS(PSUM_BITS),
      .WEIGHT_DEPTH(WEIGHT_DEPTH),
      .WEIGHT_LANES(WEIGHT_LANES),
      .DRAIN_BITS(DRAIN_BITS),
      .PSUM_BLOCK(PSUM_BLOCK),
      .DSP48(DSP48)
  ) pe_array (
      .clk,
      .reset,
      .rows(operations),
      .drain(command),
      .chains,
      .psums
  );

  // Slot 0 is on the array's edge FEED cycles after the sequencer says it runs.
  logic [FEED-1:0] begun;
  logic over;
  always_ff @(posedge clk) begin
    begun <= reset ? '0 : {begun[FEED-2:0], running || begun[0]};
    over <= !reset && (over || finished);
    if (reset) cycles <= '0;
    else if (begun[FEED-1] && !finished && !over) cycles <= cycles + 64'd1;
  end
endmodule
