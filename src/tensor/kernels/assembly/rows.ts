/** Training's passes over planes of float32 rows: moving them between dense maps and padded grids, with what can be done on the way. */

/** Copies (or, with `accumulate`, adds) a box [planes, rows, cols]; strides are in elements. */
export function copyBoxF32(
  from: usize, to: usize, planes: i32, rows: i32, cols: i32,
  fromPlane: i32, fromRow: i32, fromCol: i32, toPlane: i32, toRow: i32, toCol: i32, accumulate: i32,
): void {
  const whole = fromCol == 1 && toCol == 1 ? cols & ~3 : 0;
  const fromStep = <usize>fromCol << 2, toStep = <usize>toCol << 2;
  for (let c = 0; c < planes; c++)
    for (let y = 0; y < rows; y++) {
      let p = from + (<usize>(c * fromPlane + y * fromRow) << 2);
      let q = to + (<usize>(c * toPlane + y * toRow) << 2);
      if (accumulate) {
        for (let x = 0; x < whole; x += 4) {
          v128.store(q, f32x4.add(v128.load(q), v128.load(p)));
          p += 16; q += 16;
        }
        for (let x = whole; x < cols; x++) {
          store<f32>(q, load<f32>(q) + load<f32>(p));
          p += fromStep; q += toStep;
        }
      } else {
        for (let x = 0; x < whole; x += 4) {
          v128.store(q, v128.load(p));
          p += 16; q += 16;
        }
        for (let x = whole; x < cols; x++) {
          store<f32>(q, load<f32>(p));
          p += fromStep; q += toStep;
        }
      }
    }
}

/** Dense planes [planes, rows, cols] = clamp(grid + bias); the grid may be those planes themselves. */
export function finishRowsF32(
  grid: usize, out: usize, bias: usize, planes: i32, rows: i32, cols: i32,
  gridPlane: i32, gridRow: i32, low: f32, high: f32,
): void {
  const whole = cols & ~3;
  const lows = f32x4.splat(low), highs = f32x4.splat(high);
  for (let c = 0; c < planes; c++) {
    const add = load<f32>(bias + (<usize>c << 2));
    const adds = f32x4.splat(add);
    for (let y = 0; y < rows; y++) {
      let p = grid + (<usize>(c * gridPlane + y * gridRow) << 2);
      for (let x = 0; x < whole; x += 4) {
        // With the value first, pmax and pmin keep NaN; min and max would too, but are several instructions each.
        v128.store(out, f32x4.pmin(f32x4.pmax(f32x4.add(v128.load(p), adds), lows), highs));
        p += 16; out += 16;
      }
      for (let x = whole; x < cols; x++) {
        store<f32>(out, min<f32>(max<f32>(load<f32>(p) + add, low), high));
        p += 4; out += 4;
      }
    }
  }
}

/**
 * grid = gradient where the clamp let the value through (low < value < high), else 0; the sum of each plane is added to
 * its bias gradient. What lies between the rows of the grid stays as it is.
 */
export function maskRowsF32(
  gradient: usize, value: usize, grid: usize, biasGradient: usize, planes: i32, rows: i32, cols: i32,
  gridPlane: i32, gridRow: i32, low: f32, high: f32,
): void {
  const whole = cols & ~3;
  const lows = f32x4.splat(low), highs = f32x4.splat(high);
  for (let c = 0; c < planes; c++) {
    let sums = f32x4.splat(0);
    let sum: f32 = 0;
    for (let y = 0; y < rows; y++) {
      let q = grid + (<usize>(c * gridPlane + y * gridRow) << 2);
      for (let x = 0; x < whole; x += 4) {
        const v = v128.load(value);
        const g = v128.and(v128.load(gradient), v128.and(f32x4.gt(v, lows), f32x4.lt(v, highs)));
        v128.store(q, g);
        sums = f32x4.add(sums, g);
        gradient += 16; value += 16; q += 16;
      }
      for (let x = whole; x < cols; x++) {
        const v = load<f32>(value);
        const g: f32 = v > low && v < high ? load<f32>(gradient) : 0;
        store<f32>(q, g);
        sum += g;
        gradient += 4; value += 4; q += 4;
      }
    }
    const b = biasGradient + (<usize>c << 2);
    sum += f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3);
    store<f32>(b, load<f32>(b) + sum);
  }
}

/** out[i] = x[map[i]], or `absent` where map[i] is negative. */
export function gatherF32(x: usize, map: usize, out: usize, count: i32, absent: f32): void {
  const end = map + (<usize>count << 2);
  for (; map < end; map += 4) {
    const i = load<i32>(map);
    store<f32>(out, i < 0 ? absent : load<f32>(x + (<usize>i << 2)));
    out += 4;
  }
}

/** The way back: x[map[i]] += out[i]. */
export function gatherBackwardF32(x: usize, map: usize, out: usize, count: i32): void {
  const end = map + (<usize>count << 2);
  for (; map < end; map += 4) {
    const i = load<i32>(map);
    if (i >= 0) {
      const p = x + (<usize>i << 2);
      store<f32>(p, load<f32>(p) + load<f32>(out));
    }
    out += 4;
  }
}
