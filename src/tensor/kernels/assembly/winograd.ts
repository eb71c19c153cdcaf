/**
 * Winograd's F(2x2, 3x3): sixteen multiplications a channel for four outputs of a 3x3 filter instead of thirty-six
 * (Lavin and Gray, CVPR 2016, section 4.1). Here are its transforms of maps, forward and adjoint; between them lie
 * sixteen GEMMs. Lanes are four tiles side by side, so a map has a multiple of eight columns.
 *
 *   grid        [planes][2 tileRows + 2][2 tileCols + 2], tile (p, q) reads rows 2p .. 2p + 3, columns 2q .. 2q + 3
 *   result      [planes][2 tileRows][2 tileCols]
 *   transformed [16][planes][tiles], strides given in elements; a tile's index is p * tileCols + q
 */

/** transformed = B^T d B:  t0 = d0 - d2, t1 = d1 + d2, t2 = d2 - d1, t3 = d1 - d3, along columns and along rows. */
export function winogradInputF32(
  grid: usize, to: usize, planes: i32, tileRows: i32, tileCols: i32, componentStride: i32, planeStride: i32,
): void {
  const rowBytes = <usize>(2 * tileCols + 2) << 2;
  const component = <usize>componentStride << 2;
  for (let c = 0; c < planes; c++) {
    let out = to + (<usize>(c * planeStride) << 2);
    for (let p = 0; p < tileRows; p++) {
      const row = grid + <usize>(c * (2 * tileRows + 2) + 2 * p) * rowBytes;
      for (let q = 0; q < tileCols; q += 4) {
        let x = row + (<usize>q << 3);
        // Rows 0 and 2 first, as they meet in the first component row.
        let a = v128.load(x), b = v128.load(x, 16), c2 = v128.load(x, 8), d2 = v128.load(x, 24);
        let e0 = i32x4.shuffle(a, b, 0, 2, 4, 6), e1 = i32x4.shuffle(a, b, 1, 3, 5, 7);
        let e2 = i32x4.shuffle(c2, d2, 0, 2, 4, 6), e3 = i32x4.shuffle(c2, d2, 1, 3, 5, 7);
        const r00 = f32x4.sub(e0, e2), r01 = f32x4.add(e1, e2), r02 = f32x4.sub(e2, e1), r03 = f32x4.sub(e1, e3);
        x += rowBytes;
        a = v128.load(x); b = v128.load(x, 16); c2 = v128.load(x, 8); d2 = v128.load(x, 24);
        e0 = i32x4.shuffle(a, b, 0, 2, 4, 6); e1 = i32x4.shuffle(a, b, 1, 3, 5, 7);
        e2 = i32x4.shuffle(c2, d2, 0, 2, 4, 6); e3 = i32x4.shuffle(c2, d2, 1, 3, 5, 7);
        const r10 = f32x4.sub(e0, e2), r11 = f32x4.add(e1, e2), r12 = f32x4.sub(e2, e1), r13 = f32x4.sub(e1, e3);
        x += rowBytes;
        a = v128.load(x); b = v128.load(x, 16); c2 = v128.load(x, 8); d2 = v128.load(x, 24);
        e0 = i32x4.shuffle(a, b, 0, 2, 4, 6); e1 = i32x4.shuffle(a, b, 1, 3, 5, 7);
        e2 = i32x4.shuffle(c2, d2, 0, 2, 4, 6); e3 = i32x4.shuffle(c2, d2, 1, 3, 5, 7);
        const r20 = f32x4.sub(e0, e2), r21 = f32x4.add(e1, e2), r22 = f32x4.sub(e2, e1), r23 = f32x4.sub(e1, e3);
        let o = out;
        v128.store(o, f32x4.sub(r00, r20)); o += component;
        v128.store(o, f32x4.sub(r01, r21)); o += component;
        v128.store(o, f32x4.sub(r02, r22)); o += component;
        v128.store(o, f32x4.sub(r03, r23)); o += component;
        v128.store(o, f32x4.add(r10, r20)); o += component;
        v128.store(o, f32x4.add(r11, r21)); o += component;
        v128.store(o, f32x4.add(r12, r22)); o += component;
        v128.store(o, f32x4.add(r13, r23)); o += component;
        v128.store(o, f32x4.sub(r20, r10)); o += component;
        v128.store(o, f32x4.sub(r21, r11)); o += component;
        v128.store(o, f32x4.sub(r22, r12)); o += component;
        v128.store(o, f32x4.sub(r23, r13)); o += component;
        x += rowBytes;
        a = v128.load(x); b = v128.load(x, 16); c2 = v128.load(x, 8); d2 = v128.load(x, 24);
        e0 = i32x4.shuffle(a, b, 0, 2, 4, 6); e1 = i32x4.shuffle(a, b, 1, 3, 5, 7);
        e2 = i32x4.shuffle(c2, d2, 0, 2, 4, 6); e3 = i32x4.shuffle(c2, d2, 1, 3, 5, 7);
        v128.store(o, f32x4.sub(r10, f32x4.sub(e0, e2))); o += component;
        v128.store(o, f32x4.sub(r11, f32x4.add(e1, e2))); o += component;
        v128.store(o, f32x4.sub(r12, f32x4.sub(e2, e1))); o += component;
        v128.store(o, f32x4.sub(r13, f32x4.sub(e1, e3)));
        out += 16;
      }
    }
  }
}

/** result = A^T m A:  y0 = m0 + m1 + m2, y1 = m1 - m2 - m3. */
export function winogradOutputF32(
  from: usize, result: usize, planes: i32, tileRows: i32, tileCols: i32, componentStride: i32, planeStride: i32,
): void {
  const rowBytes = <usize>(2 * tileCols) << 2;
  const component = <usize>componentStride << 2;
  for (let c = 0; c < planes; c++) {
    let m = from + (<usize>(c * planeStride) << 2);
    for (let p = 0; p < tileRows; p++) {
      let y = result + <usize>(c * 2 * tileRows + 2 * p) * rowBytes;
      for (let q = 0; q < tileCols; q += 4) {
        let i = m;
        const m00 = v128.load(i); i += component;
        const m01 = v128.load(i); i += component;
        const m02 = v128.load(i); i += component;
        const m03 = v128.load(i); i += component;
        const m10 = v128.load(i); i += component;
        const m11 = v128.load(i); i += component;
        const m12 = v128.load(i); i += component;
        const m13 = v128.load(i); i += component;
        const a0 = f32x4.add(m00, m10), a1 = f32x4.add(m01, m11), a2 = f32x4.add(m02, m12), a3 = f32x4.add(m03, m13);
        const m20 = v128.load(i); i += component;
        const m21 = v128.load(i); i += component;
        const m22 = v128.load(i); i += component;
        const m23 = v128.load(i); i += component;
        const t0 = f32x4.add(a0, m20), t1 = f32x4.add(a1, m21), t2 = f32x4.add(a2, m22), t3 = f32x4.add(a3, m23);
        const u0 = f32x4.sub(m10, m20), u1 = f32x4.sub(m11, m21), u2 = f32x4.sub(m12, m22), u3 = f32x4.sub(m13, m23);
        const b0 = f32x4.sub(u0, v128.load(i)); i += component;
        const b1 = f32x4.sub(u1, v128.load(i)); i += component;
        const b2 = f32x4.sub(u2, v128.load(i)); i += component;
        const b3 = f32x4.sub(u3, v128.load(i));
        const y00 = f32x4.add(f32x4.add(t0, t1), t2), y01 = f32x4.sub(f32x4.sub(t1, t2), t3);
        const y10 = f32x4.add(f32x4.add(b0, b1), b2), y11 = f32x4.sub(f32x4.sub(b1, b2), b3);
        v128.store(y, i32x4.shuffle(y00, y01, 0, 4, 1, 5));
        v128.store(y, i32x4.shuffle(y00, y01, 2, 6, 3, 7), 16);
        v128.store(y + rowBytes, i32x4.shuffle(y10, y11, 0, 4, 1, 5));
        v128.store(y + rowBytes, i32x4.shuffle(y10, y11, 2, 6, 3, 7), 16);
        m += 16;
        y += 32;
      }
    }
  }
}

/** transformed = A dy A^T:  m0 = y0, m1 = y0 + y1, m2 = y0 - y1, m3 = -y1. */
export function winogradOutputBackwardF32(
  result: usize, to: usize, planes: i32, tileRows: i32, tileCols: i32, componentStride: i32, planeStride: i32,
): void {
  const rowBytes = <usize>(2 * tileCols) << 2;
  const component = <usize>componentStride << 2;
  for (let c = 0; c < planes; c++) {
    let out = to + (<usize>(c * planeStride) << 2);
    for (let p = 0; p < tileRows; p++) {
      let y = result + <usize>(c * 2 * tileRows + 2 * p) * rowBytes;
      for (let q = 0; q < tileCols; q += 4) {
        let a = v128.load(y), b = v128.load(y, 16);
        const e0 = i32x4.shuffle(a, b, 0, 2, 4, 6), o0 = i32x4.shuffle(a, b, 1, 3, 5, 7);
        a = v128.load(y + rowBytes); b = v128.load(y + rowBytes, 16);
        const e1 = i32x4.shuffle(a, b, 0, 2, 4, 6), o1 = i32x4.shuffle(a, b, 1, 3, 5, 7);
        let i = out;
        v128.store(i, e0); i += component;
        v128.store(i, f32x4.add(e0, o0)); i += component;
        v128.store(i, f32x4.sub(e0, o0)); i += component;
        v128.store(i, f32x4.neg(o0)); i += component;
        const es = f32x4.add(e0, e1), os = f32x4.add(o0, o1);
        v128.store(i, es); i += component;
        v128.store(i, f32x4.add(es, os)); i += component;
        v128.store(i, f32x4.sub(es, os)); i += component;
        v128.store(i, f32x4.neg(os)); i += component;
        const ed = f32x4.sub(e0, e1), od = f32x4.sub(o0, o1);
        v128.store(i, ed); i += component;
        v128.store(i, f32x4.add(ed, od)); i += component;
        v128.store(i, f32x4.sub(ed, od)); i += component;
        v128.store(i, f32x4.neg(od)); i += component;
        v128.store(i, f32x4.neg(e1)); i += component;
        v128.store(i, f32x4.neg(f32x4.add(e1, o1))); i += component;
        v128.store(i, f32x4.sub(o1, e1)); i += component;
        v128.store(i, o1);
        out += 16;
        y += 32;
      }
    }
  }
}

/** grid += B t B^T, tiles overlapping:  d0 = t0, d1 = t1 - t2 + t3, d2 = t1 + t2 - t0, d3 = -t3. */
export function winogradInputBackwardF32(
  from: usize, grid: usize, planes: i32, tileRows: i32, tileCols: i32, componentStride: i32, planeStride: i32,
): void {
  const rowBytes = <usize>(2 * tileCols + 2) << 2;
  const component = <usize>componentStride << 2;
  for (let c = 0; c < planes; c++) {
    let t = from + (<usize>(c * planeStride) << 2);
    for (let p = 0; p < tileRows; p++) {
      let x = grid + <usize>(c * (2 * tileRows + 2) + 2 * p) * rowBytes;
      for (let q = 0; q < tileCols; q += 4) {
        let i = t;
        const t00 = v128.load(i); i += component;
        const t01 = v128.load(i); i += component;
        const t02 = v128.load(i); i += component;
        const t03 = v128.load(i); i += component;
        const t10 = v128.load(i); i += component;
        const t11 = v128.load(i); i += component;
        const t12 = v128.load(i); i += component;
        const t13 = v128.load(i); i += component;
        const t20 = v128.load(i); i += component;
        const t21 = v128.load(i); i += component;
        const t22 = v128.load(i); i += component;
        const t23 = v128.load(i); i += component;
        addRow(x, t00, t01, t02, t03);
        addRow(
          x + 2 * rowBytes,
          f32x4.sub(f32x4.add(t10, t20), t00), f32x4.sub(f32x4.add(t11, t21), t01),
          f32x4.sub(f32x4.add(t12, t22), t02), f32x4.sub(f32x4.add(t13, t23), t03),
        );
        const t30 = v128.load(i); i += component;
        const t31 = v128.load(i); i += component;
        const t32 = v128.load(i); i += component;
        const t33 = v128.load(i);
        addRow(
          x + rowBytes,
          f32x4.add(f32x4.sub(t10, t20), t30), f32x4.add(f32x4.sub(t11, t21), t31),
          f32x4.add(f32x4.sub(t12, t22), t32), f32x4.add(f32x4.sub(t13, t23), t33),
        );
        addRow(x + 3 * rowBytes, f32x4.neg(t30), f32x4.neg(t31), f32x4.neg(t32), f32x4.neg(t33));
        t += 16;
        x += 32;
      }
    }
  }
}

/** One row of four overlapping tiles: d0 d1 of each lie side by side, d2 d3 two columns further. */
// @ts-ignore: decorator
@inline
function addRow(x: usize, t0: v128, t1: v128, t2: v128, t3: v128): void {
  const d1 = f32x4.add(f32x4.sub(t1, t2), t3);
  const d2 = f32x4.sub(f32x4.add(t1, t2), t0);
  const d3 = f32x4.neg(t3);
  v128.store(x, f32x4.add(v128.load(x), i32x4.shuffle(t0, d1, 0, 4, 1, 5)));
  v128.store(x, f32x4.add(v128.load(x, 16), i32x4.shuffle(t0, d1, 2, 6, 3, 7)), 16);
  v128.store(x, f32x4.add(v128.load(x, 8), i32x4.shuffle(d2, d3, 0, 4, 1, 5)), 8);
  v128.store(x, f32x4.add(v128.load(x, 24), i32x4.shuffle(d2, d3, 2, 6, 3, 7)), 24);
}
