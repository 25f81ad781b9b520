import { EventEmitter } from "node:events";
import { MessageChannel, type MessagePort } from "node:worker_threads";

/** How ports travel between the app and the engine's thread. */
export interface Parcel {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}

/** `MessagePortMain` over a port of Node's: real channels, other event shape. */
export class PortMain extends EventEmitter {
  readonly port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.port = port;
    port.on("message", (data: unknown) => this.emit("message", { data, ports: [] }));
    port.on("close", () => this.emit("close"));
    // A listener of Node's starts a port at once; Electron's keeps messages until `start`.
    port.unref();
  }

  postMessage(data: unknown): void {
    this.port.postMessage(data);
  }

  start(): void {
    this.port.start();
  }

  close(): void {
    this.port.close();
  }
}

export class MessageChannelMain {
  readonly port1: PortMain;
  readonly port2: PortMain;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new PortMain(port1);
    this.port2 = new PortMain(port2);
  }
}

export const parcel = (data: unknown, ports: readonly PortMain[]): [Parcel, MessagePort[]] => {
  const bare = ports.map(({ port }) => port);
  return [{ data, ports: bare }, bare];
};
