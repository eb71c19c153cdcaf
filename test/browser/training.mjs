// The same few steps of training wherever it is loaded: in Node by the test, in a browser by the worker beside this file.
// Both give the SHA-256 of the parameters that come out.

/** `library` is the address of the built library's `src/`, `team` the threads to train on, if any. */
export async function trainDigest(library, team) {
  const from = (name) => import(/* @vite-ignore */ `${library}/${name}.js`);
  const { findZoo } = await from('model/zoo/index');
  const { seeded } = await from('tensor/random');
  const { glyphs } = await from('train/datasets/glyphs');
  const { initialise } = await from('train/initialise');
  const { train } = await from('train/loop');
  const model = initialise(findZoo('lenet5').build(), seeded(1));
  const dataset = glyphs({ seed: 2, train: 160, test: 40 });
  const steps = train(model, dataset, { epochs: 1, batchSize: 32, seed: 3, ...(team && { team }) });
  for (;;) {
    const { done, value } = steps.next();
    if (!done) continue;
    const sizes = [...value.parameters.values()].map(({ byteLength }) => byteLength);
    const all = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
    let at = 0;
    for (const { buffer, byteOffset, byteLength } of value.parameters.values()) {
      all.set(new Uint8Array(buffer, byteOffset, byteLength), at);
      at += byteLength;
    }
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all));
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return { digest: hex, testAccuracy: value.testAccuracy };
  }
}
