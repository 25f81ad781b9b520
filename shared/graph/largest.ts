/**
 * The largest of many keys, met one by one, without sorting all of them. A binary heap with the smallest kept key on
 * top; equal keys count by their position, earlier ones first.
 *
 * Time O(log k) for a key among the `k` largest so far, O(1) for any other; memory 12k bytes.
 */
export class Largest {
  readonly #keys: Float64Array;
  readonly #positions: Int32Array;
  #length = 0;

  constructor(k: number) {
    this.#keys = new Float64Array(k);
    this.#positions = new Int32Array(k);
  }

  /** Positions must come in increasing order. */
  offer(key: number, position: number): void {
    const { length } = this.#keys;
    if (this.#length < length) this.#rise(this.#length++, key, position);
    else if (length > 0 && key > this.#keys[0]) this.#sink(key, position);
  }

  /** The positions of the kept keys, the largest key first. Time O(k log k). */
  positions(): number[] {
    const order = Array.from({ length: this.#length }, (_, i) => i);
    const keys = this.#keys;
    const positions = this.#positions;
    order.sort((a, b) => keys[b] - keys[a] || positions[a] - positions[b]);
    return order.map((i) => positions[i]);
  }

  /** Puts a key at the end of the heap and moves it up to its place. */
  #rise(at: number, key: number, position: number): void {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#keys[parent] < key || (this.#keys[parent] === key && this.#positions[parent] > position)) break;
      this.#keys[at] = this.#keys[parent];
      this.#positions[at] = this.#positions[parent];
      at = parent;
    }
    this.#keys[at] = key;
    this.#positions[at] = position;
  }

  /** Takes the place of the top and moves down. */
  #sink(key: number, position: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#length) break;
      if (child + 1 < this.#length && this.#isSmaller(child + 1, child)) child++;
      if (this.#keys[child] > key || (this.#keys[child] === key && this.#positions[child] < position)) break;
      this.#keys[at] = this.#keys[child];
      this.#positions[at] = this.#positions[child];
      at = child;
    }
    this.#keys[at] = key;
    this.#positions[at] = position;
  }

  #isSmaller(a: number, b: number): boolean {
    const difference = this.#keys[a] - this.#keys[b];
    return difference < 0 || (difference === 0 && this.#positions[a] > this.#positions[b]);
  }
}
