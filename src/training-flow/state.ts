/** Where a training run stands, as one safetensors file: what is finished, what is under way, and what was asked for. */
import { fail } from '../errors.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../train/checkpoint.ts';
import { float32Tensor, type SafeTensor, type Safetensors } from '../train/safetensors.ts';
import type { EpochReport, Method } from '../train/training-report.ts';

export type Parameters = ReadonlyMap<string, Float32Array>;

/** A method's training, or the steps behind it with int8 in sight. */
export type PhaseName = Method | `${Method}, int8 in sight`;

/** A phase that ran to its end. */
export interface Finished {
  readonly phase: PhaseName;
  readonly parameters: Parameters;
}

export interface TrainingState {
  /** What the run was asked for, in the caller's words; compared when it is resumed. */
  readonly asked: string;
  readonly finished: readonly Finished[];
  readonly running?: { readonly phase: PhaseName; readonly checkpoint: Checkpoint } | undefined;
  readonly history: readonly EpochReport[];
  /** Time spent in training steps, and pictures trained on, over all sittings. */
  readonly seconds: number;
  readonly images: number;
}

/** Whether it can be gone on from: an update may have left values that are no numbers before any loss has shown it. */
export const isSound = ({ running }: TrainingState): boolean =>
  running === undefined ||
  [...running.checkpoint.parameters.values(), ...running.checkpoint.moments.values()].every((values) =>
    values.every(Number.isFinite),
  );

const SCHEMA = 'sense.training-state/1';
const RUNNING = 'running';

export function encodeState(state: TrainingState): Safetensors {
  const tensors = new Map<string, SafeTensor>();
  for (const { phase, parameters } of state.finished)
    for (const [name, values] of parameters)
      tensors.set(`${phase}:${name}`, float32Tensor([values.length], values));
  if (state.running) {
    const values = encodeCheckpoint(state.running.checkpoint);
    tensors.set(RUNNING, { dtype: 'U8', shape: [values.length], values });
  }
  const { asked, history, seconds, images } = state;
  const finished = state.finished.map(({ phase }) => phase);
  const told = { schema: SCHEMA, finished, running: state.running?.phase, history, seconds, images };
  return { tensors, metadata: new Map([...Object.entries({ asked, state: JSON.stringify(told) })]) };
}

export function decodeState({ tensors, metadata }: Safetensors): TrainingState {
  const told = JSON.parse(metadata.get('state') ?? '{}');
  if (told.schema !== SCHEMA)
    fail('this is no checkpoint of a training run', {
      hint: 'the folder that --out named in an earlier run',
    });
  const finished = (told.finished as PhaseName[]).map((phase) => ({
    phase,
    parameters: new Map(
      [...tensors]
        .filter(([name]) => name.startsWith(`${phase}:`))
        .map(([name, { values }]) => [name.slice(phase.length + 1), values as Float32Array]),
    ),
  }));
  const running = tensors.get(RUNNING);
  return {
    ...{ asked: metadata.get('asked') ?? '', finished, history: told.history },
    ...{ seconds: told.seconds, images: told.images },
    running: running && {
      phase: told.running as PhaseName,
      checkpoint: decodeCheckpoint(running.values as Uint8Array),
    },
  };
}
