import type { PathStep } from "../../shared/session/contract.ts";

export interface FoldedStep extends PathStep {
  /** True where `retainedBytes` is what its `__dict__` keeps alive: others hold the variables too, as a module's functions do. */
  readonly withVariables: boolean;
}

/**
 * A path as a person would write it: a module or an instance holds its variables itself, its `__dict__` is not worth a
 * step. `module app › .__dict__ › ['_SESSIONS']` becomes `module app › ._SESSIONS`, and keeps alive what its variables do.
 */
export function foldSteps(steps: readonly PathStep[]): readonly FoldedStep[] {
  return steps.flatMap((step, index) => {
    if (variableIn(step, steps[index + 1]) !== null) return [];
    const variable = variableIn(steps[index - 1], step);
    const dict = variableIn(steps[index + 1], steps[index + 2]) === null ? undefined : steps[index + 1];
    const variables = dict?.retainedBytes ?? null;
    const withVariables = variables !== null && variables > (step.retainedBytes ?? 0);
    const retainedBytes = withVariables ? variables : step.retainedBytes;
    return [{ ...step, retainedBytes, withVariables, ...(variable === null ? {} : { edge: `.${variable}` }) }];
  });
}

/** The variable's name, if the first step is a `__dict__` and the second is held under an identifier in it. */
function variableIn(dict: PathStep | undefined, value: PathStep | undefined): string | null {
  if (dict?.kind !== "dict" || value?.kind !== "value") return null;
  return /^\['([\p{L}_][\p{L}\p{N}_]*)'\]$/u.exec(value.edge ?? "")?.[1] ?? null;
}
