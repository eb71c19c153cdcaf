/** Training's passes over one run of float32 values: clamps, sums, and what batch norm needs. */

/** out = clamp(x). */
export function clampF32(x: usize, out: usize, count: i32, low: f32, high: f32): void {
  const lows = f32x4.splat(low), highs = f32x4.splat(high);
  const end = out + (<usize>count << 2), whole = out + (<usize>(count & ~3) << 2);
  for (; out < whole; out += 16) {
    v128.store(out, f32x4.pmin(f32x4.pmax(v128.load(x), lows), highs));
    x += 16;
  }
  for (; out < end; out += 4) {
    store<f32>(out, min<f32>(max<f32>(load<f32>(x), low), high));
    x += 4;
  }
}

/** to = or += gradient where low < value < high, else 0. */
export function clampBackwardF32(
  gradient: usize, value: usize, to: usize, count: i32, low: f32, high: f32, accumulate: i32,
): void {
  const lows = f32x4.splat(low), highs = f32x4.splat(high);
  const keep = i32x4.splat(accumulate ? -1 : 0);
  const end = to + (<usize>count << 2), whole = to + (<usize>(count & ~3) << 2);
  for (; to < whole; to += 16) {
    const v = v128.load(value);
    const g = v128.and(v128.load(gradient), v128.and(f32x4.gt(v, lows), f32x4.lt(v, highs)));
    v128.store(to, f32x4.add(g, v128.and(v128.load(to), keep)));
    gradient += 16; value += 16;
  }
  for (; to < end; to += 4) {
    const v = load<f32>(value);
    const g: f32 = v > low && v < high ? load<f32>(gradient) : 0;
    store<f32>(to, accumulate ? load<f32>(to) + g : g);
    gradient += 4; value += 4;
  }
}

/** The sum of x. Lanes in float32: the caller adds plane to plane in float64. */
export function sumF32(x: usize, count: i32): f32 {
  let sums = f32x4.splat(0);
  const end = x + (<usize>count << 2), whole = x + (<usize>(count & ~3) << 2);
  for (; x < whole; x += 16) sums = f32x4.add(sums, v128.load(x));
  let sum = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3);
  for (; x < end; x += 4) sum += load<f32>(x);
  return sum;
}

/** The sum of gradient * (x - mean); with gradient = x - mean it would be the variance, which is what a null gradient asks for. */
export function centredDotF32(gradient: usize, x: usize, count: i32, mean: f32): f32 {
  const means = f32x4.splat(mean);
  let sums = f32x4.splat(0);
  const end = x + (<usize>count << 2), whole = x + (<usize>(count & ~3) << 2);
  for (; x < whole; x += 16) {
    const v = f32x4.sub(v128.load(x), means);
    if (gradient) {
      sums = f32x4.add(sums, f32x4.mul(v128.load(gradient), v));
      gradient += 16;
    } else sums = f32x4.add(sums, f32x4.mul(v, v));
  }
  let sum = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3);
  for (; x < end; x += 4) {
    const v = load<f32>(x) - mean;
    if (gradient) {
      sum += load<f32>(gradient) * v;
      gradient += 4;
    } else sum += v * v;
  }
  return sum;
}

/** to = or += a * x + b * y + c. */
export function blendF32(x: usize, y: usize, to: usize, count: i32, a: f32, b: f32, c: f32, accumulate: i32): void {
  const as = f32x4.splat(a), bs = f32x4.splat(b), cs = f32x4.splat(c);
  const keep = i32x4.splat(accumulate ? -1 : 0);
  const end = to + (<usize>count << 2), whole = to + (<usize>(count & ~3) << 2);
  for (; to < whole; to += 16) {
    const v = f32x4.add(f32x4.add(f32x4.mul(as, v128.load(x)), f32x4.mul(bs, v128.load(y))), cs);
    v128.store(to, f32x4.add(v, v128.and(v128.load(to), keep)));
    x += 16; y += 16;
  }
  for (; to < end; to += 4) {
    const v = a * load<f32>(x) + b * load<f32>(y) + c;
    store<f32>(to, accumulate ? load<f32>(to) + v : v);
    x += 4; y += 4;
  }
}
