import { HeapError } from "../types/failure.ts";
import { BadPage } from "./page.ts";

/** Runs `read`; what SQLite or a page refuses becomes one `damaged` failure that names the place. */
export function orDamaged<T>(path: string, where: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof BadPage)
      throw new HeapError({ code: "damaged", path, what: `in ${where}, ${thrown.message}` }, { cause: thrown });
    if (isSqliteError(thrown))
      throw new HeapError({ code: "damaged", path, what: `${where} can't be read` }, { cause: thrown });
    throw thrown;
  }
}

export const damaged = (path: string, what: string): HeapError => new HeapError({ code: "damaged", path, what });

/** better-sqlite3 marks its errors by a code that begins so. */
const isSqliteError = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("SQLITE");
