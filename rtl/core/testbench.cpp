// Runs the machine on whole memory images: each run is read from a file, and the image it leaves is written back.
// READERS: the masters that read.
//
//   a run     beats, first descriptor, latency, stall, seed, limit of cycles; then the image, 4 words a beat
//   a result  cycles, finished, overflow, layers, the cycle each layer's ifmap could be loaded; beats read by each
//             port, beats and bursts written; then the image
#include "Vsense_core.h"
#include "dram.h"
#include "verilated.h"

static FILE *from, *to;

static bool run() {
  uint32_t head[6];
  if (fread(head, 4, 6, from) != 6) return false;
  image.resize(size_t(head[0]) * 4);
  if (fread(image.data(), 4, image.size(), from) != image.size()) return false;
  latency = head[2], stall = head[3];
  Vsense_core *top = new Vsense_core;
  std::vector<ReadPort> ports;
  for (uint32_t p = 0; p < READERS; p++) ports.emplace_back(head[4], p);
  WritePort writes(head[4], READERS);
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
      for (int p = 0; p < READERS; p++)
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
    for (int p = 0; p < READERS; p++) {
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
