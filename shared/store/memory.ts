/**
 * What an open dump holds, in bytes per object and per reference, all stages done. Declared here and in
 * docs/algorithms.md; `npm run bench` fails where more is held.
 */
export const HELD = { object: 96, reference: 12 } as const;
