// Runs whole programs on the Verilated compute core: stream memories out of a file, drained psums into another.
//
//   in    for each program: seven counts {waves, signed, words of taps a wave, words of loads, words an entry, words a record, words a tap word},
//         values of each row; then records, entries, values (a byte each, filled up to 32 bits), headers, taps
//   out   for each program: cycles, whether the last psum left in the last cycle; of each column the count of its
//         psums, then {address, psum} in the order in which they left
//
// All numbers are 32 bit, little-endian. Sizes of the ports come as macros from the build (rtl/compute/build.ts).
#include "Vcompute_core.h"
#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

using Words = std::vector<uint32_t>;

static FILE *from, *to;

static bool read(Words &words, size_t count) {
  words.resize(count);
  return fread(words.data(), 4, count, from) == count;
}

// Ports are little-endian words of any length in memory: bit i of a port is bit i % 8 of its byte i / 8.
template <typename Port> static void put(Port &port, size_t bit, const uint32_t *value, size_t width) {
  uint8_t *bytes = reinterpret_cast<uint8_t *>(&port);
  for (size_t done = 0; done < width;) {
    size_t at = bit + done, room = 8 - at % 8, take = width - done < room ? width - done : room;
    uint32_t word = value[done / 32] >> (done % 32);
    if (done % 32 + take > 32) word |= value[done / 32 + 1] << (32 - done % 32);
    uint8_t mask = ((1u << take) - 1) << (at % 8);
    bytes[at / 8] = (bytes[at / 8] & ~mask) | ((word << (at % 8)) & mask);
    done += take;
  }
}

template <typename Port> static uint32_t get(const Port &port, size_t bit, size_t width) {
  const uint8_t *bytes = reinterpret_cast<const uint8_t *>(&port);
  uint64_t window = 0;
  size_t first = bit / 8, last = (bit + width - 1) / 8;
  for (size_t i = last + 1; i-- > first;) window = window << 8 | bytes[i];
  return uint32_t(window >> (bit % 8)) & (width == 32 ? ~0u : (1u << width) - 1);
}

// A memory that answers two cycles after its address, or one; beyond its end it keeps its last answer.
struct Memory {
  Words words;
  size_t each;
  int cycles = 2;
  uint32_t seen = ~0u;
  const uint32_t *next = nullptr;
  const uint32_t *answer(uint32_t address) {
    const uint32_t *before = next;
    next = nullptr;
    if (address != seen && (address + 1) * each <= words.size()) seen = address, next = &words[address * each];
    return cycles == 2 ? before : next;
  }
};

static bool run(Vcompute_core &top) {
  Words head;
  if (!read(head, 7)) return false;
  Words valueCounts;
  read(valueCounts, ROWS);
  Words records;
  Memory headers{{}, 1};
  std::vector<Memory> entries(ROWS), values(ROWS), taps(COLS);
  read(records, head[0] * head[5]);
  Words waits;  // cycles that each record comes late
  read(waits, head[0]);
  size_t record = 0;  // the one that is offered
  uint32_t late = waits[0];
  for (auto &row : entries) row.each = head[4], row.cycles = 1, read(row.words, head[0] * head[4]);
  for (int r = 0; r < ROWS; r++) values[r].each = 1, read(values[r].words, valueCounts[r]);
  read(headers.words, head[3]);
  for (auto &column : taps) column.each = head[6], read(column.words, head[3] * head[6]);

  std::vector<Words> left(COLS);
  bool lastLeft = false;
  top.signed_ifmap = head[1];
  top.weight_step = head[2];
  for (uint64_t t = 0;; t++) {
    top.reset = t < 4;
    top.clk = 0;
    top.eval();
    lastLeft = false;
    if (t >= 4)
      for (int c = 0; c < COLS; c++)
        if (get(top.valid, c, 1)) {
          left[c].push_back(get(top.address, c * ADDRESS_BITS, ADDRESS_BITS));
          left[c].push_back(get(top.psums, c * 32, 32));
          lastLeft = c == COLS - 1;
        }
    bool finished = top.finished && t >= 4;
    if (finished || t > 4000000000ull) break;

    bool taken = top.record_ready && top.record_valid && t >= 4;
    const uint32_t *header = headers.answer(top.header_address);
    std::vector<const uint32_t *> entry(ROWS), value(ROWS), tap(COLS);
    for (int r = 0; r < ROWS; r++) {
      entry[r] = entries[r].answer(get(top.entry_address, r * STREAM_BITS, STREAM_BITS));
      value[r] = values[r].answer(get(top.value_address, r * STREAM_BITS, STREAM_BITS));
    }
    for (int c = 0; c < COLS; c++) tap[c] = taps[c].answer(get(top.tap_address, c * STREAM_BITS, STREAM_BITS));
    top.clk = 1;
    top.eval();
    if (taken && ++record < head[0]) late = waits[record];
    else if (late > 0 && t >= 4) late--;
    top.record_valid = t >= 3 && record < head[0] && late == 0;
    if (top.record_valid) put(top.record, 0, &records[record * head[5]], RECORD_BITS);
    if (header) put(top.header, 0, header, 2 * WEIGHT_LANES);
    for (int r = 0; r < ROWS; r++) {
      if (entry[r]) put(top.entry, r * ENTRY_BITS, entry[r], ENTRY_BITS);
      if (value[r]) put(top.value, r * 8, value[r], 8);
    }
    for (int c = 0; c < COLS; c++)
      if (tap[c]) put(top.taps, c * WEIGHT_LANES * TAP_BITS, tap[c], WEIGHT_LANES * TAP_BITS);
  }
  uint32_t result[2] = {uint32_t(top.cycles), lastLeft};
  fwrite(result, 4, 2, to);
  for (auto &column : left) {
    uint32_t count = column.size() / 2;
    fwrite(&count, 4, 1, to);
    fwrite(column.data(), 4, column.size(), to);
  }
  return true;
}

int main(int argc, char **argv) {
  // Registers start as random bits: what a reset should clear and does not shows.
  Verilated::randReset(2);
  Verilated::randSeed(argc > 3 ? atoi(argv[3]) : 1);
  if (argc < 3 || !(from = fopen(argv[1], "rb")) || !(to = fopen(argv[2], "wb"))) return 1;
  static Vcompute_core top;
  while (run(top)) {}
  top.final();
  return fclose(to);
}
