/** A memory that one side fills and another reads; it answers a cycle after its address. Silicon: table_memory.sv. */
export class TableMemory<T> {
  out: T | undefined;
  readonly #words: (T | undefined)[] = [];
  #address = 0;
  #write: { readonly address: number; readonly word: T } | undefined;

  tick(address: number, write?: { readonly address: number; readonly word: T }): void {
    this.#address = address;
    this.#write = write;
  }

  commit(): void {
    this.out = this.#words[this.#address];
    if (this.#write) this.#words[this.#write.address] = this.#write.word;
  }
}
