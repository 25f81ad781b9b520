import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A folder, a file inside of the archive, or one that lies beside it. */
interface Entry {
  readonly files?: Readonly<Record<string, Entry>>;
  readonly offset?: string;
  readonly size?: number;
  readonly unpacked?: boolean;
}

interface Packed {
  readonly path: string;
  /** Null where the file lies in `<archive>.unpacked`. */
  readonly content: Buffer | null;
}

/** The files of an asar archive: four sizes, an index as JSON, then all contents. */
export async function readAsar(archive: string): Promise<readonly Packed[]> {
  const bytes = await readFile(archive);
  const begin = 8 + bytes.readUInt32LE(4);
  const index: Entry = JSON.parse(bytes.toString("utf8", 16, 16 + bytes.readUInt32LE(12)));
  const filesIn = (entry: Entry, path: string): readonly Packed[] => {
    if (entry.files) {
      return Object.entries(entry.files).flatMap(([name, child]) => filesIn(child, path ? `${path}/${name}` : name));
    }
    const offset = begin + Number(entry.offset);
    return [{ path, content: entry.unpacked ? null : bytes.subarray(offset, offset + (entry.size ?? 0)) }];
  };
  return filesIn(index, "");
}

/** Lays an archive and what lies beside it out as the folder that Electron shows to the program. */
export async function extractAsar(archive: string, folder: string): Promise<void> {
  for (const { path, content } of await readAsar(archive)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    if (content) await writeFile(join(folder, path), content);
  }
  await cp(`${archive}.unpacked`, folder, { recursive: true });
}
