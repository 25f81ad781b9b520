import type { PathStep } from "../../shared/session/contract.ts";

/**
 * A path as a person would write it: a module or an instance holds its variables itself, its `__dict__` is not worth a
 * step. `module app › .__dict__ › ['_SESSIONS']` becomes `module app › ._SESSIONS`.
 */
export function foldSteps(steps: readonly PathStep[]): readonly PathStep[] {
  return steps.flatMap((step, index) => {
    if (variableIn(step, steps[index + 1]) !== null) return [];
    const variable = variableIn(steps[index - 1], step);
    return [variable === null ? step : { ...step, edge: `.${variable}` }];
  });
}

/** The variable's name, if the first step is a `__dict__` and the second is held under an identifier in it. */
function variableIn(dict: PathStep | undefined, value: PathStep | undefined): string | null {
  if (dict?.kind !== "dict" || value?.kind !== "value") return null;
  return /^\['([\p{L}_][\p{L}\p{N}_]*)'\]$/u.exec(value.edge ?? "")?.[1] ?? null;
}
