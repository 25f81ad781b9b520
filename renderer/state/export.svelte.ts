import type { Client, ExportFormat, ListRequest, ObjectSort } from "../../shared/session/contract.ts";
import { type Failure, toFailure } from "../../shared/types/failure.ts";

const ROWS = 1000;
const ENDINGS = { csv: "csv", json: "json", markdown: "md" } as const satisfies Record<ExportFormat, string>;
const TYPES = {
  csv: "text/csv;charset=utf-8",
  json: "application/json",
  markdown: "text/markdown;charset=utf-8",
} as const satisfies Record<ExportFormat, string>;

export type ExportedList = Omit<ListRequest<ObjectSort>, "offset" | "limit">;

/** A list on its way into a file, page by page, so that the page stays free and it can be stopped. */
export class Export {
  /** 0 to 1 while it runs, else null. */
  fraction = $state<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #client: Client;
  #controller: AbortController | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Gives the file, or null where it was stopped or failed. */
  async run(list: ExportedList, format: ExportFormat, name: string): Promise<{ content: Blob; name: string } | null> {
    this.stop();
    const controller = new AbortController();
    this.#controller = controller;
    this.failure = null;
    this.fraction = 0;
    const parts: string[] = [];
    try {
      for (let offset = 0, total = 1; offset < total; offset += ROWS) {
        const request = { ...list, format, offset, limit: ROWS };
        const page = await this.#client.exportObjects(request, { signal: controller.signal });
        parts.push(page.text);
        total = page.total;
        this.fraction = total === 0 ? 1 : Math.min(1, (offset + ROWS) / total);
      }
      return { content: new Blob(parts, { type: TYPES[format] }), name: `${fileName(name)}.${ENDINGS[format]}` };
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.code !== "cancelled") this.failure = failure;
      return null;
    } finally {
      if (this.#controller === controller) {
        this.fraction = null;
        this.#controller = null;
      }
    }
  }

  stop(): void {
    this.#controller?.abort();
    this.#controller = null;
    this.fraction = null;
  }
}

/** What is safe in a file's name everywhere. */
const fileName = (text: string): string =>
  text
    .replace(/[^\p{L}\p{N}_. -]+/gu, " ")
    .replace(/^[. ]+/, "")
    .trim()
    .slice(0, 80) || "objects";
