/** The self-checking testbench of an emitted layer, in SystemVerilog that Verilator 5 and Vivado's simulator take. */
import type { Arch } from '../../src/arch/arch.ts';
import { coreParameters, coreWidths, STREAM_BITS } from '../compute/widths.ts';

export interface BenchSizes {
  readonly signed: boolean;
  readonly weightStep: number;
  readonly waves: number;
  readonly words: number; // of headers, and of each column's taps
  readonly values: number; // of the row that has most
  readonly psums: number; // that leave each column
  readonly cycles: number;
}

/** Cycles without an end after which the testbench gives up, beyond those expected. */
const PATIENCE = 1000;

export function testbench(arch: Arch, sizes: BenchSizes): string {
  const w = coreWidths(arch);
  const parameters = Object.entries(coreParameters(arch));
  const constants = Object.entries({
    ...coreParameters(arch),
    ADDRESS_BITS: w.address,
    STREAM_BITS,
    RECORD_BITS: w.record,
    ENTRY_BITS: w.entry,
    TAPS_BITS: arch.pe.weightLanes * w.tap,
    HEADER_BITS: 2 * arch.pe.weightLanes,
    WAVES: sizes.waves,
    WORDS: Math.max(1, sizes.words),
    VALUES: Math.max(1, sizes.values),
    PSUMS: Math.max(1, sizes.psums),
    EXPECTED_PSUMS: sizes.psums,
    EXPECTED_CYCLES: sizes.cycles,
  });
  return `// Runs the layer of images/ on the compute core, and compares every psum that leaves it, its address and the cycles.
// It ends with PASS, or with FAIL and an exit status other than 0. +images=<folder> names another folder.
// Times are nanoseconds.
module testbench;
${constants.map(([name, value]) => `  localparam int ${name} = ${value};`).join('\n')}

  logic clk = 1'b0;
  logic reset = 1'b1;
  always #${1e9 / arch.clock / 2} clk = !clk;

  logic record_valid, record_ready, finished;
  logic [RECORD_BITS-1:0] record;
  logic [ROWS*STREAM_BITS-1:0] entry_address, value_address;
  logic [ROWS*ENTRY_BITS-1:0] entry;
  logic [ROWS*8-1:0] value;
  logic [STREAM_BITS-1:0] header_address;
  logic [HEADER_BITS-1:0] header;
  logic [COLS*STREAM_BITS-1:0] tap_address;
  logic [COLS*TAPS_BITS-1:0] taps;
  logic [COLS-1:0] valid;
  logic [COLS*ADDRESS_BITS-1:0] address;
  logic [COLS*32-1:0] psums;
  logic [63:0] cycles;

  compute_core #(
${parameters.map(([name]) => `      .${name}(${name})`).join(',\n')}
  ) core (
      .clk, .reset, .signed_ifmap(1'b${Number(sizes.signed)}), .weight_step(${sizes.weightStep}),
      .record_valid, .record_ready, .record,
      .entry_address, .entry, .value_address, .value, .header_address, .header, .tap_address, .taps,
      .valid, .address, .psums,
      .started(), .started_tag(), .ended(), .ended_tag(), .drain_start(), .finish(), .finished, .cycles
  );

  logic [RECORD_BITS-1:0] records[0:WAVES-1];
  logic [ENTRY_BITS-1:0] entries[0:ROWS*WAVES-1];
  logic [7:0] values[0:ROWS*VALUES-1];
  logic [HEADER_BITS-1:0] headers[0:WORDS-1];
  logic [TAPS_BITS-1:0] tap_words[0:COLS*WORDS-1];
  logic [63:0] expected[0:COLS*PSUMS-1];  // {address, psum} of each column, in the order in which they leave
  string folder;
  initial begin
    if (!$value$plusargs("images=%s", folder)) folder = "images";
    $readmemh({folder, "/records.hex"}, records);
    $readmemh({folder, "/entries.hex"}, entries);
    $readmemh({folder, "/values.hex"}, values);
    $readmemh({folder, "/headers.hex"}, headers);
    $readmemh({folder, "/taps.hex"}, tap_words);
    $readmemh({folder, "/expected.hex"}, expected);
  end

  // Memories answer two cycles after their address, those of entries one; beyond their end they keep their last answer.
  logic [HEADER_BITS-1:0] header_next;
  logic [ROWS*8-1:0] value_next;
  logic [COLS*TAPS_BITS-1:0] taps_next;
  always @(posedge clk) begin
    header <= header_next;
    value <= value_next;
    taps <= taps_next;
    if (int'(header_address) < WORDS) header_next <= headers[int'(header_address)];
    for (int r = 0; r < ROWS; r++) begin
      if (int'(entry_address[r*STREAM_BITS+:STREAM_BITS]) < WAVES)
        entry[r*ENTRY_BITS+:ENTRY_BITS] <= entries[r*WAVES+int'(entry_address[r*STREAM_BITS+:STREAM_BITS])];
      if (int'(value_address[r*STREAM_BITS+:STREAM_BITS]) < VALUES)
        value_next[r*8+:8] <= values[r*VALUES+int'(value_address[r*STREAM_BITS+:STREAM_BITS])];
    end
    for (int c = 0; c < COLS; c++)
      if (int'(tap_address[c*STREAM_BITS+:STREAM_BITS]) < WORDS)
        taps_next[c*TAPS_BITS+:TAPS_BITS] <= tap_words[c*WORDS+int'(tap_address[c*STREAM_BITS+:STREAM_BITS])];
  end

  int next_record = 0;
  int elapsed = 0;
  int errors = 0;
  int left[COLS];
  initial for (int c = 0; c < COLS; c++) left[c] = 0;
  assign record_valid = !reset && next_record < WAVES;
  assign record = records[record_valid ? next_record : 0];

  always @(posedge clk) begin
    elapsed <= elapsed + 1;
    reset <= elapsed < 4;
    if (record_valid && record_ready) next_record <= next_record + 1;
    if (!reset) begin
      for (int c = 0; c < COLS; c++)
        if (valid[c]) begin
          if (left[c] >= EXPECTED_PSUMS || expected[c*PSUMS+left[c]] !== {32'(address[c*ADDRESS_BITS+:ADDRESS_BITS]), psums[c*32+:32]}) begin
            errors = errors + 1;
            if (errors <= 10)
              $display("column %0d, psum %0d: address %0d is %0d", c, left[c], address[c*ADDRESS_BITS+:ADDRESS_BITS],
                       $signed(psums[c*32+:32]));
          end
          left[c] = left[c] + 1;
        end
      if (finished) begin
        for (int c = 0; c < COLS; c++)
          if (left[c] != EXPECTED_PSUMS) begin
            errors = errors + 1;
            $display("column %0d: %0d psums left, %0d expected", c, left[c], EXPECTED_PSUMS);
          end
        if (cycles != 64'(EXPECTED_CYCLES)) begin
          errors = errors + 1;
          $display("%0d cycles, %0d expected", cycles, EXPECTED_CYCLES);
        end
        if (errors != 0) $fatal(1, "FAIL: %0d differences", errors);
        $display("PASS: %0d psums, %0d cycles", COLS * EXPECTED_PSUMS, cycles);
        $finish;
      end
      if (elapsed > EXPECTED_CYCLES + ${PATIENCE}) $fatal(1, "FAIL: not finished after %0d cycles", elapsed);
    end
  end
endmodule
`;
}
