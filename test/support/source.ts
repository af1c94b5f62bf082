import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

const root = join(import.meta.dirname, '../..');

/** An import, re-export, dynamic import or type import. */
export interface Import {
  /** A path from the root of the project, or the specifier of a package or of a module of Node. */
  target: string;
  names: string[];
  line: number;
}

export interface Use {
  /** `Date.now`, `new Date()`, or the plain name of what is not declared as a property. */
  expression: string;
  line: number;
}

export interface Source {
  file: string;
  imports: Import[];
  uses: Use[];
}

export function readSources(): Source[] {
  const files = globSync('{src,machines}/**/*.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
  return files.toSorted().map((file) => parseSource(file, readFileSync(join(root, file), 'utf8')));
}

export function isFile(path: string) {
  return existsSync(join(root, path));
}

export function parseSource(file: string, text: string): Source {
  const { program, module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`Expected ${file} to parse: ${errors[0]?.message}`);
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  const imports: Import[] = [];
  const uses: Use[] = [];

  const addImport = (specifier: string, start: number, names: (string | null)[] = []) => {
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
    imports.push({ target, line: lineOf(start), names: names.filter((name) => name !== null) });
  };
  for (const { moduleRequest, entries, start } of module.staticImports) {
    const names = entries.map((entry) => entry.importName.name);
    addImport(moduleRequest.value, start, names);
  }
  for (const { entries, start } of module.staticExports) {
    for (const { moduleRequest, importName } of entries) {
      if (moduleRequest !== null) addImport(moduleRequest.value, start, [importName.name]);
    }
  }

  const keys = new Set<number>();
  const seen = new Set<string>();
  const addUse = (expression: string, start: number) => {
    // In `{ a }` and `import { a }` two nodes stand in the same place.
    if (seen.has(`${start} ${expression}`)) return;
    seen.add(`${start} ${expression}`);
    uses.push({ expression, line: lineOf(start) });
  };
  new Visitor({
    ImportExpression: ({ source, start }) => {
      if (source.type === 'Literal') addImport(String(source.value), start);
    },
    TSImportType: ({ source, start }) => addImport(source.value, start),
    Property: ({ key, computed, shorthand }) => void (computed || shorthand || keys.add(key.start)),
    MethodDefinition: ({ key }) => void keys.add(key.start),
    PropertyDefinition: ({ key }) => void keys.add(key.start),
    TSPropertySignature: ({ key }) => void keys.add(key.start),
    TSMethodSignature: ({ key }) => void keys.add(key.start),
    MemberExpression: ({ object, property, computed }) => {
      if (computed || property.type !== 'Identifier') return;
      keys.add(property.start);
      const owner = object.type === 'ThisExpression' ? 'this' : text.slice(object.start, object.end);
      addUse(`${owner}.${property.name}`.replace(/^globalThis\./, ''), property.start);
    },
    NewExpression: ({ callee, arguments: { length }, start }) => {
      if (length === 0) addUse(`new ${text.slice(callee.start, callee.end)}()`, start);
    },
    CallExpression: ({ callee, arguments: { length }, start }) => {
      if (callee.type === 'Identifier') addUse(`${callee.name}(${length === 0 ? '' : '…'})`, start);
    },
    Identifier: ({ name, start }) => void (keys.has(start) || addUse(name, start)),
  }).visit(program);
  return { file, imports, uses };
}
