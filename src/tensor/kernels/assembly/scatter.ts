/**
 * The sparse multiply-accumulate of one row of one wave: every non-zero of an ifmap channel meets every tap.
 *   psums[rows[i] + offsets[t] + col] += values[i] * weights[t, col]
 *
 *   rows, offsets   int32, in bytes: an address times the bytes of one psum row
 *   values          int32 words of which only the low int16 counts, the high half is 0, so that
 *                   i32x4.dot_i16x8_s is one multiplication a lane: four times cheaper than i32x4.mul
 *   weights         int32 words whose value fits int16, [tap][col]
 *
 * A tap's weights for sixteen filters stay in registers while all non-zeros pass: integer sums know no order.
 */
export function scatter(
  rows: usize, values: usize, count: i32,
  offsets: usize, weights: usize, taps: i32,
  cols: i32, psums: usize,
): void {
  const rowBytes = <usize>cols << 2;
  const end = <usize>count << 2;
  for (let t = 0; t < taps; t++) {
    const base = psums + load<i32>(offsets + (<usize>t << 2));
    let c: usize = 0;
    for (; c + 64 <= rowBytes; c += 64) {
      const w0 = v128.load(weights + c), w1 = v128.load(weights + c, 16);
      const w2 = v128.load(weights + c, 32), w3 = v128.load(weights + c, 48);
      for (let i: usize = 0; i < end; i += 4) {
        const p = base + c + load<i32>(rows + i);
        const v = v128.load32_splat(values + i);
        v128.store(p, i32x4.add(v128.load(p), i32x4.dot_i16x8_s(v, w0)));
        v128.store(p, i32x4.add(v128.load(p, 16), i32x4.dot_i16x8_s(v, w1)), 16);
        v128.store(p, i32x4.add(v128.load(p, 32), i32x4.dot_i16x8_s(v, w2)), 32);
        v128.store(p, i32x4.add(v128.load(p, 48), i32x4.dot_i16x8_s(v, w3)), 48);
      }
    }
    for (; c + 16 <= rowBytes; c += 16) {
      const w0 = v128.load(weights + c);
      for (let i: usize = 0; i < end; i += 4) {
        const p = base + c + load<i32>(rows + i);
        v128.store(p, i32x4.add(v128.load(p), i32x4.dot_i16x8_s(v128.load32_splat(values + i), w0)));
      }
    }
    for (; c < rowBytes; c += 4) {
      const w0 = load<i32>(weights + c);
      for (let i: usize = 0; i < end; i += 4) {
        const p = base + c + load<i32>(rows + i);
        store<i32>(p, load<i32>(p) + w0 * <i32>load<i16>(values + i));
      }
    }
    weights += rowBytes;
  }
}
