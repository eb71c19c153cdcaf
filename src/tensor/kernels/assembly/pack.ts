/**
 * im2col into panels of eight columns. An ofmap position is one column and a tap of the filter one depth;
 * what column j reads at depth k lies at x[taps[k] + columns[j]], both offsets in elements.
 * `columns` holds a multiple of eight offsets, ascending; the last panel is filled up with its first offset, which makes
 * c7 - c0 differ from 7, and what comes of those columns is not stored.
 */

/** [panel][depth][8] in float32. */
export function packF32(x: usize, taps: usize, columns: usize, out: usize, depth: i32, panels: i32): void {
  const end = taps + (<usize>depth << 2);
  for (let n = 0; n < panels; n++) {
    const c0 = load<i32>(columns), c1 = load<i32>(columns, 4), c2 = load<i32>(columns, 8), c3 = load<i32>(columns, 12);
    const c4 = load<i32>(columns, 16), c5 = load<i32>(columns, 20), c6 = load<i32>(columns, 24), c7 = load<i32>(columns, 28);
    if (c7 - c0 == 7) {
      // Eight neighbours in one ifmap row.
      for (let t = taps; t < end; t += 4) {
        const p = x + (<usize>(load<i32>(t) + c0) << 2);
        v128.store(out, v128.load(p));
        v128.store(out, v128.load(p, 16), 16);
        out += 32;
      }
    } else {
      for (let t = taps; t < end; t += 4) {
        const p = x + (<usize>load<i32>(t) << 2);
        store<f32>(out, load<f32>(p + (<usize>c0 << 2)));
        store<f32>(out, load<f32>(p + (<usize>c1 << 2)), 4);
        store<f32>(out, load<f32>(p + (<usize>c2 << 2)), 8);
        store<f32>(out, load<f32>(p + (<usize>c3 << 2)), 12);
        store<f32>(out, load<f32>(p + (<usize>c4 << 2)), 16);
        store<f32>(out, load<f32>(p + (<usize>c5 << 2)), 20);
        store<f32>(out, load<f32>(p + (<usize>c6 << 2)), 24);
        store<f32>(out, load<f32>(p + (<usize>c7 << 2)), 28);
        out += 32;
      }
    }
    columns += 32;
  }
}

/** [panel][pair of depths][8][2] in int16. */
export function packI16(x: usize, taps: usize, columns: usize, out: usize, pairs: i32, panels: i32): void {
  const end = taps + (<usize>pairs << 3);
  for (let n = 0; n < panels; n++) {
    const c0 = load<i32>(columns), c7 = load<i32>(columns, 28);
    if (c7 - c0 == 7) {
      for (let t = taps; t < end; t += 8) {
        const even = v128.load(x + (<usize>(load<i32>(t) + c0) << 1));
        const odd = v128.load(x + (<usize>(load<i32>(t, 4) + c0) << 1));
        v128.store(out, i16x8.shuffle(even, odd, 0, 8, 1, 9, 2, 10, 3, 11));
        v128.store(out, i16x8.shuffle(even, odd, 4, 12, 5, 13, 6, 14, 7, 15), 16);
        out += 32;
      }
    } else {
      for (let t = taps; t < end; t += 8) {
        const even = x + (<usize>load<i32>(t) << 1);
        const odd = x + (<usize>load<i32>(t, 4) << 1);
        for (let j: usize = 0; j < 32; j += 4) {
          const c = <usize>load<i32>(columns + j) << 1;
          store<i16>(out + j, load<i16>(even + c));
          store<i16>(out + j, load<i16>(odd + c), 2);
        }
        out += 32;
      }
    }
    columns += 32;
  }
}
