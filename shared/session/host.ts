import * as v from "valibot";
import { HeapError, toFailure } from "../types/failure.ts";
import { isMethod } from "./client.ts";
import type { Message, Method, Reply, RequestId, Transport } from "./contract.ts";
import { REQUESTS } from "./requests.ts";
import type { Session } from "./session.ts";

/** Answers messages for a shell. Never rejects: every outcome is a `Reply`. */
export function createHost(session: Session): Transport {
  const running = new Map<RequestId, AbortController>();

  const dispatch = async (method: Method, params: unknown, signal: AbortSignal): Promise<unknown> => {
    const checked = v.safeParse(REQUESTS[method], params);
    if (!checked.success) throw new HeapError({ code: "bad-request", what: whatIsWrong(method, checked.issues) });
    if (method === "cancel") {
      running.get((checked.output as { request: RequestId }).request)?.abort();
      return {};
    }
    const handler = session.api[method] as (request: unknown, signal: AbortSignal) => Promise<unknown>;
    return handler(checked.output, signal);
  };

  return async ({ id, method, params }: Message): Promise<Reply> => {
    const controller = new AbortController();
    try {
      if (!isMethod(method)) throw new HeapError({ code: "bad-request", what: "there is no such method" });
      running.set(id, controller);
      return { id, ok: true, value: await dispatch(method, params, controller.signal) };
    } catch (thrown) {
      return { id, ok: false, failure: toFailure(thrown) };
    } finally {
      if (running.get(id) === controller) running.delete(id);
    }
  };
}

function whatIsWrong(method: Method, [issue]: readonly v.BaseIssue<unknown>[]): string {
  const path = issue === undefined ? null : v.getDotPath(issue);
  return path === null || path === undefined ? `wrong parameters for ${method}` : `${method} has a wrong ${path}`;
}
