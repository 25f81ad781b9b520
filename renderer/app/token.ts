const KEY = "pyheap-explorer-token";
/** Only pages of our own address hear each other here. */
const CHANNEL = "pyheap-explorer-token";
const PATIENCE = 500;

/**
 * The token that lets this page ask the server. It comes in the fragment (`#token=<64 hex>&route=<encoded>`), which then
 * keeps only the route, and stays with the tab for reloads. A tab that was opened from another one, by a link or a
 * copied address, gets it from there. Empty where nobody knows it.
 */
export function takeToken(): Promise<string> {
  const given = new URLSearchParams(location.hash.slice(1));
  const fresh = valid(given.get("token"));
  if (fresh !== null) {
    const route = given.get("route") ?? "#/";
    history.replaceState(null, "", `#${route.replace(/^#/, "")}`);
    sessionStorage.setItem(KEY, fresh);
  }
  const known = valid(sessionStorage.getItem(KEY));
  const channel = new BroadcastChannel(CHANNEL);
  if (known !== null) {
    lend(channel, known);
    return Promise.resolve(known);
  }
  return new Promise((resolve) => {
    const settle = (token: string) => {
      clearTimeout(patience);
      channel.onmessage = null;
      if (token !== "") {
        sessionStorage.setItem(KEY, token);
        lend(channel, token);
      }
      resolve(token);
    };
    const patience = setTimeout(settle, PATIENCE, "");
    channel.onmessage = ({ data }) => {
      const token = valid(data);
      if (token !== null) settle(token);
    };
    channel.postMessage("ask");
  });
}

function lend(channel: BroadcastChannel, token: string): void {
  channel.onmessage = ({ data }) => {
    if (data === "ask") channel.postMessage(token);
  };
}

const valid = (token: unknown): string | null =>
  typeof token === "string" && /^[0-9a-f]{64}$/.test(token) ? token : null;
