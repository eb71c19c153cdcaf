/** A decoded picture: interleaved bytes, rows top to bottom, one channel (grey) or three (R, G, B). */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly bytes: Uint8Array; // [height, width, channels]
}

/** A picture with what is known of it. */
export interface Sample {
  readonly name: string;
  readonly pixels: Pixels;
  readonly label?: number | undefined; // class index in the data set's own count
}
