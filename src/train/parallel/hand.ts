/** A thread of a training team: compiles its part of the batch, then does as the leading thread says until it may leave. */
import type { Model } from '../../model/model.ts';
import { seeded } from '../../tensor/random.ts';
import { compile, type Program } from '../program.ts';
import {
  CONTROL,
  complain,
  HAND,
  type Layout,
  ORDER,
  type Part,
  type Shared,
  STATE,
  viewsOf,
  WORDS_A_HAND,
} from './shared.ts';

/** What a thread is posted; plain data. */
export interface Hello {
  readonly model: Model;
  readonly norms: ReadonlySet<string>;
  readonly dropout: ReadonlyMap<string, number>;
  readonly part: Part;
  readonly hand: number;
  readonly layout: Layout;
  readonly buffer: SharedArrayBuffer;
}

/** Blocks the thread it is called in until the leader lets it go. Call it with each message the thread is posted. */
export function serve({ model, norms, dropout, part, hand, layout, buffer }: Hello): void {
  const shared = viewsOf(layout, buffer);
  const { control } = shared;
  const own = CONTROL.hands + hand * WORDS_A_HAND;
  let program: Program | undefined;
  for (let order = 0; ; ) {
    try {
      program ??= compile(model, { batch: part.count, norms, dropout });
      if (order > 0) obey(control[CONTROL.kind]!, { program, shared, part, hand });
    } catch (error) {
      complain(shared.complaints[hand]!, error instanceof Error ? error.message : String(error));
      Atomics.store(control, own + HAND.state, STATE.failed);
    }
    Atomics.add(control, own + HAND.done, 1);
    Atomics.notify(control, own + HAND.done);
    if (control[CONTROL.kind] === ORDER.leave || control[own + HAND.state] === STATE.failed) return;
    Atomics.wait(control, CONTROL.order, order);
    order = Atomics.load(control, CONTROL.order);
  }
}

interface Work {
  readonly program: Program;
  readonly shared: Shared;
  readonly part: Part;
  readonly hand: number;
}

function obey(kind: number, { program, shared, part, hand }: Work): void {
  const { control } = shared;
  switch (kind) {
    case ORDER.load:
      for (const [name, values] of program.loaded) values.set(shared.loaded.get(name)!);
      break;
    case ORDER.forward:
      program.input.set(sliceOf(shared.input, program.input.length / part.count, part));
      program.forward({
        training: control[CONTROL.training] === 1,
        measure: control[CONTROL.measure] === 1,
        random: control[CONTROL.seeded] === 1 ? randomOf(control[CONTROL.seed]!, hand + 1) : undefined,
      });
      sliceOf(shared.logits, program.classes, part).set(program.logits);
      for (const [name, values] of program.measured) shared.measured[hand]!.get(name)!.set(values);
      break;
    case ORDER.backward:
      program.logitsGradient.set(sliceOf(shared.logitsGradient, program.classes, part));
      program.backward();
      for (const [name, values] of program.gradients) shared.gradients[hand]!.get(name)!.set(values);
      break;
    case ORDER.check: {
      const layer = program.firstNonFinite();
      const index = placeOf(layer, program);
      control[CONTROL.hands + hand * WORDS_A_HAND + HAND.layer] = index;
      break;
    }
  }
}

/** One more than the layer's place in the program, 0 for none. */
const placeOf = (layer: string | undefined, { layers }: Program): number =>
  layer === undefined ? 0 : layers.indexOf(layer) + 1;

export const sliceOf = (values: Float32Array, size: number, { first, count }: Part): Float32Array =>
  values.subarray(first * size, (first + count) * size);

/** Each part of a batch draws from a stream of its own. */
export const randomOf = (seed: number, part: number) => seeded(seed, `part/${part}`);
