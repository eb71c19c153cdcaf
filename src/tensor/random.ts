/** Seeded randomness (sfc32): the same numbers on every machine, and streams by name that do not depend on one another. */

export interface Random {
  /** A uniform 32-bit word. */
  readonly word: () => number;
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  /** A whole number in [0, n). */
  readonly below: (n: number) => number;
  /** Standard normal. */
  readonly normal: () => number;
  /** An independent stream: the same name gives the same stream, whatever was drawn before. */
  readonly stream: (name: string) => Random;
}

/** FNV-1a over the text's UTF-16 units. */
function hash(text: string, start: number): number {
  let h = (0x811c9dc5 ^ start) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

export function seeded(seed: number, name = ''): Random {
  let a = hash(name, seed);
  let b = hash(name, a ^ 0x9e3779b9);
  let c = hash(`${name}/${seed}`, b);
  let counter = 1;

  const word = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) word();

  const uniform = (): number => word() / 2 ** 32;
  return {
    word,
    uniform,
    below: (n) => Math.floor(uniform() * n),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    stream: (child) => seeded(seed, `${name}/${child}`),
  };
}
