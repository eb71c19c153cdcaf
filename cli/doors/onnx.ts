/** ONNX files, and protobuf behind them. */
export { exportOnnx } from '../../src/onnx/export.ts';
export { importOnnx } from '../../src/onnx/import.ts';
