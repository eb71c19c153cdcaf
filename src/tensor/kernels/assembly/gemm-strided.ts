/**
 * out[m, n] = (or +=) sum over d of a[m, d] * b[d, n] in float32, four rows by eight columns at a time; every output adds
 * its products in the order of d. Strides are in elements, so that `a` may be read as it lies or turned.
 *
 *   a    element (m, d) at m * aRow + d * aDepth
 *   b    element (d, n) at d * bRow + n
 *   out  element (m, n) at m * outRow + n
 *   cols is a multiple of four
 */
export function gemmStridedF32(
  a: usize, aRow: i32, aDepth: i32, b: usize, bRow: i32, out: usize, outRow: i32,
  rows: i32, cols: i32, depth: i32, accumulate: i32,
): void {
  const aRowBytes = <usize>aRow << 2, aStep = <usize>aDepth << 2;
  const bStep = <usize>bRow << 2, outBytes = <usize>outRow << 2;
  const bBytes = <usize>depth * bStep;
  let n = 0;
  for (; n + 8 <= cols; n += 8) {
    const end = b + bBytes;
    let o = out, a0 = a, m = 0;
    for (; m + 4 <= rows; m += 4) {
      let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0);
      let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0);
      let p0 = a0, p1 = p0 + aRowBytes, p2 = p1 + aRowBytes, p3 = p2 + aRowBytes;
      for (let q = b; q < end; q += bStep) {
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
        p0 += aStep; p1 += aStep; p2 += aStep; p3 += aStep;
      }
      put(o, s00, accumulate); put(o + 16, s01, accumulate); o += outBytes;
      put(o, s10, accumulate); put(o + 16, s11, accumulate); o += outBytes;
      put(o, s20, accumulate); put(o + 16, s21, accumulate); o += outBytes;
      put(o, s30, accumulate); put(o + 16, s31, accumulate); o += outBytes;
      a0 += aRowBytes << 2;
    }
    for (; m < rows; m++) {
      let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
      let p = a0;
      for (let q = b; q < end; q += bStep) {
        const w = v128.load32_splat(p);
        s0 = f32x4.add(s0, f32x4.mul(w, v128.load(q)));
        s1 = f32x4.add(s1, f32x4.mul(w, v128.load(q, 16)));
        p += aStep;
      }
      put(o, s0, accumulate); put(o + 16, s1, accumulate); o += outBytes;
      a0 += aRowBytes;
    }
    b += 32;
    out += 32;
  }
  for (; n < cols; n += 4) {
    const end = b + bBytes;
    let o = out, a0 = a, m = 0;
    for (; m + 4 <= rows; m += 4) {
      let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
      let p0 = a0, p1 = p0 + aRowBytes, p2 = p1 + aRowBytes, p3 = p2 + aRowBytes;
      for (let q = b; q < end; q += bStep) {
        const x = v128.load(q);
        s0 = f32x4.add(s0, f32x4.mul(v128.load32_splat(p0), x));
        s1 = f32x4.add(s1, f32x4.mul(v128.load32_splat(p1), x));
        s2 = f32x4.add(s2, f32x4.mul(v128.load32_splat(p2), x));
        s3 = f32x4.add(s3, f32x4.mul(v128.load32_splat(p3), x));
        p0 += aStep; p1 += aStep; p2 += aStep; p3 += aStep;
      }
      put(o, s0, accumulate); o += outBytes;
      put(o, s1, accumulate); o += outBytes;
      put(o, s2, accumulate); o += outBytes;
      put(o, s3, accumulate); o += outBytes;
      a0 += aRowBytes << 2;
    }
    for (; m < rows; m++) {
      let s = f32x4.splat(0);
      let p = a0;
      for (let q = b; q < end; q += bStep) {
        s = f32x4.add(s, f32x4.mul(v128.load32_splat(p), v128.load(q)));
        p += aStep;
      }
      put(o, s, accumulate); o += outBytes;
      a0 += aRowBytes;
    }
    b += 16;
    out += 16;
  }
}

// @ts-ignore: decorator
@inline
function put(to: usize, value: v128, accumulate: i32): void {
  v128.store(to, accumulate ? f32x4.add(v128.load(to), value) : value);
}
