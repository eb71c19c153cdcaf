/** The WebAssembly kernels: compiled once from the embedded module, without I/O, in Node, a page or a worker. */
import { fail } from '../../errors.ts';
import { wasmBase64 } from './wasm.gen.ts';

/** Addresses and counts are int32; nothing is checked inside, so callers lay memory out first. */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  readonly gemmF32: (...args: number[]) => void;
  readonly gemmI16: (...args: number[]) => void;
  readonly rowDotsF32: (...args: number[]) => void;
  readonly rowDotsI8: (...args: number[]) => void;
  readonly directF32: (...args: number[]) => void;
  readonly directI32: (...args: number[]) => void;
  readonly packF32: (...args: number[]) => void;
  readonly packI16: (...args: number[]) => void;
  readonly scatter: (...args: number[]) => void;
  // What training adds: see offset-gemm, offset-dots, gemm-strided, rows, plane, norm, channels-last, max-pool and winograd in
  // assembly/.
  readonly gemmOffsetsF32: (...args: number[]) => void;
  readonly dotsOffsetsF32: (...args: number[]) => void;
  readonly gemmStridedF32: (...args: number[]) => void;
  readonly toChannelsLastF32: (...args: number[]) => void;
  readonly fromChannelsLastF32: (...args: number[]) => void;
  readonly finishChannelsF32: (...args: number[]) => void;
  readonly maskChannelsF32: (...args: number[]) => void;
  readonly copyBoxF32: (...args: number[]) => void;
  readonly finishRowsF32: (...args: number[]) => void;
  readonly maskRowsF32: (...args: number[]) => void;
  readonly gatherF32: (...args: number[]) => void;
  readonly gatherBackwardF32: (...args: number[]) => void;
  readonly clampF32: (...args: number[]) => void;
  readonly clampBackwardF32: (...args: number[]) => void;
  readonly sumF32: (...args: number[]) => number;
  readonly centredSquaresF32: (...args: number[]) => number;
  readonly gradientSumsF32: (...args: number[]) => void;
  readonly blendF32: (...args: number[]) => void;
  readonly maxPool2x2F32: (...args: number[]) => void;
  readonly maxPool2x2BackwardF32: (...args: number[]) => void;
  readonly maxPoolF32: (...args: number[]) => void;
  readonly winogradInputF32: (...args: number[]) => void;
  readonly winogradInputBackwardF32: (...args: number[]) => void;
  readonly winogradOutputF32: (...args: number[]) => void;
  readonly winogradOutputBackwardF32: (...args: number[]) => void;
}

/** The little of the WebAssembly API that is used: neither ES2023's types nor Node's declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

let compiled: object | undefined;

/** A fresh instance with a memory of its own. */
export function instantiate(): Kernels {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(wasmBase64), (char) => char.charCodeAt(0)));
  return new WebAssembly.Instance(compiled, {}).exports as Kernels;
}

const PAGE = 65536;

/** Make the memory at least this large. Views made before are then dead. */
export function growTo(bytes: number, { memory }: Kernels): void {
  if (bytes > 2 ** 31)
    fail(`this layer needs ${Math.ceil(bytes / 2 ** 20)} MB of working memory at once, the limit is 2048`, {
      hint: 'a single filter or ofmap row this large is most likely a mistake in its shape',
    });
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}

/** Byte addresses of pieces laid side by side, each on a cache line, and what they need together. */
export function layOut<Piece extends string>(
  sizes: Readonly<Record<Piece, number>>,
): { readonly at: Readonly<Record<Piece, number>>; readonly bytes: number } {
  let bytes = 0;
  const at = {} as Record<Piece, number>;
  for (const piece in sizes) {
    at[piece] = bytes;
    bytes += Math.ceil(sizes[piece] / 64) * 64;
  }
  // packF32 and packI16 load whole vectors: the last one may reach past its piece.
  return { at, bytes: bytes + 64 };
}

let shared: Kernels | undefined;

/** The instance all convolutions share. One that an odd layer has blown up is dropped for a fresh one. */
export function sharedKernels(bytes: number): Kernels {
  if (shared && shared.memory.buffer.byteLength > Math.max(bytes, KEEP)) shared = undefined;
  shared ??= instantiate();
  growTo(bytes, shared);
  return shared;
}

const KEEP = 64 * 2 ** 20;
