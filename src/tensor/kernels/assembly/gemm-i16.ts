/**
 * out[rows, cols] = a[rows, depth] * b[depth, cols], int16 in and int32 out, four rows by eight columns at a time.
 * i32x4.dot_i16x8_s multiplies two depths at once, so both operands hold their depths in pairs (depth is made even).
 *
 *   a     row-major int16, rows a multiple of 4 (the last ones zero)
 *   b     panels of eight columns: [ceil(cols / 8)][pairs][8][2]
 *   out   row-major int32, `stride` elements a row, room for all rows of a
 *   spill room for 32 words
 */
export function gemmI16(
  a: usize, b: usize, out: usize, spill: usize,
  rows: i32, cols: i32, pairs: i32, stride: i32,
): void {
  const rowBytes = <usize>pairs << 2;
  const panelBytes = <usize>pairs << 5;
  const outBytes = <usize>stride << 2;
  for (let m = 0; m < rows; m += 4) {
    const a0 = a + <usize>m * rowBytes;
    for (let n = 0; n < cols; n += 8) {
      let p0 = a0;
      let p1 = p0 + rowBytes;
      let p2 = p1 + rowBytes;
      let p3 = p2 + rowBytes;
      let q = b + <usize>(n >> 3) * panelBytes;
      const end = q + panelBytes;
      let s00 = i32x4.splat(0), s01 = i32x4.splat(0), s10 = i32x4.splat(0), s11 = i32x4.splat(0);
      let s20 = i32x4.splat(0), s21 = i32x4.splat(0), s30 = i32x4.splat(0), s31 = i32x4.splat(0);
      while (q < end) {
        const x0 = v128.load(q);
        const x1 = v128.load(q, 16);
        let w = v128.load32_splat(p0);
        s00 = i32x4.add(s00, i32x4.dot_i16x8_s(w, x0));
        s01 = i32x4.add(s01, i32x4.dot_i16x8_s(w, x1));
        w = v128.load32_splat(p1);
        s10 = i32x4.add(s10, i32x4.dot_i16x8_s(w, x0));
        s11 = i32x4.add(s11, i32x4.dot_i16x8_s(w, x1));
        w = v128.load32_splat(p2);
        s20 = i32x4.add(s20, i32x4.dot_i16x8_s(w, x0));
        s21 = i32x4.add(s21, i32x4.dot_i16x8_s(w, x1));
        w = v128.load32_splat(p3);
        s30 = i32x4.add(s30, i32x4.dot_i16x8_s(w, x0));
        s31 = i32x4.add(s31, i32x4.dot_i16x8_s(w, x1));
        p0 += 4; p1 += 4; p2 += 4; p3 += 4;
        q += 32;
      }
      const whole = n + 8 <= cols;
      let o = whole ? out + <usize>m * outBytes + (<usize>n << 2) : spill;
      const step = whole ? outBytes : 32;
      v128.store(o, s00); v128.store(o, s01, 16); o += step;
      v128.store(o, s10); v128.store(o, s11, 16); o += step;
      v128.store(o, s20); v128.store(o, s21, 16); o += step;
      v128.store(o, s30); v128.store(o, s31, 16);
      if (!whole)
        for (let i = 0; i < 4; i++)
          memory.copy(out + <usize>(m + i) * outBytes + (<usize>n << 2), spill + (<usize>i << 5), <usize>(cols - n) << 2);
    }
  }
}
