import { readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";

/**
 * The built page, as both shells hand it out: over HTTP by the local server, through `app://` by Electron. One place, so
 * that the page can't run under weaker rules in one of them.
 */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

/** A dump is hostile and ends up as text in the page: nothing but our own files may run, load or be asked. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

export interface PageFile {
  readonly type: string;
  readonly body: Buffer<ArrayBuffer>;
}

/** The file that the path of a URL names, inside `folder`; null for everything else: `/../x`, unknown kinds, folders. */
export async function readPageFile(folder: string, pathname: string): Promise<PageFile | null> {
  const name = decoded(pathname === "/" ? "/index.html" : pathname);
  if (name === null || /[\0\\]/.test(name)) return null;
  const path = join(folder, name);
  const type = TYPES[extname(path)];
  if (type === undefined || !path.startsWith(folder + sep)) return null;
  return readFile(path).then(
    (body) => ({ type, body }),
    () => null,
  );
}

function decoded(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}
