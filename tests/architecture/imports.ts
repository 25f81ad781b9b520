import { posix } from "node:path";
import ts from "typescript";

/** One place where a file names another one or a package. */
export interface Import {
  readonly file: string;
  /** A path from the project's folder, or a package's name (`node:fs` is `node:`); null where it is computed. */
  readonly target: string | null;
  readonly isPackage: boolean;
  /** Nothing of it is left when the program runs. */
  readonly typeOnly: boolean;
}

/**
 * Every import of a TypeScript, JavaScript or Svelte file, in whatever way it is written: `import`, `export … from`,
 * `import()`, `require()`, types (`import("x").T`), `new URL("x", import.meta.url)` as workers are started, and
 * `import.meta.glob`. Read from the syntax tree, so that comments and strings don't count.
 */
export function importsOf(file: string, content: string): Import[] {
  const source = ts.createSourceFile(file, scriptOf(file, content), ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly = false) => {
    if (!specifier) return;
    const text = ts.isStringLiteralLike(specifier) ? specifier.text : null;
    found.push({ file, typeOnly, ...resolved(file, text) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeExport(node));
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node, true);
    else if (ts.isCallExpression(node) && isImportCall(node)) addCall(node.arguments[0] ?? node);
    else if (ts.isNewExpression(node) && isOwnUrl(node)) addUrl(node.arguments?.[0]);
    ts.forEachChild(node, visit);
  };
  // `import(new URL("x", import.meta.url).href)`: the URL is found by itself.
  const addCall = (argument: ts.Node) => {
    const url = ts.isPropertyAccessExpression(argument) ? argument.expression : argument;
    if (!ts.isNewExpression(url) || !isOwnUrl(url)) add(argument);
  };
  // A URL may also name a folder, or a file that is only read; code is what counts here.
  const addUrl = (specifier: ts.Node | undefined) => {
    if (specifier && ts.isStringLiteralLike(specifier) && /\.(ts|js|mjs|svelte)$/.test(specifier.text)) add(specifier);
  };
  visit(source);
  return found;
}

/** Svelte: the scripts; the markup can only use what they import. */
const scriptOf = (file: string, content: string): string =>
  file.endsWith(".svelte")
    ? [...content.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script).join("\n")
    : content;

const isTypeImport = ({ importClause: clause }: ts.ImportDeclaration): boolean => {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every((name) => name.isTypeOnly);
};

const isTypeExport = ({ isTypeOnly, exportClause: clause }: ts.ExportDeclaration): boolean =>
  isTypeOnly || (!!clause && ts.isNamedExports(clause) && clause.elements.every((name) => name.isTypeOnly));

const isImportCall = ({ expression }: ts.CallExpression): boolean =>
  expression.kind === ts.SyntaxKind.ImportKeyword ||
  (ts.isIdentifier(expression) && expression.text === "require") ||
  (ts.isPropertyAccessExpression(expression) &&
    ts.isMetaProperty(expression.expression) &&
    ["glob", "resolve"].includes(expression.name.text));

/** `new URL(…, import.meta.url)` */
const isOwnUrl = ({ expression, arguments: args }: ts.NewExpression): boolean => {
  const base = args?.[1];
  return (
    ts.isIdentifier(expression) &&
    expression.text === "URL" &&
    !!base &&
    ts.isPropertyAccessExpression(base) &&
    ts.isMetaProperty(base.expression)
  );
};

function resolved(file: string, specifier: string | null): Pick<Import, "target" | "isPackage"> {
  if (specifier === null) return { target: null, isPackage: false };
  const [plain = ""] = specifier.split("?"); // Vite's `?worker`
  if (plain.startsWith(".")) return { target: posix.join(posix.dirname(file), plain), isPackage: false };
  if (plain.startsWith("/")) return { target: plain.slice(1), isPackage: false };
  if (plain.startsWith("node:")) return { target: "node:", isPackage: true };
  const [scope = "", name = ""] = plain.split("/");
  return { target: scope.startsWith("@") ? `${scope}/${name}` : scope, isPackage: true };
}
