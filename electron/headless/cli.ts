#!/usr/bin/env node
import { parseArgs } from "node:util";
import { defaultStateFolder } from "../../shared/session/files.ts";
import { defaultCacheFolder } from "../../shared/store/cache-folder.ts";
import { HeapError } from "../../shared/types/failure.ts";
import type { Answer, Options } from "./answers.ts";
import { COMMANDS, type CommandName } from "./commands.ts";
import { withDumps } from "./open-dumps.ts";
import { runRecover } from "./recover-command.ts";
import { runServe } from "./serve-command.ts";
import { printable } from "./table.ts";

const USAGE = `Usage: pyheap-explorer COMMAND FILE … [options]

  summary FILE                      what the process was, and where its objects are
  overview FILE                     where the bytes are, the biggest holders, the collector
  types FILE                        types by bytes     [--sort retained|shallow|count]
                                    [--filter "Request count>1000 size>64KB keeps>1MB module:shop is:mine"]
                                    [--by size|generation|line|file|traceback] all objects, by size class, generation or place
  find FILE --type T                objects of a type, at an address, with a text, one that a regular
            | --address A | --text S  expression matches, or in a set that you have kept
            | --pattern R | --set NAME
  names FILE TEXT                   variables of modules and attributes of instances
  object FILE ID                    one object: sizes, count, what it holds, who holds it
  why FILE ID                       why the object is alive   [--paths K] [--ignore ID …] [--no-frames]
       FILE --type T                how all objects of a type are held
  cut FILE FROM TO                  what would go without the reference from one object to the other
  keeps FILE ID                     all that would be gone with an object, by type
  dominators FILE [--object ID]     the biggest holders, or what one object keeps alive
                                    [--by type|module] in groups, [--drop] down to where the bytes are spread
             | --type T             who holds the objects of a type   [--by type|module]
  cycles FILE                       reference cycles, and which reference to make weak   [--each] [--code]
  advise [EARLIER] FILE             what is wrong with the heap, and how to fix it   [--markdown | --html]
                                    with an earlier dump of the same process also what grew since then
  threads FILE                      threads, tasks and generators: stacks, variables, what they keep alive
  allocations FILE                  where memory was allocated that is in use, where tracemalloc traced
                                    [--by line|file|traceback] [--sort bytes|blocks|objects|name] [--filter app.py]
  compare FILE FILE …               what grew from the first dump to the last, and what no longer grows   [--fail-if-grew 10MB]
  sets FILE                         object sets that you have kept in the explorer, and what they come to
  notes FILE                        notes that you have written in the explorer
  export FILE OUT.csv|.json|.md     objects as a file: the biggest holders, or what find takes
  tables FILE OUT                   write plain SQLite tables: object, reference, root
  recover FILE OUT                  save what is left of a file that was cut short or damaged
  serve FILE …                      show the dumps in a browser   [--port N] [--no-browser]

ID is an object's number in the file, or its address (0x…).

  --json        one JSON document on standard output, nothing else
  --limit N     rows (20)          --offset N    rows to leave out (0)
  --no-cache    compute everything, and keep no index of it for the next time
  --help        this text

Exit code: 0; 1 where a gate failed (--fail-if-grew); 2 with one sentence on standard error for a wrong command or a file that can't be read.
`;

/** Where a command's answer goes, and the sentence of one that failed. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
}

const STANDARD: Output = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
};

/** Runs the command line; gives the exit code. */
export async function main(argv: readonly string[], to: Output = STANDARD): Promise<number> {
  try {
    return await run(argv, to);
  } catch (thrown) {
    if (!(thrown instanceof HeapError) && !(thrown instanceof UsageError)) throw thrown;
    to.error(`${printable(thrown.message)}\n`);
    return 2;
  }
}

class UsageError extends Error {}

async function run(argv: readonly string[], to: Output): Promise<number> {
  const { values, positionals } = parse(argv);
  const [command = "", ...args] = positionals;
  if (values.help || command === "" || command === "help") {
    to.out(USAGE);
    return values.help || command === "help" ? 0 : 2;
  }
  const cacheFolder = values["no-cache"] ? null : defaultCacheFolder();
  if (command === "serve") {
    return runServe({
      files: args,
      open: !values["no-browser"],
      stateFolder: defaultStateFolder(),
      cacheFolder,
      ...(values.port === undefined ? {} : { port: count("port", values.port) }),
    });
  }
  if (command === "recover") {
    const [path, out] = args;
    if (path === undefined || out === undefined || args.length !== 2)
      throw new UsageError("Usage: pyheap-explorer recover FILE OUT. Run pyheap-explorer --help for more.");
    to.out(textOf(runRecover(path, out), values.json));
    return 0;
  }
  if (!isCommand(command))
    throw new UsageError(`There is no command ${command}. Run pyheap-explorer --help for the list.`);

  const wanted = COMMANDS[command].arguments;
  const isOpenEnded = wanted[wanted.length - 1].endsWith("…");
  const needed = wanted.filter((word) => !word.endsWith("?")).length;
  const files = isOpenEnded ? args.length : wanted.filter((word) => word.startsWith("FILE")).length;
  if (args.length < needed || (args.length > wanted.length && !isOpenEnded)) {
    const words = wanted.map((word) => (word.endsWith("?") ? `[${word.slice(0, -1)}]` : word));
    throw new UsageError(`Usage: pyheap-explorer ${command} ${words.join(" ")}. Run pyheap-explorer --help for more.`);
  }

  if (command === "why" && (values.type === undefined) === args.length < wanted.length)
    throw new UsageError("why takes an object's number or address, or --type. Run pyheap-explorer --help for more.");

  const options: Options = {
    args: args.slice(files),
    limit: count("limit", values.limit),
    offset: count("offset", values.offset),
    sort: values.sort,
    filter: values.filter,
    type: values.type,
    address: values.address,
    text: values.text,
    pattern: values.pattern,
    set: values.set,
    object: values.object,
    paths: Math.max(1, count("paths", values.paths)),
    ignore: values.ignore ?? [],
    noFrames: values["no-frames"],
    by: values.by,
    drop: values.drop,
    code: values.code,
    each: values.each,
    document: values.html ? "html" : values.markdown ? "markdown" : null,
    failIfGrew: values["fail-if-grew"] === undefined ? null : sizeOf("fail-if-grew", values["fail-if-grew"]),
  };
  const answer = await withDumps(
    args.slice(0, files),
    (...dumps) => COMMANDS[command].run(dumps, options),
    cacheFolder,
  );
  to.out(textOf(answer, values.json));
  if (answer.failed === undefined) return 0;
  to.error(`${printable(answer.failed)}.\n`);
  return 1;
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        json: { type: "boolean", default: false },
        limit: { type: "string", default: "20" },
        offset: { type: "string", default: "0" },
        sort: { type: "string" },
        filter: { type: "string" },
        type: { type: "string" },
        address: { type: "string" },
        text: { type: "string" },
        pattern: { type: "string" },
        set: { type: "string" },
        object: { type: "string" },
        paths: { type: "string", default: "3" },
        ignore: { type: "string", multiple: true },
        "no-frames": { type: "boolean", default: false },
        by: { type: "string" },
        drop: { type: "boolean", default: false },
        code: { type: "boolean", default: false },
        each: { type: "boolean", default: false },
        markdown: { type: "boolean", default: false },
        html: { type: "boolean", default: false },
        "fail-if-grew": { type: "string" },
        port: { type: "string" },
        "no-browser": { type: "boolean", default: false },
        "no-cache": { type: "boolean", default: false },
      },
    });
  } catch (thrown) {
    const at = argv.findIndex((word) => /^-\d/.test(word));
    throw new UsageError(at < 0 ? optionWords(thrown) : negativeWords(argv[at], argv[at - 1]));
  }
}

/** `--limit -5`, `object FILE -1`: a number that `parseArgs` takes for an option. */
function negativeWords(number: string, before = ""): string {
  const most = MOST[before.replace(/^--/, "")];
  if (most === undefined) return `${number} is neither an option nor an object's number or address (0x…).`;
  return wholeNumberWords(before.slice(2), number, most);
}

/** What `parseArgs` finds wrong, in our words: its own are for programmers. */
function optionWords(thrown: unknown): string {
  const { message, code } = thrown as NodeJS.ErrnoException;
  const option = /'(?:-\w, )?(-[^'\s]*)/.exec(message)?.[1] ?? "";
  const help = "Run pyheap-explorer --help for the list.";
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `There is no option ${option}. ${help}`;
  if (code !== "ERR_PARSE_ARGS_INVALID_OPTION_VALUE") return message;
  return message.includes("does not take an argument")
    ? `${option} takes no value. ${help}`
    : `${option} needs a value. ${help}`;
}

/** Options that take a number, and the largest that each takes. */
const MOST: Readonly<Record<string, number>> = {
  limit: 1_000_000_000,
  offset: 1_000_000_000,
  paths: 100,
  port: 65_535,
};

function count(option: "limit" | "offset" | "paths" | "port", text: string): number {
  const most = MOST[option];
  if (/^\d{1,10}$/.test(text) && Number(text) <= most) return Number(text);
  throw new UsageError(wholeNumberWords(option, text, most));
}

const wholeNumberWords = (option: string, text: string, most: number): string =>
  `--${option} takes a whole number from 0 to ${most}, not ${text}.`;

/** `10MB` -> 10485760: units are binary, as they are in everything this program prints. */
function sizeOf(option: string, text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,12})\s*([kmgt]?)i?b?$/i.exec(text) ?? [];
  if (digits === "") throw new UsageError(`--${option} takes a size such as 10MB, not ${text}.`);
  return Number(digits) * 1024 ** " kmgt".indexOf(unit.toLowerCase() || " ");
}

const textOf = ({ json, human }: Answer, asJson: boolean): string =>
  `${asJson ? JSON.stringify(json, null, 2) : human()}\n`;

// A reader that has seen enough, as `head` does, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(
    `The output could not be written: ${error.code === "ENOSPC" ? "no space is left" : error.message}.\n`,
  );
  process.exit(2);
});
if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
