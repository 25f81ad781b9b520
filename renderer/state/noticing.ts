import type { Client } from "../../shared/session/contract.ts";
import { toFailure } from "../../shared/types/failure.ts";
import type { SnapshotId } from "../../shared/types/ids.ts";

type Call = (request: object, options?: object) => Promise<unknown>;

/** The same client, which says when the session no longer knows a dump: another tab may have closed it. */
export function noticing(client: Client, onGone: (snapshot: SnapshotId) => void): Client {
  const wrapped = Object.entries(client).map(([method, call]) => [
    method,
    async (request: object, options?: object) => {
      try {
        return await (call as Call)(request, options);
      } catch (thrown) {
        if (toFailure(thrown).code === "no-such-snapshot" && "snapshot" in request)
          onGone(request.snapshot as SnapshotId);
        throw thrown;
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Client; // sound: the same methods with the same types
}
