import type { ObjectSitePage, TypeRow } from "../../shared/session/contract.ts";
import type { Source } from "../../shared/types/route.ts";
import { messages } from "../messages.ts";
import type { Sentence } from "./sentence.ts";
import { siteWords } from "./site-words.ts";

/** What is known of a list besides its objects. */
interface Known {
  readonly type: { readonly value: TypeRow | null };
  readonly sites: { readonly value: ObjectSitePage | null };
}

/** What a list of objects is, in words: more, the more is known of it. */
export function objectsTitle(source: Source, { type, sites }: Known, total: number | null): Sentence {
  const place = sites.value?.rows[0];
  if (source.kind === "site" && place !== undefined) return siteWords.at(place, source.by);
  if (source.kind !== "type" || type.value === null) return messages.objects.source(source);
  const { type: name, count, shallowBytes, retainedBytes } = type.value;
  return total === 0
    ? messages.objects.source(source)
    : messages.objects.ofType(name, count, shallowBytes, retainedBytes);
}
