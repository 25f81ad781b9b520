import type { Client, FileId, OfferedFile, PageShell, SnapshotInfo } from "../../shared/session/contract.ts";
import { type Failure, toFailure } from "../../shared/types/failure.ts";
import type { CaptureId, SnapshotId } from "../../shared/types/ids.ts";
import type { Route } from "../../shared/types/route.ts";
import { Asked } from "./asked.svelte.ts";
import { chooseFile } from "./choose-file.ts";
import type { Navigation } from "./navigation.svelte.ts";
import { noticing } from "./noticing.ts";
import { OpenSnapshot } from "./open-snapshot.svelte.ts";

/** A file on its way in: sent so far (0 to 1), or null while it is being read. */
export interface Opening {
  readonly name: string;
  readonly fraction: number | null;
}

/** Something that went wrong and is not tied to one screen. */
export interface Notice {
  readonly id: number;
  /** The file it is about. */
  readonly name: string | null;
  readonly failure: Failure;
}

/** What to show of a dump that was just opened; null to stay. */
export type LeadTo = (info: SnapshotInfo) => Route | null;

export const toOverview: LeadTo = ({ capture }) => ({ view: "overview", capture });

/** The open dumps, the files on offer, and what is being opened. */
export class SessionState {
  readonly client: Client;
  readonly files = new Asked<readonly OfferedFile[]>();
  open = $state.raw<readonly OpenSnapshot[]>([]);
  opening = $state.raw<Opening | null>(null);
  notices = $state.raw<readonly Notice[]>([]);
  /** Why a link could not be followed, by the capture it names. */
  unreachable = $state.raw<{ readonly capture: CaptureId; readonly failure: Failure | null } | null>(null);
  /** True once the dumps that were open before a reload are known. */
  restored = $state(false);
  readonly #shell: PageShell;
  readonly #navigation: Navigation;
  #lastNotice = 0;

  constructor(client: Client, shell: PageShell, navigation: Navigation) {
    this.client = noticing(client, {
      onGone: (id) => this.#forget(id),
      onChanged: (id) => {
        for (const snapshot of this.open) if (snapshot.info.snapshot === id) snapshot.changed = true;
      },
    });
    this.#shell = shell;
    this.#navigation = navigation;
    shell.onOpenFile((file) => void this.openFile(file, null));
    void this.#restore();
  }

  /** True in a window of our own, without a browser's keys and buttons. */
  get onDesktop(): boolean {
    return this.#shell.kind === "desktop";
  }

  snapshotOf(capture: CaptureId): OpenSnapshot | undefined {
    return this.open.find((snapshot) => snapshot.info.capture === capture);
  }

  askFiles(): Promise<void> {
    return this.files.ask(async (signal) => (await this.client.files({}, { signal })).rows);
  }

  /** Takes one file off the recent ones, or all. */
  async forgetFiles(file: FileId | null): Promise<void> {
    try {
      await this.client.forgetFiles({ file });
    } catch (thrown) {
      this.report(toFailure(thrown), null);
    }
    await this.askFiles();
  }

  /** The system's dialog; in a browser the page's own, so that the upload can show how far it is. */
  async pickFile(leadTo?: LeadTo): Promise<void> {
    if (this.#shell.kind === "browser") {
      const file = await chooseFile();
      if (file !== null) await this.offer([file], leadTo);
      return;
    }
    try {
      const file = await this.#shell.pickFile();
      if (file !== null) await this.openFile(file, null, leadTo);
    } catch (thrown) {
      this.report(toFailure(thrown), null);
    }
  }

  /**
   * Dropped files, one after the other: one that can't be opened does not stop the others. Of several, `leadToAll` is told
   * when all of them are open.
   */
  async offer(
    files: readonly File[],
    leadTo?: LeadTo,
    leadToAll: (infos: readonly SnapshotInfo[]) => void = () => {},
  ): Promise<void> {
    const infos: SnapshotInfo[] = [];
    const collect: LeadTo = (info) => {
      if (!infos.some(({ capture }) => capture === info.capture)) infos.push(info);
      return null;
    };
    await this.#offerEach(files, files.length > 1 ? collect : leadTo);
    const [first] = infos;
    if (infos.length > 1) leadToAll(infos);
    else if (first !== undefined) {
      const target = (leadTo ?? toOverview)(first);
      if (target !== null) this.#navigation.go(target);
    }
  }

  async #offerEach(files: readonly File[], leadTo?: LeadTo): Promise<void> {
    for (const file of files) {
      this.opening = { name: file.name, fraction: 0 };
      try {
        const id = await this.#shell.offerFile(file, (fraction) => {
          this.opening = { name: file.name, fraction };
        });
        await this.openFile(id, file.name, leadTo);
      } catch (thrown) {
        this.#reportFile(thrown, file.name);
      } finally {
        this.opening = null;
      }
    }
  }

  /** Opens a file and shows its overview, or what the caller wants to show of it. */
  async openFile(file: FileId, name: string | null, leadTo: LeadTo = toOverview): Promise<void> {
    this.opening = { name: name ?? "", fraction: null };
    try {
      const snapshot = await this.#add(file);
      const { route } = this.#navigation;
      const target = leadTo(snapshot.info);
      // A link may have been waiting for just this dump.
      if (route.view !== "start" && route.capture === snapshot.info.capture) return;
      if (target !== null) this.#navigation.go(target);
    } catch (thrown) {
      this.#reportFile(thrown, name);
    } finally {
      this.opening = null;
      void this.askFiles();
    }
  }

  /** For a link whose dump isn't open: opens it if it is among the files on offer. */
  async openCapture(capture: CaptureId): Promise<void> {
    this.unreachable = null;
    try {
      const { rows } = await this.client.files({});
      const file = rows.find((row) => row.dump?.capture === capture);
      const opened = file === undefined ? null : await this.#add(file.file);
      // The file may have been taken anew between the two requests.
      if (opened?.info.capture !== capture) this.unreachable = { capture, failure: null };
    } catch (thrown) {
      const failure = toFailure(thrown);
      // A dropped file's copy goes with its tab.
      this.unreachable = { capture, failure: failure.code === "no-such-offer" ? null : failure };
    }
  }

  /** What other windows of this server have opened and closed meanwhile. */
  async sync(): Promise<void> {
    if (!this.restored) return;
    try {
      const { rows } = await this.client.snapshots({});
      const ids = new Set(rows.map(({ snapshot }) => snapshot));
      for (const snapshot of this.open) if (!ids.has(snapshot.info.snapshot)) this.#take(snapshot);
      const known = new Set(this.open.map(({ info }) => info.snapshot));
      const added = rows.filter(({ snapshot }) => !known.has(snapshot));
      if (added.length > 0) this.open = [...this.open, ...added.map((info) => new OpenSnapshot(info, this.client))];
    } catch {
      // What the screen asks for next fails in the same way, and says so in its place.
    }
  }

  /** For a dump whose file was overwritten: closes it, and opens what the file is now. */
  async reopen(snapshot: OpenSnapshot): Promise<void> {
    const { file, name } = snapshot.info;
    await this.close(snapshot);
    await this.openFile(file, name);
  }

  async close(snapshot: OpenSnapshot): Promise<void> {
    this.#take(snapshot);
    try {
      await this.client.close({ snapshot: snapshot.info.snapshot });
    } catch (thrown) {
      this.report(toFailure(thrown), snapshot.info.name);
    }
  }

  report(failure: Failure, name: string | null): void {
    if (failure.code === "cancelled") return;
    this.notices = [...this.notices, { id: ++this.#lastNotice, name, failure }];
  }

  dismiss(notice: Notice): void {
    this.notices = this.notices.filter((each) => each !== notice);
  }

  /** In a browser the path is that of a temporary copy, which means nothing to anyone: its name takes the place. */
  #reportFile(thrown: unknown, name: string | null): void {
    const failure = toFailure(thrown);
    if (this.onDesktop || name === null || !("path" in failure)) this.report(failure, name);
    else this.report({ ...failure, path: name }, null);
  }

  /** Takes a dump's tab away; whoever looks at it gets the next one. */
  #take(snapshot: OpenSnapshot): void {
    const route = this.#navigation.route;
    snapshot.dispose();
    const at = this.open.indexOf(snapshot);
    this.open = this.open.filter((each) => each !== snapshot);
    if (route.view === "start" || route.capture !== snapshot.info.capture) return;
    const next = this.open[at] ?? this.open.at(-1);
    // Until the address has changed, it is no link that somebody follows: the dump stays closed.
    this.unreachable = { capture: snapshot.info.capture, failure: null };
    addEventListener("hashchange", () => (this.unreachable = null), { once: true });
    this.#navigation.go(
      next === undefined ? { view: "start" } : (next.left ?? { view: "overview", capture: next.info.capture }),
    );
  }

  /** A screen that needs it opens it again, as it would follow a link. */
  #forget(id: SnapshotId): void {
    for (const snapshot of this.open) if (snapshot.info.snapshot === id) snapshot.dispose();
    this.open = this.open.filter((snapshot) => snapshot.info.snapshot !== id);
  }

  async #restore(): Promise<void> {
    try {
      const { rows } = await this.client.snapshots({});
      this.open = rows.map((info) => new OpenSnapshot(info, this.client));
    } catch {
      // What the screen asks for next fails in the same way, and says so in its place.
    }
    this.restored = true;
  }

  async #add(file: FileId): Promise<OpenSnapshot> {
    const info = await this.client.open({ file });
    const known = this.open.find((each) => each.info.snapshot === info.snapshot);
    if (known !== undefined) return known;
    const snapshot = new OpenSnapshot(info, this.client);
    this.open = [...this.open, snapshot];
    return snapshot;
  }
}
