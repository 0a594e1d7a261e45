/** Finds the possible changes of one operator in a source. */
import { isNode, type TreeNode as Node, visitSource } from '../support/syntax-tree.ts';

export interface Mutation {
  readonly start: number;
  readonly end: number;
  /** The replacement. */
  readonly text: string;
}

const OPERATORS: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '+=': '-=',
  '-=': '+=',
  '++': '--',
  '--': '++',
};

const METHODS: Readonly<Record<string, string>> = {
  every: 'some',
  some: 'every',
  find: 'findLast',
  findLast: 'find',
  filter: 'slice',
  indexOf: 'lastIndexOf',
  lastIndexOf: 'indexOf',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  min: 'max',
  max: 'min',
  toLowerCase: 'toUpperCase',
  toUpperCase: 'toLowerCase',
};

/** All mutations of a TypeScript source, in the order of the source. */
export function mutationsOf(source: string): Mutation[] {
  const found: Mutation[] = [];
  visitSource(source, (node) => found.push(...mutationsAt(node, source)));
  return found;
}

function mutationsAt(node: Node, source: string): Mutation[] {
  const whole = (text: string): Mutation => ({ start: node.start, end: node.end, text });
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression':
    case 'UpdateExpression':
      return operatorOf(node, source);
    case 'UnaryExpression':
      return node.operator === '!' || node.operator === '-' ? [whole(` ${textOf(node.argument, source)}`)] : [];
    case 'Literal':
      return literal(node.value).map(whole);
    case 'IfStatement':
    case 'ConditionalExpression': {
      const { start, end } = node.test as Node;
      return ['true', 'false'].map((text) => ({ start, end, text }));
    }
    case 'ExpressionStatement':
      return typeof node.directive === 'string' ? [] : [whole(';')];
    case 'MemberExpression':
      return method(node.property);
    default:
      return [];
  }
}

function operatorOf(node: Node, source: string): Mutation[] {
  const operator = node.operator as string;
  const text = OPERATORS[operator];
  const sides = [node.left, node.right].filter(isNode);
  if (text === undefined || (operator === '+' && sides.some(isText))) return [];
  const from = node.type === 'UpdateExpression' ? node.start : (sides[0]?.end ?? node.start);
  const start = source.indexOf(operator, from);
  return [{ start, end: start + operator.length, text }];
}

function isText(node: Node): boolean {
  if (node.type === 'BinaryExpression') return [node.left, node.right].filter(isNode).some(isText);
  return node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string');
}

function literal(value: unknown): string[] {
  if (typeof value === 'boolean') return [`${!value}`];
  if (typeof value === 'number') return [`${value + 1}`];
  if (typeof value === 'string') return [value === '' ? "'mutant'" : "''"];
  return [];
}

function method(property: unknown): Mutation[] {
  if (!isNode(property) || property.type !== 'Identifier') return [];
  const name = property.name as string;
  // Excludes inherited properties such as `toString`.
  const text = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  return text === undefined ? [] : [{ start: property.start, end: property.end, text }];
}

function textOf(node: unknown, source: string): string {
  const { start, end } = node as Node;
  return source.slice(start, end);
}
