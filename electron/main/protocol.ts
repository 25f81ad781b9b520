import { protocol } from "electron";
import { readPageFile, SECURITY_HEADERS } from "../page-files.ts";

const SCHEME = "app";
/** What the addresses of all our pages start with. */
export const PAGE_ORIGIN = `${SCHEME}://explorer/`;
export const PAGE_URL = `${PAGE_ORIGIN}index.html`;

/** Makes `app://` a web origin like any other. Works only before the app is ready. */
export function declareScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }]);
}

/** Serves the built page to the window, under the same rules as the local server. */
export function servePage(folder: string): void {
  protocol.handle(SCHEME, async (request) => {
    const { host, pathname } = new URL(request.url);
    const file = host === new URL(PAGE_ORIGIN).host ? await readPageFile(folder, pathname) : null;
    if (file === null) return new Response("There is nothing here.", { status: 404, headers: SECURITY_HEADERS });
    return new Response(file.body, { headers: { ...SECURITY_HEADERS, "content-type": file.type } });
  });
}
