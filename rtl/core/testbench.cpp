// Runs the machine on whole memory images: each run is read from a file, and the image it leaves is written back.
//
//   a run     beats, first descriptor, latency, stall, seed, limit of cycles; then the image, 4 words a beat
//   a result  cycles, finished, overflow, layers, the cycle each layer's ifmap could be loaded; beats read by each
//             port, beats and bursts written; then the image
//
// The memory is that of src/sim/machine/dram.ts, cycle for cycle.
#include "Vsense_core.h"
#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <vector>

static FILE *from, *to;
static std::vector<uint32_t> image;
static uint32_t latency, stall;

struct Dice {
  uint32_t state;
  Dice(uint32_t seed, uint32_t port) {
    state = (seed * 0x9e3779b1u) ^ ((port + 1) * 0x85ebca6bu);
    if (!state) state = 1;
  }
  uint32_t roll() {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
  }
};

static const uint32_t *beatAt(uint32_t beat) {
  if ((uint64_t(beat) + 1) * 4 > image.size()) {
    fprintf(stderr, "beat %u is beyond the memory\n", beat);
    exit(2);
  }
  return &image[size_t(beat) * 4];
}

struct ReadPort {
  struct Pending { uint32_t address, beats; uint64_t ready; };
  Dice dice;
  std::deque<Pending> queue;
  bool valid = false, ready = false;
  uint32_t data[4] = {0, 0, 0, 0}, beats = 0;
  uint64_t time = 0;
  ReadPort(uint32_t seed, uint32_t port) : dice(seed, port) {}
  void step(bool arvalid, uint32_t address, uint32_t length, bool rready) {
    uint32_t roll = dice.roll();
    if (arvalid && ready) queue.push_back({address, length, time + latency});
    if (valid && rready) valid = false;
    if (!valid && !queue.empty() && queue.front().ready <= time && (roll & 255) >= stall) {
      const uint32_t *beat = beatAt(queue.front().address++);
      for (int i = 0; i < 4; i++) data[i] = beat[i];
      valid = true;
      beats++;
      if (--queue.front().beats == 0) queue.pop_front();
    }
    ready = queue.size() < 8 && (roll >> 8 & 255) >= stall;
    time++;
  }
};

static void broken(const char *rule, uint32_t beat) {
  fprintf(stderr, "beat %u: %s\n", beat, rule);
  exit(2);
}

struct WritePort {
  struct Beat { uint32_t words[4]; bool last; };
  struct Burst { uint32_t address, beats; };
  Dice dice;
  std::deque<Burst> bursts;
  std::deque<Beat> data;
  std::deque<uint64_t> answers;
  bool addressReady = false, dataReady = false, answered = false;
  uint32_t beats = 0, burstsWritten = 0;
  uint64_t time = 0;
  WritePort(uint32_t seed, uint32_t port) : dice(seed, port) {}
  void step(bool awvalid, Burst burst, bool wvalid, const Beat &beat) {
    uint32_t roll = dice.roll();
    if (awvalid && addressReady) {
      if (burst.beats > 16 || burst.address / 256 != (burst.address + burst.beats - 1) / 256)
        broken("a burst of more than 16 beats, or over a border of 4 KB", burst.address);
      bursts.push_back(burst);
    }
    if (wvalid && dataReady) data.push_back(beat);
    if (!bursts.empty() && !data.empty()) {
      Burst &head = bursts.front();
      beatAt(head.address);
      for (int i = 0; i < 4; i++) image[size_t(head.address) * 4 + i] = data.front().words[i];
      if (data.front().last != (head.beats == 1)) broken("not where its burst ends", head.address);
      data.pop_front();
      head.address++;
      beats++;
      if (--head.beats == 0) {
        bursts.pop_front();
        burstsWritten++;
        answers.push_back(time + latency);
      }
    }
    answered = !answers.empty() && answers.front() <= time;
    if (answered) answers.pop_front();
    addressReady = bursts.size() < 8 && (roll & 255) >= stall;
    dataReady = data.size() < 8 && (roll >> 8 & 255) >= stall;
    time++;
  }
};

static bool run() {
  uint32_t head[6];
  if (fread(head, 4, 6, from) != 6) return false;
  image.resize(size_t(head[0]) * 4);
  if (fread(image.data(), 4, image.size(), from) != image.size()) return false;
  latency = head[2], stall = head[3];
  Vsense_core *top = new Vsense_core;
  std::vector<ReadPort> ports;
  for (uint32_t p = 0; p < 3; p++) ports.emplace_back(head[4], p);
  WritePort writes(head[4], 3);
  std::vector<uint32_t> starts;
  bool finished = false;
  top->first_descriptor = head[1];
  top->arready = top->rvalid = top->awready = top->wready = top->bvalid = 0;
  for (uint64_t t = 0; t < uint64_t(head[5]) + 4; t++) {
    top->reset = t < 4;
    top->start = t == 4;
    top->clk = 0;
    top->eval();
    if (t >= 4 && top->layer_start) starts.push_back(top->cycles);
    if (t >= 4 && top->done) {
      finished = true;
      break;
    }
    if (t >= 4) {
      for (int p = 0; p < 3; p++)
        ports[p].step(top->arvalid >> p & 1, top->araddr[p] >> 4, (top->arlen >> (8 * p) & 255) + 1,
                      top->rready >> p & 1);
      WritePort::Beat beat;
      for (int i = 0; i < 4; i++) beat.words[i] = top->wdata[i];
      beat.last = top->wlast;
      writes.step(top->awvalid, {top->awaddr >> 4, top->awlen + 1u}, top->wvalid, beat);
    }
    top->clk = 1;
    top->eval();
    top->arready = top->rvalid = 0;
    for (int p = 0; p < 3; p++) {
      top->arready |= ports[p].ready << p;
      top->rvalid |= ports[p].valid << p;
      for (int i = 0; i < 4; i++) top->rdata[4 * p + i] = ports[p].data[i];
    }
    top->awready = writes.addressReady;
    top->wready = writes.dataReady;
    top->bvalid = writes.answered;
  }
  std::vector<uint32_t> result = {uint32_t(top->cycles), finished, top->overflow, uint32_t(starts.size())};
  result.insert(result.end(), starts.begin(), starts.end());
  for (auto &port : ports) result.push_back(port.beats);
  result.push_back(writes.beats);
  result.push_back(writes.burstsWritten);
  fwrite(result.data(), 4, result.size(), to);
  fwrite(image.data(), 4, image.size(), to);
  top->final();
  delete top;
  return true;
}

int main(int argc, char **argv) {
  // Registers start as random bits: what a reset should clear and does not shows.
  Verilated::randReset(2);
  Verilated::randSeed(argc > 3 ? atoi(argv[3]) : 1);
  if (argc < 3 || !(from = fopen(argv[1], "rb")) || !(to = fopen(argv[2], "wb"))) return 1;
  while (run()) {}
  return fclose(to);
}
