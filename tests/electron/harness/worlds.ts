/**
 * Scripts that run in the page before its own: one in the page's world, one in the isolated world of the preload script.
 * They are sent as source text, so each function stands for itself. The two worlds share no objects, only DOM events, as
 * Electron's worlds share only what its bridge copies.
 */

/** A value on its way between the worlds. */
export type Packed =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "function"; readonly id: number }
  | { readonly kind: "list"; readonly items: readonly Packed[] }
  | { readonly kind: "record"; readonly entries: readonly (readonly [string, Packed])[] };

export type BridgeEvent =
  | { readonly kind: "expose"; readonly name: string; readonly api: Packed }
  | { readonly kind: "call"; readonly id: number; readonly target: number; readonly args: readonly Packed[] }
  | { readonly kind: "return"; readonly id: number; readonly value: Packed }
  | { readonly kind: "throw"; readonly id: number; readonly message: string };

/** What the app's process sends into the preload script's world. */
export type ToPreload =
  | { readonly kind: "message"; readonly channel: string; readonly args: readonly unknown[]; readonly ports: number[] }
  | { readonly kind: "port"; readonly port: number; readonly data: unknown }
  | { readonly kind: "answer"; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly kind: "path"; readonly name: string; readonly path: string };

/** What comes back from there. */
export type FromPreload =
  | { readonly kind: "send"; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly kind: "invoke"; readonly id: number; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly kind: "port"; readonly port: number; readonly data: unknown };

/**
 * One end of the bridge. Plain values are copied, functions become stand-ins that call across. Unlike in Electron every
 * call across is asynchronous.
 */
export function bridgeEnd(mine: string, theirs: string, onExpose: (name: string, api: unknown) => void) {
  const functions: ((...args: unknown[]) => unknown)[] = [];
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  let calls = 0;

  const dispatch = (detail: BridgeEvent) => window.dispatchEvent(new CustomEvent(theirs, { detail }));
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

  const pack = (value: unknown): Packed => {
    if (typeof value === "function") return { kind: "function", id: functions.push(value as () => unknown) - 1 };
    if (Array.isArray(value)) return { kind: "list", items: value.map(pack) };
    if (!isRecord(value)) return { kind: "value", value };
    return { kind: "record", entries: Object.entries(value).map(([key, item]) => [key, pack(item)]) };
  };
  const unpack = (packed: Packed): unknown => {
    switch (packed.kind) {
      case "value":
        return packed.value;
      case "list":
        return packed.items.map(unpack);
      case "record":
        return Object.fromEntries(packed.entries.map(([key, item]) => [key, unpack(item)]));
      case "function":
        return (...args: unknown[]) => {
          const call = Promise.withResolvers<unknown>();
          pending.set(++calls, call);
          dispatch({ kind: "call", id: calls, target: packed.id, args: args.map(pack) });
          return call.promise;
        };
    }
  };
  const answer = async (id: number, target: number, args: readonly Packed[]) => {
    try {
      dispatch({ kind: "return", id, value: pack(await functions[target]?.(...args.map(unpack))) });
    } catch (thrown) {
      dispatch({ kind: "throw", id, message: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  };

  window.addEventListener(mine, (event) => {
    const detail = (event as CustomEvent<BridgeEvent>).detail;
    switch (detail.kind) {
      case "expose":
        return onExpose(detail.name, unpack(detail.api));
      case "call":
        return void answer(detail.id, detail.target, detail.args);
      case "return":
        return pending.get(detail.id)?.resolve(unpack(detail.value));
      case "throw":
        return pending.get(detail.id)?.reject(new Error(detail.message));
    }
  });
  return { expose: (name: string, api: unknown) => dispatch({ kind: "expose", name, api: pack(api) }) };
}

/** The page's world: what is exposed becomes a property that the page can't replace. */
export function pageWorld(connect: typeof bridgeEnd, key: string): void {
  connect(`${key}-page`, `${key}-preload`, (name, api) => {
    Object.defineProperty(window, name, { value: Object.freeze(api), enumerable: true });
  });
}

/** The preload script's world: a module `electron` with what a sandboxed preload script gets, as far as ours uses it. */
export function preloadWorld(
  connect: typeof bridgeEnd,
  key: string,
  toApp: (message: FromPreload) => void,
  preload: (require: (name: string) => unknown) => void,
): void {
  if (window !== window.top) return; // Electron runs preload scripts only in the main frame
  const bridge = connect(`${key}-preload`, `${key}-page`, () => {});
  const listeners = new Map<string, ((event: unknown, ...args: unknown[]) => void)[]>();
  const invoked = new Map<number, PromiseWithResolvers<unknown>>();
  const ports = new Map<number, MessagePort>();
  const paths = new Map<string, string>();
  let calls = 0;

  const openPort = (port: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    ports.set(port, port1);
    port1.onmessage = ({ data }) => toApp({ kind: "port", port, data });
    return port2;
  };

  const ipcRenderer = {
    on(channel: string, listener: (event: unknown, ...args: unknown[]) => void) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
    },
    send: (channel: string, ...args: unknown[]) => toApp({ kind: "send", channel, args }),
    invoke(channel: string, ...args: unknown[]) {
      const answer = Promise.withResolvers<unknown>();
      invoked.set(++calls, answer);
      toApp({ kind: "invoke", id: calls, channel, args });
      return answer.promise;
    },
  };
  const contextBridge = { exposeInMainWorld: bridge.expose };
  const webUtils = { getPathForFile: (file: File) => paths.get(file.name) ?? "" };

  Object.assign(globalThis, {
    fromApp(message: ToPreload) {
      switch (message.kind) {
        case "message": {
          const event = { ports: message.ports.map(openPort) };
          for (const listener of listeners.get(message.channel) ?? []) listener(event, ...message.args);
          return;
        }
        case "port":
          return ports.get(message.port)?.postMessage(message.data);
        case "answer":
          if (message.error === undefined) invoked.get(message.id)?.resolve(message.value);
          else invoked.get(message.id)?.reject(new Error(message.error));
          return;
        case "path":
          paths.set(message.name, message.path);
      }
    },
  });

  preload((name) => {
    if (name === "electron") return { contextBridge, ipcRenderer, webUtils };
    throw new Error(`module not found: ${name}`); // as in a sandboxed preload script
  });
}
