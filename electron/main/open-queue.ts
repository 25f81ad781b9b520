/** Paths that the system or the user asks for, kept until there is a page that can show them. */
export interface OpenQueue {
  add(...paths: readonly string[]): void;
  /** From now on each path goes to `show` at once, and so do those that waited. */
  resume(show: (path: string) => void): void;
  /** The page is loading: paths wait again. */
  pause(): void;
}

export function createOpenQueue(): OpenQueue {
  let waiting: string[] = [];
  let shown: ((path: string) => void) | null = null;

  const flush = () => {
    if (shown === null) return;
    const paths = waiting;
    waiting = [];
    paths.forEach(shown);
  };

  return {
    add(...paths) {
      waiting.push(...paths);
      flush();
    },
    resume(show) {
      shown = show;
      flush();
    },
    pause() {
      shown = null;
    },
  };
}
