/**
 * How a holder is called in a sentence: as one would write it in Python, where its path begins at a module's variable.
 * `module shop.sessions › _PENDING` -> `shop.sessions._PENDING`; other paths stay as they are.
 */
export function pathName(path: string): string {
  const [, module, rest] = /^module ([\p{L}_][\p{L}\p{N}_.]*) › ([\p{L}_].*)$/su.exec(path) ?? [];
  return module === undefined || rest === undefined ? path : `${module}.${rest}`;
}

/** `/srv/shop/sessions.py` -> `sessions.py`; of a package's `__init__.py` the folder says which. */
export function shortFile(file: string): string {
  const parts = file.split(/[\\/]/).filter((part) => part !== "");
  const name = parts.at(-1) ?? file;
  return name === "__init__.py" && parts.length > 1 ? `${parts.at(-2)}/${name}` : name;
}
