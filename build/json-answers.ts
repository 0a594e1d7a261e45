/** Reads the fields of all JSON answers of the commands from the TypeScript compiler. */
import { join } from 'node:path';
import type { CallExpression, Node, SourceFile } from 'typescript/unstable/ast';
import { isCallExpression, isIdentifier } from 'typescript/unstable/ast/is';
import { API, type Checker, type Symbol as Property, SymbolFlags, type Type } from 'typescript/unstable/sync';
import { FINDING_CODES } from '../src/findings/finding.ts';

const root = join(import.meta.dirname, '..').replaceAll('\\', '/');

/** A field such as `results[].before[]`; `*` stands for names that are data. */
export interface Field {
  readonly path: string;
  /** Such as `string`, `"a" or "b"`, or `boolean or null`. For a list it is the type of the elements. */
  readonly type: string;
  /** Whether the field may be missing. */
  readonly optional: boolean;
  /** All possible values, where the type is a union of string literals. */
  readonly values?: readonly string[];
}

/** A place in the sources that prints JSON. */
export interface Answer {
  /** The file below `src/` and the printed expression, such as `commands/show/list-printer.ts: { items: rows }`. */
  readonly place: string;
  readonly fields: readonly Field[];
}

const PRINTS = ['formatJson', 'writeStructured', 'answer'];

export interface Answers {
  readonly answers: readonly Answer[];
  /** The additional fields of each finding, by finding code. */
  readonly findingArguments: ReadonlyMap<string, readonly Field[]>;
}

/** Every JSON answer of the printers. Fields called `arguments` are not descended into, because each finding has its own. */
export function readAnswers(): Answers {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProjects: [`${root}/tsconfig.json`] }).getProjects();
    if (project === undefined) throw new Error('the compiler finds no project');
    const { program, checker } = project;
    const walk = fieldWalker(checker);
    const names = program
      .getSourceFileNames()
      .filter((name) => /\/src\/(output|commands|attaching|changes|findings)\//.test(name));
    const files = names.flatMap((name) => program.getSourceFile(name) ?? []);
    const answers = files.flatMap((file) =>
      callsIn(file).flatMap((call): Answer[] => {
        const [value] = call.arguments;
        if (value === undefined) return [];
        const place = `${file.fileName.replace(/^.*\/src\//, '')}: ${value.getText(file).replace(/\s+/g, ' ')}`;
        const type = checker.getTypeAtLocation(value);
        return [{ place, fields: type === undefined ? [] : walk([type]) }];
      }),
    );
    const page = files.find(({ fileName }) => fileName.endsWith('/findings/finding.ts'));
    const symbol =
      page && checker.resolveName('FindingArguments', SymbolFlags.TypeAlias, page.statements.at(-1) as Node);
    const properties = symbol === undefined ? [] : checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol));
    const inOrder = FINDING_CODES.flatMap((code) => properties.find(({ name }) => name === code) ?? []);
    return {
      answers,
      findingArguments: new Map(inOrder.map((one) => [one.name, walk([checker.getTypeOfSymbol(one) as Type])])),
    };
  } finally {
    api.close();
  }
}

function callsIn(file: SourceFile): CallExpression[] {
  const found: CallExpression[] = [];
  const visit = (node: Node): void => {
    if (isCallExpression(node) && isIdentifier(node.expression) && PRINTS.includes(node.expression.text)) {
      found.push(node);
    }
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

function fieldWalker(checker: Checker): (types: readonly Type[]) => readonly Field[] {
  return (types) => {
    const fields = new Map<string, Field>();
    const enter = (found: readonly Type[], path: string, optional: boolean): void => {
      const members = distinct(found.flatMap(membersOf));
      const values = members.filter((type) => !isNothing(type));
      const lists = values.filter((type) => checker.isArrayLikeType(type));
      const objects = values.filter((type) => !lists.includes(type) && isObject(type));
      const isOptional = optional || values.length < members.length;
      if (lists.length > 0) enter(lists.map(elementOf), `${path}[]`, isOptional);
      if (path !== '' && lists.length < values.length) {
        const texts = values.filter((type) => !objects.includes(type)).map(textOf);
        fields.set(path, { path, optional: isOptional, ...namesOf(texts, objects.length > 0) });
      }
      if (path.endsWith('arguments')) return;
      const maps = objects.flatMap((type) => checker.getIndexInfosOfType(type).map(({ valueType }) => valueType));
      const start = path === '' ? '' : `${path}.`;
      if (maps.length > 0) enter(maps, `${start}*`, false);
      const properties = Map.groupBy(
        objects.flatMap((type) => checker.getPropertiesOfType(type).map((property) => ({ type, property }))),
        ({ property }) => property.name,
      );
      for (const [name, owners] of properties) {
        const known = owners.map(({ property }) => checker.getTypeOfSymbol(property) as Type);
        const isMissing = owners.length < objects.length || owners.some(({ property }) => isMarked(property));
        enter(known, `${start}${name}`, isMissing);
      }
    };
    enter(types, '', false);
    return [...fields.values()];
  };

  function membersOf(type: Type): readonly Type[] {
    return type.isUnionType() ? (type.getTypes() ?? []).flatMap(membersOf) : [type];
  }

  function elementOf(list: Type): Type {
    const [info] = checker.getIndexInfosOfType(list);
    if (info === undefined) throw new Error(`no element: ${checker.typeToString(list)}`);
    return info.valueType;
  }

  function textOf(type: Type): string {
    const text = checker.typeToString(type);
    return /^ShownServer$|^string & /.test(text) ? 'string' : text;
  }
}

/** Longer lists of values are not spelled out. */
const MANY = 8;

function namesOf(texts: readonly string[], isObject: boolean): Pick<Field, 'type' | 'values'> {
  const isClosed = texts.length > 0 && texts.every((text) => text.startsWith('"'));
  const shown = isClosed && texts.length <= MANY ? texts : texts.map(baseOf);
  const type = [...new Set([...shown, ...(isObject ? ['object'] : [])])].sort().join(' or ');
  return { type, ...(isClosed ? { values: texts.map((text) => text.slice(1, -1)) } : {}) };
}

function baseOf(text: string): string {
  if (text.startsWith('"') || text.startsWith('`')) return 'string';
  if (text === 'false' || text === 'true') return 'boolean';
  return /^\d+$/.test(text) ? 'number' : text;
}

function isNothing(type: Type): boolean {
  return type.isIntrinsicType() && type.intrinsicName === 'undefined';
}

function isObject(type: Type): boolean {
  return type.isObjectType() || (type.isIntersectionType() && !(type.getTypes() ?? []).some((one) => !isObject(one)));
}

/** Whether the property is optional, as in `x?: string`. */
function isMarked({ flags }: Property): boolean {
  return (flags & SymbolFlags.Optional) !== 0;
}

function distinct(types: readonly Type[]): Type[] {
  return [...new Map(types.map((type) => [type.id, type])).values()];
}
