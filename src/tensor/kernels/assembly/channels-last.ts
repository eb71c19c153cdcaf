/**
 * Between maps as they lie, channel by channel, and grids with the channels last, as Winograd's transforms want them:
 * four channels by four columns are turned at a time. A grid has `channels` words a position, a multiple of four; those
 * behind the last channel are left alone when it is written. Strides are in elements.
 */

/** grid[y, x, c] = planes[c, y, x]. */
export function toChannelsLastF32(
  from: usize, grid: usize, planes: i32, rows: i32, cols: i32,
  fromPlane: i32, fromRow: i32, gridRow: i32, channels: i32,
): void {
  const plane = <usize>fromPlane << 2, pixel = <usize>channels << 2;
  const whole = cols & ~3;
  let c = 0;
  for (; c + 4 <= planes; c += 4)
    for (let y = 0; y < rows; y++) {
      let p = from + <usize>c * plane + (<usize>(y * fromRow) << 2);
      let g = grid + (<usize>(y * gridRow + c) << 2);
      for (let x = 0; x < whole; x += 4) {
        turn(v128.load(p), v128.load(p + plane), v128.load(p + 2 * plane), v128.load(p + 3 * plane), g, pixel, false);
        p += 16; g += pixel << 2;
      }
      for (let x = whole; x < cols; x++) {
        store<f32>(g, load<f32>(p)); store<f32>(g, load<f32>(p + plane), 4);
        store<f32>(g, load<f32>(p + 2 * plane), 8); store<f32>(g, load<f32>(p + 3 * plane), 12);
        p += 4; g += pixel;
      }
    }
  for (; c < planes; c++)
    for (let y = 0; y < rows; y++) {
      let p = from + <usize>c * plane + (<usize>(y * fromRow) << 2);
      let g = grid + (<usize>(y * gridRow + c) << 2);
      for (let x = 0; x < cols; x++) {
        store<f32>(g, load<f32>(p));
        p += 4; g += pixel;
      }
    }
}

/** planes[c, y, x] = or += grid[y, x, c]. */
export function fromChannelsLastF32(
  grid: usize, to: usize, planes: i32, rows: i32, cols: i32,
  gridRow: i32, channels: i32, toPlane: i32, toRow: i32, accumulate: i32,
): void {
  const plane = <usize>toPlane << 2, pixel = <usize>channels << 2;
  const whole = cols & ~3;
  let c = 0;
  for (; c + 4 <= planes; c += 4)
    for (let y = 0; y < rows; y++) {
      let g = grid + (<usize>(y * gridRow + c) << 2);
      let p = to + <usize>c * plane + (<usize>(y * toRow) << 2);
      for (let x = 0; x < whole; x += 4) {
        const next = g + pixel;
        turn(v128.load(g), v128.load(next), v128.load(next + pixel), v128.load(next + 2 * pixel), p, plane, accumulate != 0);
        p += 16; g += pixel << 2;
      }
      for (let x = whole; x < cols; x++) {
        for (let i: usize = 0; i < 4; i++) {
          const q = p + i * plane;
          const v = load<f32>(g + (i << 2));
          store<f32>(q, accumulate ? load<f32>(q) + v : v);
        }
        p += 4; g += pixel;
      }
    }
  for (; c < planes; c++)
    for (let y = 0; y < rows; y++) {
      let g = grid + (<usize>(y * gridRow + c) << 2);
      let p = to + <usize>c * plane + (<usize>(y * toRow) << 2);
      for (let x = 0; x < cols; x++) {
        store<f32>(p, accumulate ? load<f32>(p) + load<f32>(g) : load<f32>(g));
        p += 4; g += pixel;
      }
    }
}

/** Dense planes [planes, rows, cols] = clamp(grid + bias); there are `channels` biases. */
export function finishChannelsF32(
  grid: usize, out: usize, bias: usize, planes: i32, rows: i32, cols: i32,
  gridRow: i32, channels: i32, low: f32, high: f32,
): void {
  const plane = <usize>(rows * cols) << 2, pixel = <usize>channels << 2;
  const whole = cols & ~3;
  const lows = f32x4.splat(low), highs = f32x4.splat(high);
  let c = 0;
  for (; c + 4 <= planes; c += 4) {
    const adds = v128.load(bias + (<usize>c << 2));
    let row = out + <usize>c * plane;
    for (let y = 0; y < rows; y++) {
      let g = grid + (<usize>(y * gridRow + c) << 2);
      let p = row;
      for (let x = 0; x < whole; x += 4) {
        // With the value first, pmax and pmin keep NaN; min and max would too, but are several instructions each.
        const v0 = f32x4.pmin(f32x4.pmax(f32x4.add(v128.load(g), adds), lows), highs); g += pixel;
        const v1 = f32x4.pmin(f32x4.pmax(f32x4.add(v128.load(g), adds), lows), highs); g += pixel;
        const v2 = f32x4.pmin(f32x4.pmax(f32x4.add(v128.load(g), adds), lows), highs); g += pixel;
        const v3 = f32x4.pmin(f32x4.pmax(f32x4.add(v128.load(g), adds), lows), highs); g += pixel;
        turn(v0, v1, v2, v3, p, plane, false);
        p += 16;
      }
      for (let x = whole; x < cols; x++) {
        const v = f32x4.pmin(f32x4.pmax(f32x4.add(v128.load(g), adds), lows), highs);
        v128.store32_lane(p, v, 0); v128.store32_lane(p + plane, v, 1);
        v128.store32_lane(p + 2 * plane, v, 2); v128.store32_lane(p + 3 * plane, v, 3);
        p += 4; g += pixel;
      }
      row += <usize>cols << 2;
    }
  }
  for (; c < planes; c++) {
    const add = load<f32>(bias + (<usize>c << 2));
    let p = out + <usize>c * plane;
    for (let y = 0; y < rows; y++) {
      let g = grid + (<usize>(y * gridRow + c) << 2);
      for (let x = 0; x < cols; x++) {
        store<f32>(p, min<f32>(max<f32>(load<f32>(g) + add, low), high));
        p += 4; g += pixel;
      }
    }
  }
}

/**
 * grid = gradient where the clamp let the value through (low < value < high), else 0; the sum of each plane is added to
 * its bias gradient.
 */
export function maskChannelsF32(
  gradient: usize, value: usize, grid: usize, biasGradient: usize, planes: i32, rows: i32, cols: i32,
  gridRow: i32, channels: i32, low: f32, high: f32,
): void {
  const plane = <usize>(rows * cols) << 2, pixel = <usize>channels << 2;
  const whole = cols & ~3;
  const lows = f32x4.splat(low), highs = f32x4.splat(high);
  let c = 0;
  for (; c + 4 <= planes; c += 4) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0), rest = f32x4.splat(0);
    let d = gradient + <usize>c * plane, v = value + <usize>c * plane;
    for (let y = 0; y < rows; y++) {
      let g = grid + (<usize>(y * gridRow + c) << 2);
      for (let x = 0; x < whole; x += 4) {
        const g0 = passed(v128.load(d), v128.load(v), lows, highs);
        const g1 = passed(v128.load(d + plane), v128.load(v + plane), lows, highs);
        const g2 = passed(v128.load(d + 2 * plane), v128.load(v + 2 * plane), lows, highs);
        const g3 = passed(v128.load(d + 3 * plane), v128.load(v + 3 * plane), lows, highs);
        s0 = f32x4.add(s0, g0); s1 = f32x4.add(s1, g1); s2 = f32x4.add(s2, g2); s3 = f32x4.add(s3, g3);
        turn(g0, g1, g2, g3, g, pixel, false);
        d += 16; v += 16; g += pixel << 2;
      }
      for (let x = whole; x < cols; x++) {
        const t = passed(four(d, plane), four(v, plane), lows, highs);
        rest = f32x4.add(rest, t);
        v128.store(g, t);
        d += 4; v += 4; g += pixel;
      }
    }
    const b = biasGradient + (<usize>c << 2);
    const low01 = i32x4.shuffle(s0, s1, 0, 4, 1, 5), high01 = i32x4.shuffle(s0, s1, 2, 6, 3, 7);
    const low23 = i32x4.shuffle(s2, s3, 0, 4, 1, 5), high23 = i32x4.shuffle(s2, s3, 2, 6, 3, 7);
    const first = f32x4.add(low01, high01), second = f32x4.add(low23, high23);
    const sums = f32x4.add(i64x2.shuffle(first, second, 0, 2), i64x2.shuffle(first, second, 1, 3));
    v128.store(b, f32x4.add(v128.load(b), f32x4.add(sums, rest)));
  }
  for (; c < planes; c++) {
    let sum: f32 = 0;
    let d = gradient + <usize>c * plane, v = value + <usize>c * plane;
    for (let y = 0; y < rows; y++) {
      let g = grid + (<usize>(y * gridRow + c) << 2);
      for (let x = 0; x < cols; x++) {
        const at = load<f32>(v);
        const t: f32 = at > low && at < high ? load<f32>(d) : 0;
        store<f32>(g, t);
        sum += t;
        d += 4; v += 4; g += pixel;
      }
    }
    const b = biasGradient + (<usize>c << 2);
    store<f32>(b, load<f32>(b) + sum);
  }
}

// @ts-ignore: decorator
@inline
function passed(gradient: v128, value: v128, lows: v128, highs: v128): v128 {
  return v128.and(gradient, v128.and(f32x4.gt(value, lows), f32x4.lt(value, highs)));
}

/** One word of each of four planes. */
// @ts-ignore: decorator
@inline
function four(p: usize, plane: usize): v128 {
  let v = v128.load32_zero(p);
  v = v128.load32_lane(p + plane, v, 1);
  v = v128.load32_lane(p + 2 * plane, v, 2);
  return v128.load32_lane(p + 3 * plane, v, 3);
}

/** Four vectors turned about the diagonal, stored (or added) `step` bytes apart. */
// @ts-ignore: decorator
@inline
function turn(v0: v128, v1: v128, v2: v128, v3: v128, to: usize, step: usize, add: bool): void {
  const low01 = i32x4.shuffle(v0, v1, 0, 4, 1, 5), high01 = i32x4.shuffle(v0, v1, 2, 6, 3, 7);
  const low23 = i32x4.shuffle(v2, v3, 0, 4, 1, 5), high23 = i32x4.shuffle(v2, v3, 2, 6, 3, 7);
  put(to, i64x2.shuffle(low01, low23, 0, 2), add); to += step;
  put(to, i64x2.shuffle(low01, low23, 1, 3), add); to += step;
  put(to, i64x2.shuffle(high01, high23, 0, 2), add); to += step;
  put(to, i64x2.shuffle(high01, high23, 1, 3), add);
}

// @ts-ignore: decorator
@inline
function put(to: usize, value: v128, add: bool): void {
  v128.store(to, add ? f32x4.add(v128.load(to), value) : value);
}
