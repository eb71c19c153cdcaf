/**
 * Winograd's minimal filtering with tiles of 6x6: F(4x4, 3x3) spends 36 multiplications a channel on 16 outputs of a 3x3
 * filter instead of 144, F(2x2, 5x5) spends 36 on 4 outputs of a 5x5 filter instead of 100 (Lavin and Gray, CVPR 2016,
 * section 4). Both interpolate at 0, 1, -1, 2, -2 and infinity, so they share the ifmap's transform. Here are the
 * transforms of maps, forward and adjoint; between them lie 36 GEMMs.
 *
 * Maps lie channels last and lanes are channels, a multiple of four, so that nothing is shuffled:
 *
 *   grid        [m tileRows + 6 - m][m tileCols + 6 - m][channels], tile (p, q) reads 6 x 6 positions from (m p, m q) on
 *   result      [m tileRows][m tileCols][channels], of which tile (p, q) makes m x m, m = 4 or 2
 *   transformed [36][tiles][channels], `component` elements from one to the next; a tile's index is p * tileCols + q
 *   spare       576 bytes, where a tile lies between the two halves of its transform
 */

/** transformed = B^T d B. */
export function winogradInputF32(
  grid: usize, to: usize, spare: usize, tileRows: i32, tileCols: i32, m: i32, channels: i32, component: i32,
): void {
  const pixel = <usize>channels << 2;
  const row = <usize>(m * tileCols + 6 - m) * pixel;
  const next = <usize>component << 2;
  for (let p = 0; p < tileRows; p++)
    for (let q = 0; q < tileCols; q++) {
      const tile = grid + <usize>(p * m) * row + <usize>(q * m) * pixel;
      for (let c: usize = 0; c < pixel; c += 16) {
        let x = tile + c, s = spare;
        for (let i = 0; i < 6; i++) {
          inputHalf(x, row, s, 96);
          x += pixel; s += 16;
        }
        let o = to + c;
        s = spare;
        for (let i = 0; i < 6; i++) {
          inputHalf(s, 16, o, next);
          s += 96; o += 6 * next;
        }
      }
      to += pixel;
    }
}

/** grid += B t B^T, tiles overlapping. */
export function winogradInputBackwardF32(
  from: usize, grid: usize, spare: usize, tileRows: i32, tileCols: i32, m: i32, channels: i32, component: i32,
): void {
  const pixel = <usize>channels << 2;
  const row = <usize>(m * tileCols + 6 - m) * pixel;
  const next = <usize>component << 2;
  for (let p = 0; p < tileRows; p++)
    for (let q = 0; q < tileCols; q++) {
      const tile = grid + <usize>(p * m) * row + <usize>(q * m) * pixel;
      for (let c: usize = 0; c < pixel; c += 16) {
        let t = from + c, s = spare;
        for (let i = 0; i < 6; i++) {
          inputBackHalf(t, 6 * next, s, 96, false);
          t += next; s += 16;
        }
        let x = tile + c;
        s = spare;
        for (let i = 0; i < 6; i++) {
          inputBackHalf(s, 16, x, pixel, true);
          s += 96; x += row;
        }
      }
      from += pixel;
    }
}

/** result = A^T t A. */
export function winogradOutputF32(
  from: usize, result: usize, spare: usize, tileRows: i32, tileCols: i32, m: i32, channels: i32, component: i32,
): void {
  const pixel = <usize>channels << 2;
  const row = <usize>(m * tileCols) * pixel;
  const next = <usize>component << 2;
  for (let p = 0; p < tileRows; p++)
    for (let q = 0; q < tileCols; q++) {
      const tile = result + <usize>(p * m) * row + <usize>(q * m) * pixel;
      for (let c: usize = 0; c < pixel; c += 16) {
        let t = from + c, s = spare;
        for (let i = 0; i < 6; i++) {
          outputHalf(t, 6 * next, s, 96, m);
          t += next; s += 16;
        }
        let y = tile + c;
        s = spare;
        for (let i = 0; i < m; i++) {
          outputHalf(s, 16, y, pixel, m);
          s += 96; y += row;
        }
      }
      from += pixel;
    }
}

/** transformed = A dy A^T. */
export function winogradOutputBackwardF32(
  result: usize, to: usize, spare: usize, tileRows: i32, tileCols: i32, m: i32, channels: i32, component: i32,
): void {
  const pixel = <usize>channels << 2;
  const row = <usize>(m * tileCols) * pixel;
  const next = <usize>component << 2;
  for (let p = 0; p < tileRows; p++)
    for (let q = 0; q < tileCols; q++) {
      const tile = result + <usize>(p * m) * row + <usize>(q * m) * pixel;
      for (let c: usize = 0; c < pixel; c += 16) {
        let y = tile + c, s = spare;
        for (let i = 0; i < m; i++) {
          outputBackHalf(y, row, s, 96, m);
          y += pixel; s += 16;
        }
        let o = to + c;
        s = spare;
        for (let i = 0; i < 6; i++) {
          outputBackHalf(s, 16, o, next, m);
          s += 96; o += 6 * next;
        }
      }
      to += pixel;
    }
}

// Each half takes a column of vectors `step` bytes apart to another, `skip` bytes apart.

// @ts-ignore: decorator
@inline
function inputHalf(x: usize, step: usize, to: usize, skip: usize): void {
  const d0 = v128.load(x); x += step;
  const d1 = v128.load(x); x += step;
  const d2 = v128.load(x); x += step;
  const d3 = v128.load(x); x += step;
  const d4 = v128.load(x); x += step;
  const d5 = v128.load(x);
  const four = f32x4.splat(4), five = f32x4.splat(5);
  const a = f32x4.sub(d4, f32x4.mul(four, d2)), b = f32x4.sub(d3, f32x4.mul(four, d1));
  const c = f32x4.sub(d4, d2);
  let e = f32x4.sub(d3, d1);
  e = f32x4.add(e, e);
  v128.store(to, f32x4.add(f32x4.sub(f32x4.mul(four, d0), f32x4.mul(five, d2)), d4)); to += skip;
  v128.store(to, f32x4.add(a, b)); to += skip;
  v128.store(to, f32x4.sub(a, b)); to += skip;
  v128.store(to, f32x4.add(c, e)); to += skip;
  v128.store(to, f32x4.sub(c, e)); to += skip;
  v128.store(to, f32x4.add(f32x4.sub(f32x4.mul(four, d1), f32x4.mul(five, d3)), d5));
}

// @ts-ignore: decorator
@inline
function inputBackHalf(t: usize, step: usize, to: usize, skip: usize, add: bool): void {
  const t0 = v128.load(t); t += step;
  const t1 = v128.load(t); t += step;
  const t2 = v128.load(t); t += step;
  const t3 = v128.load(t); t += step;
  const t4 = v128.load(t); t += step;
  const t5 = v128.load(t);
  const four = f32x4.splat(4), five = f32x4.splat(5);
  const sum12 = f32x4.add(t1, t2), sum34 = f32x4.add(t3, t4);
  const gap12 = f32x4.sub(t1, t2);
  let gap34 = f32x4.sub(t3, t4);
  gap34 = f32x4.add(gap34, gap34);
  put(to, f32x4.mul(four, t0), add); to += skip;
  put(to, f32x4.sub(f32x4.mul(four, f32x4.sub(t5, gap12)), gap34), add); to += skip;
  put(to, f32x4.sub(f32x4.neg(f32x4.add(f32x4.mul(five, t0), f32x4.mul(four, sum12))), sum34), add); to += skip;
  put(to, f32x4.sub(f32x4.add(gap12, gap34), f32x4.mul(five, t5)), add); to += skip;
  put(to, f32x4.add(f32x4.add(t0, sum12), sum34), add); to += skip;
  put(to, t5, add);
}

// @ts-ignore: decorator
@inline
function put(to: usize, value: v128, add: bool): void {
  v128.store(to, add ? f32x4.add(v128.load(to), value) : value);
}

// @ts-ignore: decorator
@inline
function outputHalf(t: usize, step: usize, to: usize, skip: usize, m: i32): void {
  const t0 = v128.load(t); t += step;
  const t1 = v128.load(t); t += step;
  const t2 = v128.load(t); t += step;
  const t3 = v128.load(t); t += step;
  const t4 = v128.load(t); t += step;
  const t5 = v128.load(t);
  const sum12 = f32x4.add(t1, t2), sum34 = f32x4.add(t3, t4);
  const gap12 = f32x4.sub(t1, t2);
  let gap34 = f32x4.sub(t3, t4);
  gap34 = f32x4.add(gap34, gap34);
  v128.store(to, f32x4.add(f32x4.add(t0, sum12), sum34)); to += skip;
  if (m == 2) {
    v128.store(to, f32x4.add(f32x4.add(gap12, gap34), t5));
    return;
  }
  const four = f32x4.splat(4);
  v128.store(to, f32x4.add(gap12, gap34)); to += skip;
  v128.store(to, f32x4.add(sum12, f32x4.mul(four, sum34))); to += skip;
  v128.store(to, f32x4.add(f32x4.add(gap12, f32x4.mul(four, gap34)), t5));
}

// @ts-ignore: decorator
@inline
function outputBackHalf(y: usize, step: usize, to: usize, skip: usize, m: i32): void {
  const y0 = v128.load(y); y += step;
  const y1 = v128.load(y);
  v128.store(to, y0); to += skip;
  if (m == 2) {
    v128.store(to, f32x4.add(y0, y1)); to += skip;
    v128.store(to, f32x4.sub(y0, y1)); to += skip;
    const twice = f32x4.add(y1, y1);
    v128.store(to, f32x4.add(y0, twice)); to += skip;
    v128.store(to, f32x4.sub(y0, twice)); to += skip;
    v128.store(to, y1);
    return;
  }
  y += step;
  const y2 = v128.load(y); y += step;
  const y3 = v128.load(y);
  const four = f32x4.splat(4);
  let even = f32x4.add(y0, y2), odd = f32x4.add(y1, y3);
  v128.store(to, f32x4.add(even, odd)); to += skip;
  v128.store(to, f32x4.sub(even, odd)); to += skip;
  even = f32x4.add(y0, f32x4.mul(four, y2));
  odd = f32x4.add(y1, f32x4.mul(four, y3));
  odd = f32x4.add(odd, odd);
  v128.store(to, f32x4.add(even, odd)); to += skip;
  v128.store(to, f32x4.sub(even, odd)); to += skip;
  v128.store(to, y3);
}
