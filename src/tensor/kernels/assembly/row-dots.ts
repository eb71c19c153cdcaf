/** Fully connected layers: each row of weights times the one ifmap vector. */

/**
 * out[row] += sum over depth of w[row, depth] * x[depth] in float32, rows a multiple of 8, in the order of depth:
 * lanes are rows, so four rows are transposed four depths at a time.
 */
export function rowDotsF32(w: usize, x: usize, out: usize, rows: i32, depth: i32): void {
  const rowBytes = <usize>depth << 2;
  const whole = depth & ~3;
  for (let m = 0; m < rows; m += 8) {
    const o = out + (<usize>m << 2);
    let s0 = v128.load(o), s1 = v128.load(o, 16);
    let p = w + <usize>m * rowBytes;
    let k = 0;
    for (; k < whole; k += 4) {
      const v = v128.load(x + (<usize>k << 2));
      const x0 = i32x4.shuffle(v, v, 0, 0, 0, 0), x1 = i32x4.shuffle(v, v, 1, 1, 1, 1);
      const x2 = i32x4.shuffle(v, v, 2, 2, 2, 2), x3 = i32x4.shuffle(v, v, 3, 3, 3, 3);
      let q = p;
      let a = v128.load(q); q += rowBytes;
      let b = v128.load(q); q += rowBytes;
      let c = v128.load(q); q += rowBytes;
      let d = v128.load(q); q += rowBytes;
      let ab = i32x4.shuffle(a, b, 0, 4, 1, 5), cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
      s0 = f32x4.add(s0, f32x4.mul(i64x2.shuffle(ab, cd, 0, 2), x0));
      s0 = f32x4.add(s0, f32x4.mul(i64x2.shuffle(ab, cd, 1, 3), x1));
      ab = i32x4.shuffle(a, b, 2, 6, 3, 7); cd = i32x4.shuffle(c, d, 2, 6, 3, 7);
      s0 = f32x4.add(s0, f32x4.mul(i64x2.shuffle(ab, cd, 0, 2), x2));
      s0 = f32x4.add(s0, f32x4.mul(i64x2.shuffle(ab, cd, 1, 3), x3));
      a = v128.load(q); q += rowBytes;
      b = v128.load(q); q += rowBytes;
      c = v128.load(q); q += rowBytes;
      d = v128.load(q);
      ab = i32x4.shuffle(a, b, 0, 4, 1, 5); cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
      s1 = f32x4.add(s1, f32x4.mul(i64x2.shuffle(ab, cd, 0, 2), x0));
      s1 = f32x4.add(s1, f32x4.mul(i64x2.shuffle(ab, cd, 1, 3), x1));
      ab = i32x4.shuffle(a, b, 2, 6, 3, 7); cd = i32x4.shuffle(c, d, 2, 6, 3, 7);
      s1 = f32x4.add(s1, f32x4.mul(i64x2.shuffle(ab, cd, 0, 2), x2));
      s1 = f32x4.add(s1, f32x4.mul(i64x2.shuffle(ab, cd, 1, 3), x3));
      p += 16;
    }
    v128.store(o, s0);
    v128.store(o, s1, 16);
    for (let i = 0; i < 8 && k < depth; i++) {
      let sum = load<f32>(o + (<usize>i << 2));
      for (let j = k; j < depth; j++)
        sum += load<f32>(w + <usize>(m + i) * rowBytes + (<usize>j << 2)) * load<f32>(x + (<usize>j << 2));
      store<f32>(o + (<usize>i << 2), sum);
    }
  }
}

/** out[row] = sum over depth of w[row, depth] * x[depth]: int8 weights, int16 x, int32 sums. */
export function rowDotsI8(w: usize, x: usize, out: usize, rows: i32, depth: i32): void {
  const whole = depth & ~15;
  for (let m = 0; m < rows; m++) {
    let s0 = i32x4.splat(0), s1 = i32x4.splat(0);
    let k = 0;
    for (; k < whole; k += 16) {
      const p = x + (<usize>k << 1);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(w + k), v128.load(p)));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(w + k, 8), v128.load(p, 16)));
    }
    s0 = i32x4.add(s0, s1);
    let sum = i32x4.extract_lane(s0, 0) + i32x4.extract_lane(s0, 1) + i32x4.extract_lane(s0, 2) + i32x4.extract_lane(s0, 3);
    for (; k < depth; k++) sum += <i32>load<i8>(w + k) * <i32>load<i16>(x + (<usize>k << 1));
    store<i32>(out + (<usize>m << 2), sum);
    w += depth;
  }
}
