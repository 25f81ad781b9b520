import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const CHUNK_BYTES = 2 ** 20;
/** Longer than any row that a capture writes, its BLOBs not counted: a larger one is damage. */
const LONGEST_LINE = 2 ** 26;
const NEWLINE = 0x0a;

/** The file ends before what it announces. */
export class CutOff extends Error {}
/** What stands there is no spool's; the message says what. */
export class BadSpool extends Error {}

/** A file read from its beginning, line by line, with bytes between lines. Memory: one line or one run of bytes. */
export class SpoolInput {
  readonly size: number;
  readonly #fd: number;
  /** What was read of the file and not yet taken: `#chunk` from `#at`. */
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  #read = 0;

  constructor(path: string) {
    this.#fd = openSync(path, "r");
    this.size = fstatSync(this.#fd).size;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Bytes taken so far. */
  get done(): number {
    return this.#read - (this.#chunk.length - this.#at);
  }

  /** The next line without its end; null at the end of the file. Throws `CutOff` for a line without an end. */
  line(): string | null {
    for (let searched = this.#at; ; ) {
      const end = this.#chunk.indexOf(NEWLINE, searched);
      if (end !== -1) {
        const line = this.#chunk.toString("utf8", this.#at, end);
        this.#at = end + 1;
        return line;
      }
      const waiting = this.#chunk.length - this.#at;
      if (waiting > LONGEST_LINE) throw new BadSpool("a row is too long");
      // Twice as much each time: a long line is not copied for each chunk of it.
      if (!this.#readOn(Math.max(CHUNK_BYTES, waiting))) {
        if (waiting > 0) throw new CutOff();
        return null;
      }
      searched = waiting;
    }
  }

  /** The next `count` bytes. Throws `CutOff` where there are not so many. */
  bytes(count: number): Buffer {
    if (count > this.size - this.done) throw new CutOff(); // before any memory is asked for
    while (this.#chunk.length - this.#at < count)
      if (!this.#readOn(Math.max(CHUNK_BYTES, count - (this.#chunk.length - this.#at)))) throw new CutOff();
    const bytes = this.#chunk.subarray(this.#at, this.#at + count);
    this.#at += count;
    return bytes;
  }

  /** The file's last bytes, `most` of them, without taking them. */
  tail(most: number): Buffer {
    const bytes = Buffer.alloc(Math.min(most, this.size));
    return bytes.subarray(0, readSync(this.#fd, bytes, 0, bytes.length, this.size - bytes.length));
  }

  /** False at the end of the file. */
  #readOn(count: number): boolean {
    const rest = this.#chunk.subarray(this.#at);
    const chunk = Buffer.allocUnsafe(rest.length + count);
    rest.copy(chunk);
    const read = readSync(this.#fd, chunk, rest.length, count, this.#read);
    this.#read += read;
    this.#chunk = chunk.subarray(0, rest.length + read);
    this.#at = 0;
    return read > 0;
  }
}
