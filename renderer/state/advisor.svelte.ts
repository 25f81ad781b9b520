import type { Advice, Client } from "../../shared/session/contract.ts";
import { type Failure, toFailure } from "../../shared/types/failure.ts";
import { Asked } from "./asked.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** The advisor's screen: the advice on the dump alone or with an earlier one, what is unfolded, and the documents. */
export class AdvisorState {
  /** Made beforehand: a browser lets a page copy only in the moment of the click. */
  readonly markdown = new Asked<string>();
  exportFailure = $state.raw<Failure | null>(null);
  #open = $state.raw<ReadonlySet<number>>(new Set([0]));
  readonly #client: Client;
  readonly #snapshot: OpenSnapshot;
  readonly #earlier: OpenSnapshot | null;
  readonly advice: Asked<Advice>;

  constructor(client: Client, snapshot: OpenSnapshot, earlier: OpenSnapshot | null) {
    this.#client = client;
    this.#snapshot = snapshot;
    this.#earlier = earlier;
    this.advice = earlier === null ? snapshot.advice : new Asked<Advice>();
  }

  /** Once both dumps are analysed; later calls do nothing unless the answer failed. */
  askAdvice(): void {
    const { value, loading, failure } = this.advice;
    if (this.#earlier === null) this.#snapshot.askAdvice();
    else if (value === null && !loading && failure === null) this.retryAdvice();
  }

  retryAdvice(): void {
    if (this.#earlier === null) this.#snapshot.retryAdvice();
    else void this.advice.ask((signal) => this.#client.advise(this.#about(), { signal }));
  }

  #about() {
    const { snapshot } = this.#snapshot.info;
    return this.#earlier === null ? { snapshot } : { snapshot, before: this.#earlier.info.snapshot };
  }

  isOpen(finding: number): boolean {
    return this.#open.has(finding);
  }

  toggle(finding: number): void {
    const open = new Set(this.#open);
    if (!open.delete(finding)) open.add(finding);
    this.#open = open;
  }

  askMarkdown(): void {
    if (this.markdown.value !== null || this.markdown.loading) return;
    void this.markdown.ask((signal) => this.#report("markdown", { signal }));
  }

  /** `save` gets the document and a name for the file. */
  async exportHtml(save: (content: Blob, name: string) => void): Promise<void> {
    this.exportFailure = null;
    try {
      const name = this.#snapshot.info.name.replace(/\.pyheap$/, "");
      save(new Blob([await this.#report("html")], { type: "text/html" }), `${name}-advice.html`);
    } catch (thrown) {
      this.exportFailure = toFailure(thrown);
    }
  }

  async #report(format: "markdown" | "html", options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    return (await this.#client.adviceReport({ ...this.#about(), format }, options)).text;
  }
}
