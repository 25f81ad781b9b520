import "./look.css";
import "./parts.css";
import { mount } from "svelte";
import { createClient } from "../../shared/session/client.ts";
import type { PageShell } from "../../shared/session/contract.ts";
import { Navigation } from "../state/navigation.svelte.ts";
import { SessionState } from "../state/session.svelte.ts";
import { Theme } from "../state/theme.svelte.ts";
import App from "./App.svelte";
import { browserShell } from "./browser-shell.ts";

declare global {
  interface Window {
    /** Put there by Electron's preload; missing in a browser. */
    readonly heapShell?: PageShell;
  }
}

const shell = window.heapShell ?? browserShell();
const navigation = new Navigation();
const session = new SessionState(createClient(shell.send), shell, navigation);
const theme = new Theme();

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app");
mount(App, { target, props: { session, navigation, theme } });
