import type { Client } from "../../shared/session/contract.ts";
import { type Failure, toFailure } from "../../shared/types/failure.ts";
import { Asked } from "./asked.svelte.ts";
import type { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** The advisor's screen: which findings are unfolded, and the advice as documents. */
export class AdvisorState {
  /** Made beforehand: a browser lets a page copy only in the moment of the click. */
  readonly markdown = new Asked<string>();
  exportFailure = $state.raw<Failure | null>(null);
  #open = $state.raw<ReadonlySet<number>>(new Set([0]));
  readonly #client: Client;
  readonly #snapshot: OpenSnapshot;

  constructor(client: Client, snapshot: OpenSnapshot) {
    this.#client = client;
    this.#snapshot = snapshot;
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
    return (await this.#client.adviceReport({ snapshot: this.#snapshot.info.snapshot, format }, options)).text;
  }
}
