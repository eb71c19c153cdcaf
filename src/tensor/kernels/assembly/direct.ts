/**
 * One plane of a depthwise convolution: adds to out[P, Q] what R x S taps of one channel give, tap after tap.
 * Lanes are neighbours in an ofmap row; at stride 2 the even lanes of two vectors. The ifmap plane is already padded.
 */
export function directF32(
  x: usize, w: usize, out: usize,
  P: i32, Q: i32, R: i32, S: i32, width: i32, strideY: i32, strideX: i32, dilationY: i32, dilationX: i32,
): void {
  const whole = strideX <= 2 ? Q & ~3 : 0;
  for (let p = 0; p < P; p++) {
    const row = x + (<usize>(p * strideY * width) << 2);
    for (let q = 0; q < whole; q += 4) {
      const corner = row + (<usize>(q * strideX) << 2);
      let sum = v128.load(out);
      let tap = w;
      for (let r = 0; r < R; r++) {
        let i = corner + (<usize>(r * dilationY * width) << 2);
        for (let s = 0; s < S; s++) {
          let v = v128.load(i);
          if (strideX == 2) v = i32x4.shuffle(v, v128.load(i, 16), 0, 2, 4, 6);
          sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(tap), v));
          tap += 4;
          i += <usize>dilationX << 2;
        }
      }
      v128.store(out, sum);
      out += 16;
    }
    for (let q = whole; q < Q; q++) {
      const corner = row + (<usize>(q * strideX) << 2);
      let sum = load<f32>(out);
      let tap = w;
      for (let r = 0; r < R; r++) {
        let i = corner + (<usize>(r * dilationY * width) << 2);
        for (let s = 0; s < S; s++) {
          sum += load<f32>(tap) * load<f32>(i);
          tap += 4;
          i += <usize>dilationX << 2;
        }
      }
      store<f32>(out, sum);
      out += 4;
    }
  }
}

/** The same in int32 words whose values fit int16; taps keep only their low half (see scatter.ts). */
export function directI32(
  x: usize, w: usize, out: usize,
  P: i32, Q: i32, R: i32, S: i32, width: i32, strideY: i32, strideX: i32, dilationY: i32, dilationX: i32,
): void {
  const low = i32x4.splat(0xffff);
  const whole = strideX <= 2 ? Q & ~3 : 0;
  for (let p = 0; p < P; p++) {
    const row = x + (<usize>(p * strideY * width) << 2);
    for (let q = 0; q < whole; q += 4) {
      const corner = row + (<usize>(q * strideX) << 2);
      let sum = v128.load(out);
      let tap = w;
      for (let r = 0; r < R; r++) {
        let i = corner + (<usize>(r * dilationY * width) << 2);
        for (let s = 0; s < S; s++) {
          let v = v128.load(i);
          if (strideX == 2) v = i32x4.shuffle(v, v128.load(i, 16), 0, 2, 4, 6);
          sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.and(v128.load32_splat(tap), low), v));
          tap += 4;
          i += <usize>dilationX << 2;
        }
      }
      v128.store(out, sum);
      out += 16;
    }
    for (let q = whole; q < Q; q++) {
      const corner = row + (<usize>(q * strideX) << 2);
      let sum = load<i32>(out);
      let tap = w;
      for (let r = 0; r < R; r++) {
        let i = corner + (<usize>(r * dilationY * width) << 2);
        for (let s = 0; s < S; s++) {
          sum += load<i32>(tap) * load<i32>(i);
          tap += 4;
          i += <usize>dilationX << 2;
        }
      }
      store<i32>(out, sum);
      out += 4;
    }
  }
}
