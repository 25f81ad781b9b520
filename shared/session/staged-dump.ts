import { type HeapView, moduleDicts } from "../analyses/view.ts";
import { type DumpFile, type DumpPlace, openAt, openDump } from "../store/open-file.ts";
import { Texts } from "../store/text.ts";
import type { RootInfo } from "../types/rows.ts";
import type { Stage } from "./contract.ts";
import { DumpSites } from "./dump-sites.ts";
import type { StageDone, StageValues } from "./worker-messages.ts";

/** A dump as the answerer has it: its file for texts, and the columns of the stages that are done. */
export class StagedDump {
  readonly file: DumpFile;
  readonly texts: Texts;
  readonly sites: DumpSites;
  readonly #stages: Partial<StageValues> = {};
  readonly #waiting: { stage: Stage; resolve: () => void }[] = [];
  #view: HeapView | null = null;
  #moduleOfDict: Map<number, string> | null = null;

  constructor(place: DumpPlace) {
    this.file = openAt(place, openDump);
    this.texts = new Texts(this.file);
    this.sites = new DumpSites(this.file);
  }

  close(): void {
    this.file.close();
  }

  /** Takes over a stage's columns and wakes who waits for them. */
  stageDone({ stage, value }: StageDone): void {
    Object.assign(this.#stages, { [stage]: value });
    this.#view = null;
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      if (this.#waiting[i]?.stage === stage) this.#waiting.splice(i, 1)[0]?.resolve();
    }
  }

  /** What is there now, without waiting. */
  get stages(): Readonly<Partial<StageValues>> {
    return this.#stages;
  }

  async stage<S extends Stage>(stage: S): Promise<StageValues[S]> {
    if (this.#stages[stage] === undefined) await new Promise<void>((resolve) => this.#waiting.push({ stage, resolve }));
    return this.#stages[stage] as StageValues[S]; // sound: woken by `stageDone` only
  }

  /** Everything known, once this stage is done. */
  async viewAt(stage: Exclude<Stage, "types">): Promise<HeapView> {
    const columns = await this.stage("columns");
    await this.stage(stage);
    const { graph = null, dominators = null, cycles = null } = this.#stages;
    this.#moduleOfDict ??= moduleDicts(columns, this.texts);
    this.#view ??= {
      texts: this.texts,
      columns,
      graph,
      dominators,
      cycles,
      rootsOf: graph === null ? null : rootsByObject(graph),
      moduleOfDict: this.#moduleOfDict,
      cycleIndex: null,
      lastReferrers: null,
      scratch: null,
      pathEnds: null,
    };
    return this.#view;
  }
}

function rootsByObject({ graph }: StageValues["graph"]): Map<number, RootInfo[]> {
  const byObject = new Map<number, RootInfo[]>();
  for (const { object, kind, name, place } of graph.roots) {
    const info = { kind, name, place };
    const known = byObject.get(object);
    if (known === undefined) byObject.set(object, [info]);
    else known.push(info);
  }
  return byObject;
}
