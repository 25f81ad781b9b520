/**
 * Runs in the page, in place of a desktop shell: one open dump with so many objects that no real one could be made in a
 * test. Only what a list of objects asks for is answered.
 */
export function hugeShell(objects: number): void {
  const info = {
    snapshot: "huge",
    capture: "0f".repeat(16),
    name: "huge.pyheap",
    label: null,
    createdAt: null,
    python: null,
    program: null,
    pid: null,
    fileBytes: 1,
    objects,
    references: 1,
    types: 1,
  };
  const row = (id: number) => ({
    id,
    address: `0x${id.toString(16)}`,
    type: "app.Thing",
    typeId: 1,
    label: `object ${id}`,
    heldAs: null,
    shallowBytes: 64,
    retainedBytes: 2 * objects - id,
    releasedByRefcountBytes: null,
    children: 0,
  });
  const answer = (method: string, params: { offset: number; limit: number }): unknown => {
    switch (method) {
      case "snapshots":
        return { rows: [info] };
      case "watch":
        return {
          version: 1,
          stages: [{ stage: "dominators", state: "done", fraction: 1, milliseconds: 1, fromCache: false }],
          failure: null,
        };
      case "summary":
        return {
          shallowBytes: 64 * objects,
          heldOutside: { objects: 0, bytes: 0 },
          unreachable: { objects: 0, bytes: 0 },
        };
      case "sets":
      case "notes":
        return { rows: [] };
      case "objects": {
        const count = Math.max(0, Math.min(params.limit, objects - params.offset));
        return { total: objects, rows: Array.from({ length: count }, (_, at) => row(params.offset + at)) };
      }
      default:
        return {};
    }
  };
  const shell = {
    kind: "desktop",
    send: async ({ id, method, params }: { id: string; method: string; params: { offset: number; limit: number } }) => {
      await new Promise((resolve) => setTimeout(resolve, 2)); // a real answer is never there at once
      return { id, ok: true, value: answer(method, params) };
    },
    pickFile: async () => null,
    offerFile: async () => "file",
    onOpenFile() {},
  };
  Object.assign(window, { heapShell: shell });
}
