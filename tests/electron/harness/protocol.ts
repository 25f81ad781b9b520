import { harness } from "./control.ts";

type Handler = (request: Request) => Promise<Response>;

const handlers = new Map<string, Handler>();

export const protocol = {
  registerSchemesAsPrivileged(_schemes: unknown): void {
    if (harness.ready) throw new Error("protocol.registerSchemesAsPrivileged should be called before app is ready");
  },
  handle(scheme: string, handler: Handler): void {
    if (!harness.ready) throw new Error("protocol.handle was called before app is ready");
    handlers.set(scheme, handler);
  },
};

/** Chromium knows no `app://explorer/x`, so it sees `http://explorer.app.localhost/x`: also an origin that it trusts. */
export function toChromium(address: string): string {
  const match = /^([a-z]+):\/\/([^/]+)(.*)$/.exec(address);
  return match && handlers.has(match[1] ?? "") ? `http://${match[2]}.${match[1]}.localhost${match[3]}` : address;
}

/** The reverse: what the app gets to see. */
export function fromChromium(address: string): string {
  const match = /^http:\/\/([^/]+)\.([a-z]+)\.localhost(.*)$/.exec(address);
  return match && handlers.has(match[2] ?? "") ? `${match[2]}://${match[1]}${match[3]}` : address;
}

/** The app's own answer to a request; null where no handler of its knows the scheme. */
export async function answerRequest(address: string, method: string): Promise<Response | null> {
  const handler = handlers.get(address.slice(0, address.indexOf(":")));
  return handler ? handler(new Request(address, { method })) : null;
}
