// The memory of src/sim/machine/dram.ts, cycle for cycle: ports that are read and one that is written.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <vector>

static std::vector<uint32_t> image; // 4 words a beat
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
