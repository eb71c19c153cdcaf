/**
 * A synchronous first-in first-out queue with ready and valid; its silicon is fifo.sv.
 *
 *   word ──▶ [ depth words ] ──▶ out       undefined means "not valid"
 *            inReady       outReady
 *
 * A word moves where it is offered and there is room. Outputs follow from committed state only: a word is seen at
 * the output one cycle after it was taken.
 */
export interface FifoInputs<Word> {
  readonly word: Word | undefined;
  readonly outReady: boolean;
}

export class Fifo<Word> {
  readonly depth: number;
  #words: readonly Word[] = [];
  #next: readonly Word[] = [];

  constructor(depth: number) {
    this.depth = depth;
  }

  get inReady(): boolean {
    return this.#words.length < this.depth;
  }

  get out(): Word | undefined {
    return this.#words[0];
  }

  get count(): number {
    return this.#words.length;
  }

  tick({ word, outReady }: FifoInputs<Word>): void {
    const kept = outReady ? this.#words.slice(1) : this.#words;
    this.#next = word !== undefined && this.inReady ? [...kept, word] : kept;
  }

  commit(): void {
    this.#words = this.#next;
  }
}
