/**
 * A CXXRTL model behind the face of a Verilated one, so that a testbench compiles for either engine unchanged.
 *
 *   V<top>.h      struct V<top> with a field a port, of the type that Verilator gives it; eval() copies inputs in, lets the
 *                 model settle, copies outputs out
 *   verilated.h   what testbenches ask of Verilator's run time; registers start at zero here, not at random bits
 */
export interface CxxPort {
  readonly name: string;
  readonly width: number; // bits
  readonly output: boolean;
  /** A register, which has a present and a next value; else a plain one. */
  readonly wire: boolean;
}

/** The ports of the model's top module, from the text that `write_cxxrtl` made. */
export function portsOfModel(model: string, top: string): readonly CxxPort[] {
  const body = model.slice(model.indexOf(`struct ${mangled(top)} :`));
  return [...body.matchAll(/\/\*(input|output)\*\/ (value|wire)<(\d+)> p_(\w+)(?: \{[^}]*\})?;/g)].map(
    ([, direction, kind, width, name]) => ({
      name: name!.replaceAll('__', '_'),
      width: Number(width),
      output: direction === 'output',
      wire: kind === 'wire',
    }),
  );
}

const mangled = (name: string): string => `p_${name.replaceAll('_', '__')}`;

const wordsOf = (width: number): number => Math.ceil(width / 32);
const typeOf = (width: number): string | undefined =>
  [8, 16, 32, 64].filter((bits) => bits >= width).map((bits) => `uint${bits}_t`)[0];

const field = ({ name, width }: CxxPort): string =>
  typeOf(width) ? `${typeOf(width)} ${name} = 0;` : `uint32_t ${name}[${wordsOf(width)}] = {};`;

function copy(port: CxxPort): string {
  const { name, width, output, wire } = port;
  const bits = `model.${mangled(name)}${output && wire ? '.curr' : ''}.data`;
  const words = Array.from({ length: wordsOf(width) }, (_, i) => {
    if (!typeOf(width)) return output ? `${name}[${i}] = ${bits}[${i}];` : `${bits}[${i}] = ${name}[${i}];`;
    if (output) return i === 0 ? `${name} = ${bits}[0];` : `${name} |= uint64_t(${bits}[1]) << 32;`;
    return `${bits}[${i}] = ${i === 0 ? name : `${name} >> 32`};`;
  });
  return words.join(' ');
}

/** The header that takes the place of Verilator's for this module. */
export function modelHeader(
  top: string,
  { name, ports }: { readonly name: string; readonly ports: readonly CxxPort[] },
): string {
  const lines = (list: readonly string[], indent: string): string =>
    list.map((line) => `${indent}${line}`).join('\n');
  return `#pragma once
#include "${top}.cc"
struct V${top} {
  cxxrtl_design::${mangled(name)} model;
${lines(ports.map(field), '  ')}
  void eval() {
${lines(ports.filter((port) => !port.output).map(copy), '    ')}
    model.step();
${lines(ports.filter((port) => port.output).map(copy), '    ')}
  }
  void final() {}
};
`;
}

export const VERILATED_HEADER = `#pragma once
struct Verilated {
  static void randReset(int) {}
  static void randSeed(int) {}
};
`;
