/**
 * Bytes in, their bitmap and the non-zeros out, each as beats of 128 bits; its silicon is bitmap_encoder.sv.
 *
 *              ┌─▶ one bit a byte   ──▶ mask beats    channels start at whole bytes
 *   byte, last ┤
 *              └─▶ it, if not zero  ──▶ value beats   channels follow each other without a gap
 *
 * What lies in DRAM is format/bitmap.ts channel by channel, masks and values apart. A beat leaves from the registers
 * it was gathered in, so each costs a cycle in which no byte is taken.
 */
const BEAT_BYTES = 16;

export interface EncodedByte {
  readonly byte: number; // 0 to 255, as on the wires
  /** It ends its channel: the next mask bit starts a new byte. */
  readonly last: boolean;
  /** It ends the stream, too: both sides send what they hold, marked last, empty or not. */
  readonly flush: boolean;
}

export interface EncoderInputs {
  readonly dense: boolean; // every byte is stored, and no bitmap
  readonly word: EncodedByte | undefined;
  readonly maskReady: boolean;
  readonly valueReady: boolean;
}

export interface Beat {
  readonly bytes: readonly number[]; // 16, but for the last beat
  readonly last: boolean;
}

interface Side extends Beat {
  readonly full: boolean;
}

interface State {
  readonly mask: Side;
  readonly value: Side;
  readonly bit: number; // bits in the last byte of the mask
}

const empty: Side = { bytes: [], last: false, full: false };

export class BitmapEncoder {
  #state: State = { mask: empty, value: empty, bit: 0 };
  #next = this.#state;

  get inReady(): boolean {
    return !this.#state.mask.full && !this.#state.value.full;
  }

  get mask(): Beat | undefined {
    return this.#state.mask.full ? this.#state.mask : undefined;
  }

  get value(): Beat | undefined {
    return this.#state.value.full ? this.#state.value : undefined;
  }

  tick({ dense, word, maskReady, valueReady }: EncoderInputs): void {
    const { mask, value, bit } = this.#state;
    if (word && this.inReady) this.#next = gather(this.#state, word, dense);
    else
      this.#next = {
        mask: mask.full && maskReady ? empty : mask,
        value: value.full && valueReady ? empty : value,
        bit: mask.full && maskReady ? 0 : bit,
      };
  }

  commit(): void {
    this.#state = this.#next;
  }
}

function gather({ mask, value, bit }: State, { byte, last, flush }: EncodedByte, dense: boolean): State {
  const ends = last && flush;
  const values = byte !== 0 || dense ? [...value.bytes, byte] : value.bytes;
  const bits = (byte === 0 ? 0 : 1) << bit;
  const masks = dense
    ? mask.bytes
    : bit === 0
      ? [...mask.bytes, bits]
      : [...mask.bytes.slice(0, -1), mask.bytes.at(-1)! | bits];
  const nextBit = dense ? bit : last || bit === 7 ? 0 : bit + 1;
  const full = (bytes: readonly number[]): boolean => ends || bytes.length === BEAT_BYTES;
  return {
    mask: { bytes: masks, last: ends, full: ends || (nextBit === 0 && full(masks)) },
    value: { bytes: values, last: ends, full: full(values) },
    bit: nextBit,
  };
}
