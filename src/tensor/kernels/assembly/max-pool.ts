/** Max pooling for training: 2x2 windows side by side in SIMD, any other window with the winner remembered. */

/** 2x2 at stride 2 without padding: [planes, H, W] -> [planes, P, Q] with P = H / 2 and Q = W / 2 rounded down. */
export function maxPool2x2F32(x: usize, out: usize, planes: i32, H: i32, W: i32): void {
  const P = H >> 1, Q = W >> 1;
  const rowBytes = <usize>W << 2;
  for (let c = 0; c < planes; c++) {
    for (let p = 0; p < P; p++) {
      let a = x + <usize>(2 * p) * rowBytes;
      let b = a + rowBytes;
      let q = 0;
      for (; q + 4 <= Q; q += 4) {
        const m0 = f32x4.pmax(v128.load(a), v128.load(b));
        const m1 = f32x4.pmax(v128.load(a, 16), v128.load(b, 16));
        v128.store(out, f32x4.pmax(i32x4.shuffle(m0, m1, 0, 2, 4, 6), i32x4.shuffle(m0, m1, 1, 3, 5, 7)));
        a += 32; b += 32; out += 16;
      }
      for (; q < Q; q++) {
        store<f32>(out, max<f32>(max<f32>(load<f32>(a), load<f32>(a, 4)), max<f32>(load<f32>(b), load<f32>(b, 4))));
        a += 8; b += 8; out += 4;
      }
    }
    x += <usize>H * rowBytes;
  }
}

/** The gradient goes to the first value of a window that equals its maximum; `to` += or, over the pooled area, =. */
export function maxPool2x2BackwardF32(
  x: usize, value: usize, gradient: usize, to: usize, planes: i32, H: i32, W: i32, accumulate: i32,
): void {
  const P = H >> 1, Q = W >> 1;
  const rowBytes = <usize>W << 2;
  const keep = i32x4.splat(accumulate ? -1 : 0);
  for (let c = 0; c < planes; c++) {
    for (let p = 0; p < P; p++) {
      const row = <usize>(2 * p) * rowBytes;
      let a = x + row;
      let t = to + row;
      let q = 0;
      for (; q + 4 <= Q; q += 4) {
        const a0 = v128.load(a), a1 = v128.load(a, 16);
        const b = a + rowBytes;
        const b0 = v128.load(b), b1 = v128.load(b, 16);
        const v = v128.load(value);
        let g = v128.load(gradient);
        let hit = f32x4.eq(i32x4.shuffle(a0, a1, 0, 2, 4, 6), v);
        const g00 = v128.and(g, hit);
        g = v128.andnot(g, hit);
        hit = f32x4.eq(i32x4.shuffle(a0, a1, 1, 3, 5, 7), v);
        const g01 = v128.and(g, hit);
        g = v128.andnot(g, hit);
        hit = f32x4.eq(i32x4.shuffle(b0, b1, 0, 2, 4, 6), v);
        const g10 = v128.and(g, hit);
        const g11 = v128.andnot(g, hit);
        const u = t + rowBytes;
        v128.store(t, f32x4.add(i32x4.shuffle(g00, g01, 0, 4, 1, 5), v128.and(v128.load(t), keep)));
        v128.store(t, f32x4.add(i32x4.shuffle(g00, g01, 2, 6, 3, 7), v128.and(v128.load(t, 16), keep)), 16);
        v128.store(u, f32x4.add(i32x4.shuffle(g10, g11, 0, 4, 1, 5), v128.and(v128.load(u), keep)));
        v128.store(u, f32x4.add(i32x4.shuffle(g10, g11, 2, 6, 3, 7), v128.and(v128.load(u, 16), keep)), 16);
        a += 32; t += 32; value += 16; gradient += 16;
      }
      for (; q < Q; q++) {
        const v = load<f32>(value), g = load<f32>(gradient);
        const b = a + rowBytes, u = t + rowBytes;
        if (!accumulate) {
          store<f32>(t, 0); store<f32>(t, 0, 4); store<f32>(u, 0); store<f32>(u, 0, 4);
        }
        const hit = load<f32>(a) == v ? t : load<f32>(a, 4) == v ? t + 4 : load<f32>(b) == v ? u : u + 4;
        store<f32>(hit, load<f32>(hit) + g);
        a += 8; t += 8; value += 4; gradient += 4;
      }
    }
    x += <usize>H * rowBytes;
    to += <usize>H * rowBytes;
  }
}

/** Any window over one plane; `winner` gets, for each value, the index in the plane of the first largest one. */
export function maxPoolF32(
  x: usize, out: usize, winner: usize, H: i32, W: i32, P: i32, Q: i32, R: i32, S: i32,
  strideY: i32, strideX: i32, padTop: i32, padLeft: i32, dilationY: i32, dilationX: i32,
): void {
  for (let p = 0; p < P; p++)
    for (let q = 0; q < Q; q++) {
      let best: f32 = -Infinity;
      let at = -1;
      for (let r = 0; r < R; r++) {
        const y = p * strideY - padTop + r * dilationY;
        if (y < 0 || y >= H) continue;
        for (let s = 0; s < S; s++) {
          const column = q * strideX - padLeft + s * dilationX;
          if (column < 0 || column >= W) continue;
          const i = y * W + column;
          const v = load<f32>(x + (<usize>i << 2));
          // Not "larger than": a NaN wins and stays.
          if (at < 0 || !(v <= best)) {
            best = v;
            at = i;
          }
        }
      }
      store<f32>(out, best);
      store<i32>(winner, at);
      out += 4;
      winner += 4;
    }
}
