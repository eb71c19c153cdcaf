/**
 * What batch norm needs of one channel, which lies in `runs` runs of `count` float32 values, `stride` values from one to
 * the next. Lanes are summed in float32 within a run, runs in float64.
 */

/** The sum of x. */
export function sumF32(x: usize, count: i32, runs: i32, stride: i32): f64 {
  const step = <usize>stride << 2;
  let total: f64 = 0;
  for (let r = 0; r < runs; r++) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
    let p = x;
    const end = x + (<usize>count << 2), whole = x + (<usize>(count & ~7) << 2);
    for (; p < whole; p += 32) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
    }
    let sum = lanes(f32x4.add(s0, s1));
    for (; p < end; p += 4) sum += load<f32>(p);
    total += sum;
    x += step;
  }
  return total;
}

/** The sum of (x - mean)^2. */
export function centredSquaresF32(x: usize, count: i32, runs: i32, stride: i32, mean: f32): f64 {
  const step = <usize>stride << 2;
  const means = f32x4.splat(mean);
  let total: f64 = 0;
  for (let r = 0; r < runs; r++) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
    let p = x;
    const end = x + (<usize>count << 2), whole = x + (<usize>(count & ~7) << 2);
    for (; p < whole; p += 32) {
      const v0 = f32x4.sub(v128.load(p), means), v1 = f32x4.sub(v128.load(p, 16), means);
      s0 = f32x4.add(s0, f32x4.mul(v0, v0));
      s1 = f32x4.add(s1, f32x4.mul(v1, v1));
    }
    let sum = lanes(f32x4.add(s0, s1));
    for (; p < end; p += 4) {
      const v = load<f32>(p) - mean;
      sum += v * v;
    }
    total += sum;
    x += step;
  }
  return total;
}

/** Two float64 at `to`: the sum of gradient * (x - mean), and the sum of gradient. */
export function gradientSumsF32(
  gradient: usize, x: usize, count: i32, runs: i32, stride: i32, mean: f32, to: usize,
): void {
  const step = <usize>stride << 2;
  const means = f32x4.splat(mean);
  let dots: f64 = 0, sums: f64 = 0;
  for (let r = 0; r < runs; r++) {
    let d0 = f32x4.splat(0), d1 = f32x4.splat(0), s0 = f32x4.splat(0), s1 = f32x4.splat(0);
    let p = x, g = gradient;
    const end = x + (<usize>count << 2), whole = x + (<usize>(count & ~7) << 2);
    for (; p < whole; p += 32) {
      const g0 = v128.load(g), g1 = v128.load(g, 16);
      d0 = f32x4.add(d0, f32x4.mul(g0, f32x4.sub(v128.load(p), means)));
      d1 = f32x4.add(d1, f32x4.mul(g1, f32x4.sub(v128.load(p, 16), means)));
      s0 = f32x4.add(s0, g0);
      s1 = f32x4.add(s1, g1);
      g += 32;
    }
    let dot = lanes(f32x4.add(d0, d1)), sum = lanes(f32x4.add(s0, s1));
    for (; p < end; p += 4) {
      const v = load<f32>(g);
      dot += v * (load<f32>(p) - mean);
      sum += v;
      g += 4;
    }
    dots += dot;
    sums += sum;
    x += step;
    gradient += step;
  }
  store<f64>(to, dots);
  store<f64>(to, sums, 8);
}

/** to = or += a * x + b * y + c. */
export function blendF32(
  x: usize, y: usize, to: usize, count: i32, runs: i32, stride: i32, a: f32, b: f32, c: f32, accumulate: i32,
): void {
  const step = (<usize>stride - <usize>count) << 2;
  const as = f32x4.splat(a), bs = f32x4.splat(b), cs = f32x4.splat(c);
  for (let r = 0; r < runs; r++) {
    const end = to + (<usize>count << 2), whole = to + (<usize>(count & ~3) << 2);
    if (accumulate)
      for (; to < whole; to += 16) {
        const v = f32x4.add(f32x4.add(f32x4.mul(as, v128.load(x)), f32x4.mul(bs, v128.load(y))), cs);
        v128.store(to, f32x4.add(v, v128.load(to)));
        x += 16; y += 16;
      }
    else
      for (; to < whole; to += 16) {
        v128.store(to, f32x4.add(f32x4.add(f32x4.mul(as, v128.load(x)), f32x4.mul(bs, v128.load(y))), cs));
        x += 16; y += 16;
      }
    for (; to < end; to += 4) {
      const v = a * load<f32>(x) + b * load<f32>(y) + c;
      store<f32>(to, accumulate ? load<f32>(to) + v : v);
      x += 4; y += 4;
    }
    x += step; y += step; to += step;
  }
}

// @ts-ignore: decorator
@inline
function lanes(s: v128): f32 {
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3);
}
