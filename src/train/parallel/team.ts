/**
 * Training on several threads, data parallel: each compiles the network for its part of the batch, and gradients are
 * summed in the order of the parts, so that a seed and a number of threads give the same bits every time.
 *
 *   leader   load ─▶ forward its part ─▶ wait ─▶ loss of the whole batch ─▶ backward its part ─▶ wait, sum
 *   hand     load ─▶ forward its part ─▶ done           (waits)           ─▶ backward its part ─▶ done
 *
 * Batch norms normalise each part by its own statistics, as PyTorch's DistributedDataParallel does: threads then meet
 * twice a step instead of twice a layer. What is measured for inference is that of the whole batch.
 */
import { fail } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import { volume } from '../../tensor/shape.ts';
import { type CompileOptions, compile, type Masks, type Parameters, type Program } from '../program.ts';
import type { Pass } from '../stages/stage.ts';
import { type Hello, randomOf, sliceOf } from './hand.ts';
import {
  CONTROL,
  complaint,
  HAND,
  type Lengths,
  ORDER,
  type Part,
  partsOf,
  type Shared,
  STATE,
  sharedBytes,
  viewsOf,
  WORDS_A_HAND,
} from './shared.ts';

/** A started thread that gives every message to `serve`. */
export interface Hand {
  readonly post: (hello: Hello) => void;
  readonly stop: () => void;
}

export interface Team {
  readonly threads: number;
  /** As `compile` of program.ts; a team has one program at a time, the one before it may be used no more. */
  readonly compile: (model: Model, options: CompileOptions) => Program;
  /** Ends the threads. */
  readonly stop: () => void;
}

export interface TeamOptions {
  /** Milliseconds without an answer after which a thread is given up. */
  readonly patience?: number; // 5 minutes: a thread that ends says so, this is for one that was killed
}

/** The calling thread leads: it must be one that may wait, in a browser a worker. */
export function teamOf(hands: readonly Hand[], { patience = 300_000 }: TeamOptions = {}): Team {
  let dismiss: (() => void) | undefined;
  return {
    threads: hands.length + 1,
    compile(model, options) {
      dismiss?.();
      const { program, leave } = lead(model, options, { hands, patience });
      dismiss = leave;
      return program;
    },
    stop() {
      dismiss?.();
      dismiss = undefined;
      for (const { stop } of hands) stop();
    },
  };
}

interface Crew {
  readonly hands: readonly Hand[];
  readonly patience: number;
}

function lead(model: Model, options: CompileOptions, crew: Crew): { program: Program; leave: () => void } {
  const { batch, norms, dropout = new Map() } = options;
  const parts = partsOf(batch, crew.hands.length + 1);
  const part = parts[0]!;
  const own = compile(model, { batch: part.count, norms, dropout });
  if (parts.length === 1) return { program: own, leave: () => {} };

  const hands = parts.length - 1;
  const layout = {
    hands,
    batch,
    imageSize: own.input.length / part.count,
    classes: own.classes,
    loaded: lengthsOf(own.loaded),
    gradients: lengthsOf(own.gradients),
    measured: lengthsOf(own.measured),
  };
  const buffer = new SharedArrayBuffer(sharedBytes(layout));
  const shared = viewsOf(layout, buffer);
  const turn = turns(shared, hands, crew.patience);
  crew.hands.slice(0, hands).forEach(({ post }, hand) => {
    post({ model, norms, dropout, part: parts[hand + 1]!, hand, layout, buffer });
  });
  turn.wait();

  const measured = new Map(layout.measured.map(([name, length]) => [name, new Float32Array(length)]));
  const counts = countsOf(model, parts);
  const program: Program = {
    batch,
    classes: own.classes,
    layers: own.layers,
    input: shared.input,
    logits: shared.logits,
    logitsGradient: shared.logitsGradient,
    gradients: own.gradients,
    measured,
    loaded: own.loaded,
    load(parameters: Parameters, masks?: Masks) {
      own.load(parameters, masks);
      for (const [name, values] of own.loaded) shared.loaded.get(name)!.set(values);
      turn.order(ORDER.load);
      turn.wait();
    },
    forward({ training, measure = training, random }: Pass) {
      const { control } = shared;
      const seed = random?.word();
      control[CONTROL.training] = Number(training);
      control[CONTROL.measure] = Number(measure);
      control[CONTROL.seeded] = Number(seed !== undefined);
      control[CONTROL.seed] = seed ?? 0;
      turn.order(ORDER.forward);
      own.input.set(sliceOf(shared.input, layout.imageSize, part));
      own.forward({
        training,
        measure,
        random: seed === undefined ? undefined : randomOf(control[CONTROL.seed]!, 0),
      });
      sliceOf(shared.logits, own.classes, part).set(own.logits);
      turn.wait();
      pool(measured, [own.measured, ...shared.measured], counts);
    },
    backward() {
      turn.order(ORDER.backward);
      own.logitsGradient.set(sliceOf(shared.logitsGradient, own.classes, part));
      own.backward();
      turn.wait();
      for (const theirs of shared.gradients)
        for (const [name, sum] of own.gradients) {
          const more = theirs.get(name)!;
          for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + more[i]!;
        }
    },
    firstNonFinite() {
      turn.order(ORDER.check);
      const mine = own.firstNonFinite();
      turn.wait();
      const places = Array.from(
        { length: hands },
        (_, hand) => shared.control[CONTROL.hands + hand * WORDS_A_HAND + HAND.layer]! - 1,
      );
      const found = [mine === undefined ? -1 : own.layers.indexOf(mine), ...places].filter((at) => at >= 0);
      return found.length > 0 ? own.layers[Math.min(...found)] : undefined;
    },
  };
  return {
    program,
    leave: () => turn.order(ORDER.leave),
  };
}

const lengthsOf = (values: Parameters): Lengths => [...values].map(([name, { length }]) => [name, length]);

/** Orders go out by a number that rises; a hand answers by raising its own. */
function turns({ control, complaints }: Shared, hands: number, patience: number) {
  let [answers, broken] = [0, false];
  return {
    order(kind: number): void {
      if (broken && kind !== ORDER.leave) throw new Error('a training thread has stopped before');
      control[CONTROL.kind] = kind;
      Atomics.add(control, CONTROL.order, 1);
      Atomics.notify(control, CONTROL.order);
    },
    wait(): void {
      answers++;
      for (let hand = 0; hand < hands; hand++) {
        const at = CONTROL.hands + hand * WORDS_A_HAND;
        while (Atomics.load(control, at + HAND.done) < answers)
          if (pause(control, { at: at + HAND.done, seen: answers - 1, patience }) === 'timed-out') {
            broken = true;
            fail(`training thread ${hand + 2} gave no answer for ${patience / 1000} s`, {
              hint: 'it may have run out of memory: try a smaller batch, or one thread',
            });
          }
        if (Atomics.load(control, at + HAND.state) === STATE.failed) {
          broken = true;
          fail(`training thread ${hand + 2} stopped: ${complaint(complaints[hand]!)}`);
        }
      }
    },
  };
}

function pause(control: Int32Array, wait: { at: number; seen: number; patience: number }): string {
  try {
    return Atomics.wait(control, wait.at, wait.seen, wait.patience);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return fail('this thread may not wait for others, and several threads train together', {
      hint: 'start training in a worker, or on one thread',
    });
  }
}

/** By layer and part, values of a channel. */
function countsOf(model: Model, parts: readonly Part[]): ReadonlyMap<string, readonly number[]> {
  return new Map(
    model.layers.flatMap((layer) =>
      layer.op === 'affine'
        ? [
            [
              layer.name,
              parts.map(({ count }) => (count * volume(layer.shape)) / layer.scale.length),
            ] as const,
          ]
        : [],
    ),
  );
}

/** Mean and unbiased variance of the whole batch from those of its parts (Chan, Golub and LeVeque, 1979). */
export function pool(
  to: ReadonlyMap<string, Float32Array>,
  parts: readonly Parameters[],
  counts: ReadonlyMap<string, readonly number[]>,
): void {
  for (const [key, mean] of to) {
    if (!key.endsWith('/mean')) continue;
    const layer = key.slice(0, -'/mean'.length);
    const n = counts.get(layer)!;
    const all = n.reduce((sum, each) => sum + each, 0);
    const variance = to.get(`${layer}/variance`)!;
    const means = parts.map((part) => part.get(key)!);
    const variances = parts.map((part) => part.get(`${layer}/variance`)!);
    for (let c = 0; c < mean.length; c++) {
      const middle = means.reduce((sum, each, i) => sum + n[i]! * each[c]!, 0) / all;
      const squares = variances.reduce(
        (sum, each, i) => sum + Math.max(1, n[i]! - 1) * each[c]! + n[i]! * (means[i]![c]! - middle) ** 2,
        0,
      );
      mean[c] = middle;
      variance[c] = squares / Math.max(1, all - 1);
    }
  }
}
