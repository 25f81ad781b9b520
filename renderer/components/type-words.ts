/** The texts of the types' filter and groups; part of `messages`. */
export const typeWords = {
  filter: "Filter: Request count>1000",
  syntax:
    "Words that the name contains, and conditions, all of which must hold: count>1000, size>=64KB (own size of all), average<1KB, keeps>10MB, module:shop, name:Request, is:mine, is:library",
  whose: "Whose code",
  all: "All",
  mine: "Mine",
  mineHint: "Types of modules that are neither Python's own nor installed packages, by the modules' files",
  libraries: "Libraries",
  librariesHint: "Python's own types, and those of installed packages",
  group: "Group",
  byType: "By type",
  byModule: "By module",
  byModuleHint: "A row opens the types of its module",
  modulesLabel: "Modules",
  types: "Types",
  ofOwnCode: "mine",
} as const;

export type Whose = "mine" | "library" | null;

/** `size>1k is:mine` -> `mine`. */
export const whoseIn = (filter: string): Whose =>
  /(?:^|\s)is:mine(?=\s|$)/i.test(filter) ? "mine" : /(?:^|\s)is:library(?=\s|$)/i.test(filter) ? "library" : null;

/** The same filter about other code. */
export const withWhose = (filter: string, whose: Whose): string =>
  [
    ...filter.split(/\s+/).filter((word) => word !== "" && !/^is:(mine|library)$/i.test(word)),
    ...(whose === null ? [] : [`is:${whose}`]),
  ].join(" ");

/** The same filter within a module. */
export const withModule = (filter: string, module: string): string =>
  [...filter.split(/\s+/).filter((word) => word !== "" && !/^module:/i.test(word)), `module:${module}`].join(" ");
