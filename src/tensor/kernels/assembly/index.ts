/** What the WebAssembly module exports. Raw addresses in, nothing allocated: the TypeScript side lays memory out. */
export { directF32, directI32 } from './direct';
export { gemmF32 } from './gemm-f32';
export { gemmI16 } from './gemm-i16';
export { packF32, packI16 } from './pack';
export { rowDotsF32, rowDotsI8 } from './row-dots';
export { scatter } from './scatter';
