/** What the WebAssembly module exports. Raw addresses in, nothing allocated: the TypeScript side lays memory out. */
export { finishChannelsF32, fromChannelsLastF32, maskChannelsF32, toChannelsLastF32 } from './channels-last';
export { directF32, directI32 } from './direct';
export { gemmF32 } from './gemm-f32';
export { gemmI16 } from './gemm-i16';
export { gemmStridedF32 } from './gemm-strided';
export { maxPool2x2BackwardF32, maxPool2x2F32, maxPoolF32 } from './max-pool';
export { blendF32, centredSquaresF32, gradientSumsF32, sumF32 } from './norm';
export { dotsOffsetsF32 } from './offset-dots';
export { gemmOffsetsF32 } from './offset-gemm';
export { packF32, packI16 } from './pack';
export { clampBackwardF32, clampF32 } from './plane';
export { rowDotsF32, rowDotsI8 } from './row-dots';
export { copyBoxF32, finishRowsF32, gatherBackwardF32, gatherF32, maskRowsF32 } from './rows';
export { scatter } from './scatter';
export { winogradInputBackwardF32, winogradInputF32, winogradOutputBackwardF32, winogradOutputF32 } from './winograd';
