// A host and a memory around sense_machine: what the host does comes from a file, what it was answered goes into one.
//
// READERS: the masters that read.
//
//   in    beats, latency, stall, seed, accesses; of each {0 write | 1 read | 2 wait for irq, address, data or the most
//         cycles}; then the image, 4 words a beat
//   out   of each access {response, or whether irq came; what was read}; then the image
#include "Vsense_machine.h"
#include "dram.h"
#include "verilated.h"

struct Access {
  uint32_t kind, address, data;
};
struct Answer {
  uint32_t response, data;
};

static Vsense_machine *top;
static std::vector<ReadPort> ports;
static WritePort *writes;

// One clock; what the host drives was set before.
static void cycle() {
  top->clk = 0;
  top->eval();
  for (int p = 0; p < READERS; p++)
    ports[p].step(top->m_arvalid >> p & 1, top->m_araddr[p] >> 4, (top->m_arlen >> (8 * p) & 255) + 1,
                  top->m_rready >> p & 1);
  WritePort::Beat beat;
  for (int i = 0; i < 4; i++) beat.words[i] = top->m_wdata[i];
  beat.last = top->m_wlast;
  writes->step(top->m_awvalid, {uint32_t(top->m_awaddr >> 4), top->m_awlen + 1u}, top->m_wvalid, beat);
  top->clk = 1;
  top->eval();
  top->m_arready = top->m_rvalid = 0;
  for (int p = 0; p < READERS; p++) {
    top->m_arready |= ports[p].ready << p;
    top->m_rvalid |= ports[p].valid << p;
    for (int i = 0; i < 4; i++) top->m_rdata[4 * p + i] = ports[p].data[i];
  }
  top->m_awready = writes->addressReady;
  top->m_wready = writes->dataReady;
  top->m_bvalid = writes->answered;
}

// Whether a wire is high before the next edge, with what the host drives now.
static bool settled(const uint8_t &wire) {
  top->clk = 0;
  top->eval();
  return wire;
}

static Answer write(uint32_t address, uint32_t data) {
  top->s_awvalid = top->s_wvalid = 1;
  top->s_awaddr = address;
  top->s_wdata = data;
  while (!settled(top->s_awready)) cycle();
  cycle();
  top->s_awvalid = top->s_wvalid = 0;
  top->s_bready = 1;
  while (!settled(top->s_bvalid)) cycle();
  Answer answer = {top->s_bresp, 0};
  cycle();
  top->s_bready = 0;
  return answer;
}

static Answer read(uint32_t address) {
  top->s_arvalid = 1;
  top->s_araddr = address;
  while (!settled(top->s_arready)) cycle();
  cycle();
  top->s_arvalid = 0;
  top->s_rready = 1;
  while (!settled(top->s_rvalid)) cycle();
  Answer answer = {top->s_rresp, top->s_rdata};
  cycle();
  top->s_rready = 0;
  return answer;
}

static Answer await(uint32_t most) {
  for (uint32_t t = 0; t < most && !top->irq; t++) cycle();
  return {top->irq, 0};
}

int main(int argc, char **argv) {
  // Registers start as random bits: what a reset should clear and does not shows.
  Verilated::randReset(2);
  Verilated::randSeed(argc > 3 ? atoi(argv[3]) : 1);
  FILE *from, *to;
  uint32_t head[5];
  if (argc < 3 || !(from = fopen(argv[1], "rb")) || !(to = fopen(argv[2], "wb"))) return 1;
  if (fread(head, 4, 5, from) != 5) return 1;
  std::vector<Access> accesses(head[4]);
  image.resize(size_t(head[0]) * 4);
  if (fread(accesses.data(), sizeof(Access), accesses.size(), from) != accesses.size()) return 1;
  if (fread(image.data(), 4, image.size(), from) != image.size()) return 1;
  latency = head[1], stall = head[2];
  for (uint32_t p = 0; p < READERS; p++) ports.emplace_back(head[3], p);
  writes = new WritePort(head[3], READERS);
  top = new Vsense_machine;
  top->s_awvalid = top->s_wvalid = top->s_arvalid = top->s_bready = top->s_rready = 0;
  top->m_arready = top->m_rvalid = top->m_awready = top->m_wready = top->m_bvalid = 0;
  top->reset = 1;
  for (int t = 0; t < 4; t++) {
    top->clk = 0;
    top->eval();
    top->clk = 1;
    top->eval();
  }
  top->reset = 0;
  for (const Access &access : accesses) {
    Answer answer = access.kind == 0   ? write(access.address, access.data)
                    : access.kind == 1 ? read(access.address)
                                       : await(access.data);
    fwrite(&answer, sizeof answer, 1, to);
  }
  fwrite(image.data(), 4, image.size(), to);
  top->final();
  return fclose(to);
}
