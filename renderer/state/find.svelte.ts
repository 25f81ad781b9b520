import type { Client, NameRow, ObjectRow, Page, TextFinds, TypeRow } from "../../shared/session/contract.ts";
import type { SnapshotId } from "../../shared/types/ids.ts";
import { Asked } from "./asked.svelte.ts";

const TYPING_PAUSE = 120;
const TYPES = 5;
const NAMES = 5;
const TEXTS = 4;

/** What the typed text asks for. */
export interface Wanted {
  readonly text: string;
  readonly kind: "nothing" | "command" | "address" | "pattern" | "words";
}

/** `> theme` -> a command, `0x7f…` -> an address, `/u-\d+/` -> a pattern, else words. */
export function wantedBy(typed: string): Wanted {
  const text = typed.trim();
  if (text === "") return { kind: "nothing", text };
  if (text.startsWith(">")) return { kind: "command", text: text.slice(1).trim() };
  if (/^0x[0-9a-f]+$/i.test(text)) return { kind: "address", text };
  const pattern = /^\/(.+?)\/?$/s.exec(text)?.[1];
  return pattern === undefined ? { kind: "words", text } : { kind: "pattern", text: pattern };
}

/** What the palette has found in a dump so far; each part comes when it is there, and a newer question stops the older. */
export class Finding {
  readonly types = new Asked<Page<TypeRow>>();
  readonly names = new Asked<Page<NameRow>>();
  readonly texts = new Asked<TextFinds>();
  /** The search through texts, while it is under way. */
  progress = $state.raw<TextFinds | null>(null);
  readonly #client: Client;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  readonly firstTexts: readonly ObjectRow[] = $derived((this.texts.value ?? this.progress)?.rows ?? []);

  ask(snapshot: SnapshotId, wanted: Wanted): void {
    this.cancel();
    if (wanted.kind !== "words" && wanted.kind !== "pattern") return;
    this.#timer = setTimeout(() => this.#ask(snapshot, wanted), TYPING_PAUSE);
  }

  /** Stops what is under way and forgets what was found. */
  cancel(): void {
    clearTimeout(this.#timer);
    for (const part of [this.types, this.names, this.texts]) {
      part.cancel();
      part.value = null;
      part.failure = null;
    }
    this.progress = null;
  }

  #ask(snapshot: SnapshotId, { kind, text }: Wanted): void {
    if (kind === "words") {
      const range = { offset: 0, filter: { text }, sort: { by: "shallow", descending: true } } as const;
      const source = { kind: "all" } as const;
      void this.types.ask((signal) => this.#client.types({ snapshot, source, ...range, limit: TYPES }, { signal }));
      void this.names.ask((signal) => this.#client.names({ snapshot, text, offset: 0, limit: NAMES }, { signal }));
    }
    void this.texts.ask(async (signal) => {
      for (;;) {
        const request = { snapshot, text, pattern: kind === "pattern", limit: TEXTS };
        const finds = await this.#client.findText(request, { signal });
        if (finds.done || signal.aborted) return finds;
        this.progress = finds;
      }
    });
  }
}
