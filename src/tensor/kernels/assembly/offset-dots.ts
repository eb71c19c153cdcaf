/**
 * out[m, t] += sum over j of a[m, j] * b[offsets[t] + j] in float32: dot products of rows that lie in memory as they are.
 * Lanes are neighbours along j, so sums are taken in another order than the plain loop's. Four rows by two taps at a time.
 *
 *   a        row-major, `aStride` elements a row
 *   offsets  int32, in bytes from b
 *   out      row-major, `outStride` elements a row
 */
export function dotsOffsetsF32(
  a: usize, aStride: i32, b: usize, offsets: usize, out: usize, outStride: i32,
  rows: i32, taps: i32, length: i32,
): void {
  const aBytes = <usize>aStride << 2;
  const outBytes = <usize>outStride << 2;
  const whole = <usize>(length & ~3) << 2;
  const all = <usize>length << 2;
  let m = 0;
  for (; m + 4 <= rows; m += 4) {
    const a0 = a + <usize>m * aBytes;
    const o = out + <usize>m * outBytes;
    let t = 0;
    for (; t + 2 <= taps; t += 2) {
      const tap = offsets + (<usize>t << 2);
      let x = b + <usize>load<i32>(tap);
      let y = b + <usize>load<i32>(tap, 4);
      let p0 = a0, p1 = p0 + aBytes, p2 = p1 + aBytes, p3 = p2 + aBytes;
      const end = p0 + whole;
      let s00 = f32x4.splat(0), s01 = f32x4.splat(0), s10 = f32x4.splat(0), s11 = f32x4.splat(0);
      let s20 = f32x4.splat(0), s21 = f32x4.splat(0), s30 = f32x4.splat(0), s31 = f32x4.splat(0);
      while (p0 < end) {
        const x0 = v128.load(x);
        const x1 = v128.load(y);
        let v = v128.load(p0);
        s00 = f32x4.add(s00, f32x4.mul(v, x0));
        s01 = f32x4.add(s01, f32x4.mul(v, x1));
        v = v128.load(p1);
        s10 = f32x4.add(s10, f32x4.mul(v, x0));
        s11 = f32x4.add(s11, f32x4.mul(v, x1));
        v = v128.load(p2);
        s20 = f32x4.add(s20, f32x4.mul(v, x0));
        s21 = f32x4.add(s21, f32x4.mul(v, x1));
        v = v128.load(p3);
        s30 = f32x4.add(s30, f32x4.mul(v, x0));
        s31 = f32x4.add(s31, f32x4.mul(v, x1));
        p0 += 16; p1 += 16; p2 += 16; p3 += 16;
        x += 16; y += 16;
      }
      addColumn(o + (<usize>t << 2), outBytes, laneSums(s00, s10, s20, s30));
      addColumn(o + (<usize>t << 2) + 4, outBytes, laneSums(s01, s11, s21, s31));
    }
    for (; t < taps; t++) {
      let x = b + <usize>load<i32>(offsets + (<usize>t << 2));
      let p0 = a0, p1 = p0 + aBytes, p2 = p1 + aBytes, p3 = p2 + aBytes;
      const end = p0 + whole;
      let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
      while (p0 < end) {
        const v = v128.load(x);
        s0 = f32x4.add(s0, f32x4.mul(v128.load(p0), v));
        s1 = f32x4.add(s1, f32x4.mul(v128.load(p1), v));
        s2 = f32x4.add(s2, f32x4.mul(v128.load(p2), v));
        s3 = f32x4.add(s3, f32x4.mul(v128.load(p3), v));
        p0 += 16; p1 += 16; p2 += 16; p3 += 16;
        x += 16;
      }
      addColumn(o + (<usize>t << 2), outBytes, laneSums(s0, s1, s2, s3));
    }
    if (whole < all)
      for (let i: usize = 0; i < 4; i++) tails(a0 + i * aBytes, b, offsets, o + i * outBytes, taps, whole, all);
  }
  for (; m < rows; m++) {
    const p = a + <usize>m * aBytes;
    const o = out + <usize>m * outBytes;
    for (let t = 0; t < taps; t++) {
      const x = b + <usize>load<i32>(offsets + (<usize>t << 2));
      let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
      let j: usize = 0;
      for (; j + 32 <= whole; j += 32) {
        s0 = f32x4.add(s0, f32x4.mul(v128.load(p + j), v128.load(x + j)));
        s1 = f32x4.add(s1, f32x4.mul(v128.load(p + j, 16), v128.load(x + j, 16)));
      }
      if (j < whole) s0 = f32x4.add(s0, f32x4.mul(v128.load(p + j), v128.load(x + j)));
      s0 = f32x4.add(s0, s1);
      const sum = f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1) + f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3);
      store<f32>(o + (<usize>t << 2), load<f32>(o + (<usize>t << 2)) + sum);
    }
    if (whole < all) tails(p, b, offsets, o, taps, whole, all);
  }
}

/** Lane i: the sum of the lanes of argument i. */
// @ts-ignore: decorator
@inline
function laneSums(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const low01 = i32x4.shuffle(s0, s1, 0, 4, 1, 5), high01 = i32x4.shuffle(s0, s1, 2, 6, 3, 7);
  const low23 = i32x4.shuffle(s2, s3, 0, 4, 1, 5), high23 = i32x4.shuffle(s2, s3, 2, 6, 3, 7);
  const first = f32x4.add(low01, high01), second = f32x4.add(low23, high23);
  return f32x4.add(i64x2.shuffle(first, second, 0, 2), i64x2.shuffle(first, second, 1, 3));
}

// @ts-ignore: decorator
@inline
function addColumn(o: usize, outBytes: usize, sums: v128): void {
  store<f32>(o, load<f32>(o) + f32x4.extract_lane(sums, 0)); o += outBytes;
  store<f32>(o, load<f32>(o) + f32x4.extract_lane(sums, 1)); o += outBytes;
  store<f32>(o, load<f32>(o) + f32x4.extract_lane(sums, 2)); o += outBytes;
  store<f32>(o, load<f32>(o) + f32x4.extract_lane(sums, 3));
}

/** The one to three products behind the last whole vector. */
function tails(a: usize, b: usize, offsets: usize, out: usize, taps: i32, from: usize, to: usize): void {
  for (let t = 0; t < taps; t++) {
    const x = b + <usize>load<i32>(offsets + (<usize>t << 2));
    let sum = load<f32>(out + (<usize>t << 2));
    for (let j = from; j < to; j += 4) sum += load<f32>(a + j) * load<f32>(x + j);
    store<f32>(out + (<usize>t << 2), sum);
  }
}
