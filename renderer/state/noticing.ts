import type { Client } from "../../shared/session/contract.ts";
import { toFailure } from "../../shared/types/failure.ts";
import type { SnapshotId } from "../../shared/types/ids.ts";

type Call = (request: object, options?: object) => Promise<unknown>;

interface Noticed {
  /** The session no longer knows the dump: another tab may have closed it. */
  readonly onGone: (snapshot: SnapshotId) => void;
  /** Its file was overwritten. */
  readonly onChanged: (snapshot: SnapshotId) => void;
}

/** The same client, which says what became of a dump meanwhile. */
export function noticing(client: Client, { onGone, onChanged }: Noticed): Client {
  const wrapped = Object.entries(client).map(([method, call]) => [
    method,
    async (request: object, options?: object) => {
      try {
        return await (call as Call)(request, options);
      } catch (thrown) {
        const { code } = toFailure(thrown);
        if (code === "no-such-snapshot" && "snapshot" in request) onGone(request.snapshot as SnapshotId);
        if (code === "file-changed" && "snapshot" in request) onChanged(request.snapshot as SnapshotId);
        throw thrown;
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Client; // sound: the same methods with the same types
}
