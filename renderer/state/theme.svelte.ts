const KEY = "pyheap-explorer-theme";
const CHOICES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof CHOICES)[number];

/** Light, dark, or as the system has it; remembered on this computer. */
export class Theme {
  choice = $state<ThemeChoice>("system");
  #systemDark = $state(false);
  readonly dark = $derived(this.choice === "system" ? this.#systemDark : this.choice === "dark");

  constructor() {
    const system = matchMedia("(prefers-color-scheme: dark)");
    this.#systemDark = system.matches;
    system.addEventListener("change", (event) => {
      this.#systemDark = event.matches;
    });
    const stored = localStorage.getItem(KEY);
    this.choice = CHOICES.find((choice) => choice === stored) ?? "system";
    this.#show();
  }

  /** System, light, dark, and round again. */
  next(): void {
    this.choose(CHOICES[(CHOICES.indexOf(this.choice) + 1) % CHOICES.length] ?? "system");
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    localStorage.setItem(KEY, this.choice);
    this.#show();
  }

  #show(): void {
    document.documentElement.dataset.theme = this.choice;
  }
}
