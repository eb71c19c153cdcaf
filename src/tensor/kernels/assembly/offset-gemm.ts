/**
 * out[m, n] = sum over t of a[m, t] * b[offsets[t] + n] in float32: a GEMM whose second operand is never copied, for
 * each of its rows is a run of memory that begins anywhere. Four rows by eight columns at a time; every output adds its
 * products in the order of t.
 *
 *   a        panels of four rows, [rows / 4][depth][4], then the rows left over one after the other, [depth] each
 *   offsets  int32, in bytes from b, may be negative
 *   out      row-major, `stride` elements a row
 */
export function gemmOffsetsF32(
  a: usize, b: usize, offsets: usize, out: usize,
  rows: i32, cols: i32, depth: i32, stride: i32,
): void {
  const end = offsets + (<usize>depth << 2);
  const rowBytes = <usize>stride << 2;
  const panels = rows >> 2;
  let n = 0;
  for (; n + 8 <= cols; n += 8) {
    let p = a;
    let q = out;
    for (let m = 0; m < panels; m++) {
      let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0);
      let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0);
      for (let o = offsets; o < end; o += 4) {
        const x = b + <usize>load<i32>(o);
        const x0 = v128.load(x);
        const x1 = v128.load(x, 16);
        let w = v128.load32_splat(p);
        s00 = f32x4.add(s00, f32x4.mul(w, x0));
        s01 = f32x4.add(s01, f32x4.mul(w, x1));
        w = v128.load32_splat(p, 4);
        s10 = f32x4.add(s10, f32x4.mul(w, x0));
        s11 = f32x4.add(s11, f32x4.mul(w, x1));
        w = v128.load32_splat(p, 8);
        s20 = f32x4.add(s20, f32x4.mul(w, x0));
        s21 = f32x4.add(s21, f32x4.mul(w, x1));
        w = v128.load32_splat(p, 12);
        s30 = f32x4.add(s30, f32x4.mul(w, x0));
        s31 = f32x4.add(s31, f32x4.mul(w, x1));
        p += 16;
      }
      v128.store(q, s00); v128.store(q, s01, 16); q += rowBytes;
      v128.store(q, s10); v128.store(q, s11, 16); q += rowBytes;
      v128.store(q, s20); v128.store(q, s21, 16); q += rowBytes;
      v128.store(q, s30); v128.store(q, s31, 16); q += rowBytes;
    }
    b += 32;
    out += 32;
  }
  for (; n + 4 <= cols; n += 4) {
    let p = a;
    let q = out;
    for (let m = 0; m < panels; m++) {
      let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
      for (let o = offsets; o < end; o += 4) {
        const x = v128.load(b + <usize>load<i32>(o));
        s0 = f32x4.add(s0, f32x4.mul(v128.load32_splat(p), x));
        s1 = f32x4.add(s1, f32x4.mul(v128.load32_splat(p, 4), x));
        s2 = f32x4.add(s2, f32x4.mul(v128.load32_splat(p, 8), x));
        s3 = f32x4.add(s3, f32x4.mul(v128.load32_splat(p, 12), x));
        p += 16;
      }
      v128.store(q, s0); q += rowBytes;
      v128.store(q, s1); q += rowBytes;
      v128.store(q, s2); q += rowBytes;
      v128.store(q, s3); q += rowBytes;
    }
    b += 16;
    out += 16;
  }
  for (; n < cols; n++) {
    let p = a;
    let q = out;
    for (let m = 0; m < panels; m++) {
      let sum = f32x4.splat(0);
      for (let o = offsets; o < end; o += 4) {
        sum = f32x4.add(sum, f32x4.mul(v128.load(p), v128.load32_splat(b + <usize>load<i32>(o))));
        p += 16;
      }
      v128.store32_lane(q, sum, 0); q += rowBytes;
      v128.store32_lane(q, sum, 1); q += rowBytes;
      v128.store32_lane(q, sum, 2); q += rowBytes;
      v128.store32_lane(q, sum, 3); q += rowBytes;
    }
    b += 4;
    out += 4;
  }
  const width = <usize>cols << 2;
  b -= width;
  out -= width;
  const depthBytes = <usize>depth << 2;
  for (let m = panels << 2; m < rows; m++) oneRow(a + <usize>m * depthBytes, b, offsets, out + <usize>m * rowBytes, cols, depth);
}

/** One row alone: a depthwise filter, or what is left of four. Sixteen columns at a time. */
function oneRow(a: usize, b: usize, offsets: usize, out: usize, cols: i32, depth: i32): void {
  const end = offsets + (<usize>depth << 2);
  let n = 0;
  for (; n + 16 <= cols; n += 16) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    let p = a;
    for (let o = offsets; o < end; o += 4) {
      const x = b + <usize>load<i32>(o);
      const w = v128.load32_splat(p);
      s0 = f32x4.add(s0, f32x4.mul(w, v128.load(x)));
      s1 = f32x4.add(s1, f32x4.mul(w, v128.load(x, 16)));
      s2 = f32x4.add(s2, f32x4.mul(w, v128.load(x, 32)));
      s3 = f32x4.add(s3, f32x4.mul(w, v128.load(x, 48)));
      p += 4;
    }
    v128.store(out, s0); v128.store(out, s1, 16); v128.store(out, s2, 32); v128.store(out, s3, 48);
    b += 64;
    out += 64;
  }
  for (; n + 4 <= cols; n += 4) {
    let sum = f32x4.splat(0);
    let p = a;
    for (let o = offsets; o < end; o += 4) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(p), v128.load(b + <usize>load<i32>(o))));
      p += 4;
    }
    v128.store(out, sum);
    b += 16;
    out += 16;
  }
  for (; n < cols; n++) {
    let sum: f32 = 0;
    let p = a;
    for (let o = offsets; o < end; o += 4) {
      sum += load<f32>(p) * load<f32>(b + <usize>load<i32>(o));
      p += 4;
    }
    store<f32>(out, sum);
    b += 4;
    out += 4;
  }
}
