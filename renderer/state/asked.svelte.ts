import { type Failure, toFailure } from "../../shared/types/failure.ts";

/** One value that is asked for, and asked for again. A newer question cancels the older one and wins over it. */
export class Asked<Value> {
  value = $state.raw<Value | null>(null);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);
  #controller: AbortController | null = null;

  async ask(question: (signal: AbortSignal) => Promise<Value>): Promise<void> {
    this.cancel();
    const controller = new AbortController();
    this.#controller = controller;
    this.loading = true;
    this.failure = null;
    try {
      const value = await question(controller.signal);
      if (this.#controller !== controller) return;
      this.value = value;
    } catch (thrown) {
      if (this.#controller !== controller) return;
      this.value = null;
      this.failure = toFailure(thrown);
    }
    this.loading = false;
    this.#controller = null;
  }

  cancel(): void {
    this.#controller?.abort();
    this.#controller = null;
    this.loading = false;
  }
}
