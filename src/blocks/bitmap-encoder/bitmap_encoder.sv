// Bytes in, their bitmap and the non-zeros out, each as beats of 128 bits.
//
//              ┌─▶ one bit a byte   ──▶ mask beats    channels start at whole bytes
//   byte, last ┤
//              └─▶ it, if not zero  ──▶ value beats   channels follow each other without a gap
//
// `in_last` ends a channel; `in_flush`, with it, ends the stream: what is held then leaves as a last beat on both
// sides, zeros behind its bytes, or empty where nothing was left over. A beat is handed over from the registers it
// was gathered in, so each costs a cycle in which no byte is taken: 16 of 17 at worst. Dense streams have no bitmap.
module bitmap_encoder (
    input  logic         clk,
    input  logic         reset,
    input  logic         dense,
    input  logic         in_valid,
    output logic         in_ready,
    input  logic [  7:0] in_byte,
    input  logic         in_last,
    input  logic         in_flush,
    output logic         mask_valid,
    input  logic         mask_ready,
    output logic [127:0] mask_beat,
    output logic [  4:0] mask_bytes,  // 16, but for the last beat
    output logic         mask_last,
    output logic         value_valid,
    input  logic         value_ready,
    output logic [127:0] value_beat,
    output logic [  4:0] value_bytes,
    output logic         value_last
);
  assign in_ready = !mask_valid && !value_valid;
  wire take = in_valid && in_ready;
  wire non_zero = in_byte != '0;
  wire flush = take && in_last && in_flush;
  wire to_values = take && (non_zero || dense);
  wire to_mask = take && !dense;

  // The byte of the bitmap that is being filled is copied into the beat with every bit.
  logic [7:0] mask_byte;
  logic [2:0] mask_bit;
  logic [3:0] mask_place;  // of that byte in the beat
  wire [7:0] mask_byte_next = mask_byte | ({7'b0, non_zero} << mask_bit);
  wire mask_byte_ends = in_last || mask_bit == 3'd7;

  always_ff @(posedge clk) begin
    for (int i = 0; i < 16; i++) begin
      if (to_mask && mask_place == 4'(i)) mask_beat[8*i+:8] <= mask_byte_next;
      if (to_values && value_bytes[3:0] == 4'(i)) value_beat[8*i+:8] <= in_byte;
    end

    if (to_mask) begin
      mask_bytes <= {1'b0, mask_place} + 1'b1;
      mask_byte  <= mask_byte_ends ? '0 : mask_byte_next;
      mask_bit   <= mask_byte_ends ? '0 : mask_bit + 1'b1;
      if (mask_byte_ends) mask_place <= mask_place + 1'b1;
    end
    if (to_values) value_bytes <= value_bytes + 1'b1;

    if (flush || (to_mask && mask_byte_ends && mask_place == 4'd15)) mask_valid <= 1'b1;
    if (flush || (to_values && value_bytes == 5'd15)) value_valid <= 1'b1;
    if (flush) begin
      mask_last  <= 1'b1;
      value_last <= 1'b1;
    end

    if (reset || (mask_valid && mask_ready)) begin
      mask_valid <= 1'b0;
      mask_last  <= 1'b0;
      mask_beat  <= '0;
      mask_bytes <= '0;
      mask_byte  <= '0;
      mask_bit   <= '0;
      mask_place <= '0;
    end
    if (reset || (value_valid && value_ready)) begin
      value_valid <= 1'b0;
      value_last  <= 1'b0;
      value_beat  <= '0;
      value_bytes <= '0;
    end
  end
endmodule
