/** Training's clamps over one run of float32 values. */

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
