/**
 * The C++ that drives one Verilated module: a file of input rows in, a file of output rows out.
 *
 *   for each row:  inputs set, clk low, settled  ->  outputs read  ->  rising edge
 *
 * so row t of the outputs is what stood on the wires in cycle t, under the inputs of cycle t. A value takes as many
 * 32-bit words as its width needs, lowest first. Registers and memories start as seeded random bits: what a reset
 * should clear and does not shows as a difference.
 */
import type { Port, Ports } from './ports.ts';

/** 32-bit words of one value in a file. */
export const wordsOf = ({ width }: Port): number => Math.ceil(width / 32);
export const rowWords = (ports: readonly Port[]): number =>
  ports.reduce((sum, port) => sum + wordsOf(port), 0);

function setPort(port: Port, at: number): string {
  const { name, width } = port;
  if (width > 64)
    return Array.from(
      { length: wordsOf(port) },
      (_, i) => `top->${name}[${i}] = in[${at + i}]${mask(width, i)};`,
    ).join(' ');
  if (width > 32) return `top->${name} = in[${at}] | ((uint64_t)(in[${at + 1}]${mask(width, 1)}) << 32);`;
  return `top->${name} = in[${at}]${mask(width, 0)};`;
}

/** Verilator expects bits above a port's width to be zero. */
const mask = (width: number, word: number): string => {
  const used = Math.min(32, width - 32 * word);
  return used === 32 ? '' : ` & 0x${(2 ** used - 1).toString(16)}u`;
};

function getPort(port: Port, at: number): string {
  const { name, width } = port;
  if (width > 64)
    return Array.from({ length: wordsOf(port) }, (_, i) => `out[${at + i}] = top->${name}[${i}];`).join(' ');
  if (width > 32) return `out[${at}] = (uint32_t)top->${name}; out[${at + 1}] = top->${name} >> 32;`;
  return `out[${at}] = top->${name};`;
}

function eachPort(ports: readonly Port[], line: (port: Port, at: number) => string): string {
  let at = 0;
  return ports
    .map((port) => {
      const text = `    ${line(port, at)}`;
      at += wordsOf(port);
      return text;
    })
    .join('\n');
}

export interface Harness {
  readonly ports: Ports;
  /** The C++ files of the model, compiled as one with the harness. */
  readonly parts: readonly string[];
}

export const harness = (top: string, { ports: { inputs, outputs }, parts }: Harness): string => `
${parts.map((file) => `#include "${file}"`).join('\n')}
#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv) {
  Verilated::randReset(2);
  Verilated::randSeed(argc > 3 ? atoi(argv[3]) : 1);
  FILE *from = fopen(argv[1], "rb"), *to = fopen(argv[2], "wb");
  if (!from || !to) return 1;
  V${top} *top = new V${top};
  static uint32_t in[${Math.max(1, rowWords(inputs))}], out[${Math.max(1, rowWords(outputs))}];
  while (fread(in, 4, ${rowWords(inputs)}, from) == ${rowWords(inputs)}) {
${eachPort(inputs, setPort)}
    top->clk = 0;
    top->eval();
${eachPort(outputs, getPort)}
    fwrite(out, 4, ${rowWords(outputs)}, to);
    top->clk = 1;
    top->eval();
  }
  top->final();
  return fclose(to);
}
`;
