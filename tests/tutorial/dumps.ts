import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Options } from "../../electron/headless/answers.ts";
import { COMMANDS, type CommandName } from "../../electron/headless/commands.ts";
import { type OpenDump, withDumps } from "../../electron/headless/open-dumps.ts";
import type { AllocationPage } from "../../shared/session/contract.ts";
import type { Advice } from "../../shared/types/advice.ts";
import type {
  CompareTypeRow,
  Comparison,
  CycleRow,
  GrowthRow,
  ObjectDetail,
  ObjectRow,
  Page,
  ReferenceRow,
  Summary,
  TypeRow,
  WhyAlive,
} from "../../shared/types/rows.ts";
import { findPython } from "../setup/python.ts";

/*
 * What a reader of the tutorial does: run a program under the dumper, then ask the command line. The answers are what
 * `pyheap-explorer … --json` prints; each dump is opened once, since a process for each question would take minutes.
 */

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "pyheap-tutorial-"));

/** Where a program that dumps by itself shall put its dump. */
export const inFolder = (name: string): string => join(folder, name);

export interface Captured {
  readonly file: string;
  /** What the program printed: facts as Python itself tells them. */
  readonly said: Record<string, unknown>;
}

/** Runs a program of this folder under the dumper. */
export function capture(program: string, ...args: string[]): Captured {
  const python = findPython();
  if (python === null) throw new Error("No CPython 3.9 or later found: install python3 or set PYTHON.");
  const file = inFolder(`${program}.pyheap`);
  const script = join(import.meta.dirname, "programs", `${program}.py`);
  const { status, stdout, stderr } = spawnSync(
    python,
    [join(ROOT, "python-dump/pyheap_dump.py"), "run", "-o", file, script, ...args],
    {
      encoding: "utf8",
      cwd: folder,
      // Some programs dump by themselves too.
      env: { ...process.env, PYTHONPATH: join(ROOT, "python-dump"), PYTHONDONTWRITEBYTECODE: "1" },
    },
  );
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return { file, said: stdout === "" ? {} : (JSON.parse(stdout) as Record<string, unknown>) };
}

export interface ObjectAnswer extends Omit<ObjectDetail, "referents" | "referrers"> {
  readonly referents: readonly ReferenceRow[];
  readonly referrers: readonly ReferenceRow[];
}

export interface CompareAnswer extends Comparison {
  readonly types: readonly CompareTypeRow[];
  readonly holders: readonly GrowthRow[];
}

const ALL: Options = {
  args: [],
  limit: 1_000_000,
  offset: 0,
  sort: undefined,
  filter: undefined,
  type: undefined,
  address: undefined,
  text: undefined,
  pattern: undefined,
  set: undefined,
  object: undefined,
  paths: 3,
  ignore: [],
  code: false,
  each: false,
  document: null,
  failIfGrew: null,
  noFrames: false,
  by: undefined,
  drop: false,
};

/** The command line's questions to a dump that stays open. */
export class Dump {
  readonly #dump: OpenDump;

  constructor(dump: OpenDump) {
    this.#dump = dump;
  }

  async #ask<T>(command: CommandName, options: Partial<Options> = {}, ...more: OpenDump[]): Promise<T> {
    const { json } = await COMMANDS[command].run([this.#dump, ...more], { ...ALL, ...options });
    return JSON.parse(JSON.stringify(json)) as T;
  }

  summary = (): Promise<Summary> => this.#ask("summary");
  object = (id: number): Promise<ObjectAnswer> => this.#ask("object", { args: [String(id)] });
  why = (id: number): Promise<WhyAlive> => this.#ask("why", { args: [String(id)] });
  advise = (): Promise<Advice> => this.#ask("advise");
  compare = (after: Dump): Promise<CompareAnswer> => this.#ask("compare", {}, after.#dump);

  /** The lines that allocated something that is still in use, of a file; the first has most. */
  allocations = (file: string): Promise<AllocationPage> => this.#ask("allocations", { filter: file });

  /** The objects of a type. */
  async find(type: string): Promise<readonly ObjectRow[]> {
    return (await this.#ask<Page<ObjectRow>>("find", { type })).rows;
  }

  async findText(text: string): Promise<readonly ObjectRow[]> {
    return (await this.#ask<Page<ObjectRow>>("find", { text })).rows;
  }

  /** One type by its whole name. */
  async type(name: string): Promise<TypeRow> {
    const { rows } = await this.#ask<Page<TypeRow>>("types", { filter: name });
    return only(rows.filter((row) => row.type === name));
  }

  /** The cycles that objects of a type are in. */
  async cyclesOf(name: string): Promise<readonly CycleRow[]> {
    const { rows } = await this.#ask<Page<CycleRow>>("cycles");
    return rows.filter((row) => row.types.some(({ type }) => type === name));
  }

  /** What a global variable of the program refers to. */
  async variable(name: string): Promise<ReferenceRow> {
    const main = only((await this.find("module")).filter(({ label }) => label === "module __main__"));
    const { referents } = await this.object(main.id);
    const variables = await this.object(only(referents.filter(({ edge }) => edge === ".__dict__")).id);
    return only(variables.referents.filter(({ edge }) => edge === `['${name}']`));
  }
}

const closing = Promise.withResolvers<void>();
const open: Promise<unknown>[] = [];

/** Opens dumps until `closeDumps`, those to compare with one call. */
export function openDumps(...files: string[]): Promise<readonly Dump[]> {
  return new Promise((resolve, reject) => {
    const closed = withDumps(files, async (...dumps) => {
      resolve(dumps.map((dump) => new Dump(dump)));
      await closing.promise;
    });
    open.push(closed.catch(reject));
  });
}

export const openDump = async (file: string): Promise<Dump> => only(await openDumps(file));

/** Runs a program under the dumper and opens what it leaves. */
export const dumpOf = (program: string, ...args: string[]): Promise<Dump> => openDump(capture(program, ...args).file);

export async function closeDumps(): Promise<void> {
  closing.resolve();
  await Promise.all(open);
  rmSync(folder, { recursive: true, force: true });
}

export function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`${rows.length} rows where one was expected`);
  return row;
}
