/**
 * out[rows, cols] = bias + a[rows, depth] * b[depth, cols] in float32, four rows by eight columns at a time.
 * Lanes are columns, so every output adds its products in the order k = 0, 1, 2 ... as the plain twin does.
 *
 *   a     row-major, rows a multiple of 4 (the last ones zero)
 *   b     panels of eight columns: [ceil(cols / 8)][depth][8]
 *   out   row-major, `stride` elements a row, room for all rows of a
 *   spill room for 32 floats
 */
export function gemmF32(
  a: usize, b: usize, bias: usize, out: usize, spill: usize,
  rows: i32, cols: i32, depth: i32, stride: i32,
): void {
  const rowBytes = <usize>depth << 2;
  const panelBytes = <usize>depth << 5;
  const outBytes = <usize>stride << 2;
  for (let m = 0; m < rows; m += 4) {
    const a0 = a + <usize>m * rowBytes;
    const bias0 = v128.load32_splat(bias + (<usize>m << 2));
    const bias1 = v128.load32_splat(bias + (<usize>m << 2), 4);
    const bias2 = v128.load32_splat(bias + (<usize>m << 2), 8);
    const bias3 = v128.load32_splat(bias + (<usize>m << 2), 12);
    for (let n = 0; n < cols; n += 8) {
      let p0 = a0;
      let p1 = p0 + rowBytes;
      let p2 = p1 + rowBytes;
      let p3 = p2 + rowBytes;
      let q = b + <usize>(n >> 3) * panelBytes;
      const end = q + panelBytes;
      let s00 = bias0, s01 = bias0, s10 = bias1, s11 = bias1;
      let s20 = bias2, s21 = bias2, s30 = bias3, s31 = bias3;
      while (q < end) {
        const x0 = v128.load(q);
        const x1 = v128.load(q, 16);
        let w = v128.load32_splat(p0);
        s00 = f32x4.add(s00, f32x4.mul(w, x0));
        s01 = f32x4.add(s01, f32x4.mul(w, x1));
        w = v128.load32_splat(p1);
        s10 = f32x4.add(s10, f32x4.mul(w, x0));
        s11 = f32x4.add(s11, f32x4.mul(w, x1));
        w = v128.load32_splat(p2);
        s20 = f32x4.add(s20, f32x4.mul(w, x0));
        s21 = f32x4.add(s21, f32x4.mul(w, x1));
        w = v128.load32_splat(p3);
        s30 = f32x4.add(s30, f32x4.mul(w, x0));
        s31 = f32x4.add(s31, f32x4.mul(w, x1));
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
