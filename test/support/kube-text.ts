/** Writes a tree of values as JSON, flow YAML or block YAML, and damages the text slightly. */
import { fc } from './fast-check.ts';

/** A scalar is a text that is quoted as needed, or raw text. A map may contain a key twice. */
export type Tree =
  | { readonly text: string }
  | { readonly raw: string }
  | { readonly map: readonly (readonly [key: string, value: Tree])[]; readonly anchor?: string | undefined }
  | { readonly list: readonly Tree[]; readonly anchor?: string | undefined };

export type Style = 'json' | 'flow' | 'block' | 'compact block';

/** Writes the tree. In JSON, raw scalars that are not JSON values are quoted. */
export function write(tree: Tree, style: Style, quote: number): string {
  if (style === 'json') return json(tree);
  if (style === 'flow') return `${flow(tree, quote)}\n`;
  return block(tree, 0, style === 'compact block', quote).replace(/^\n/, '');
}

function json(tree: Tree): string {
  if ('text' in tree) return JSON.stringify(tree.text);
  if ('raw' in tree) return /^(true|false|null|-?\d{1,9})$/.test(tree.raw) ? tree.raw : JSON.stringify(tree.raw);
  if ('list' in tree) return `[${tree.list.map(json).join(', ')}]`;
  return `{${tree.map.map(([key, value]) => `${JSON.stringify(key)}: ${json(value)}`).join(', ')}}`;
}

function flow(tree: Tree, quote: number): string {
  if ('text' in tree) return scalar(tree.text, quote);
  if ('raw' in tree) return tree.raw;
  const anchor = tree.anchor === undefined ? '' : `&${tree.anchor} `;
  if ('list' in tree) return `${anchor}[${tree.list.map((item) => flow(item, quote)).join(', ')}]`;
  return `${anchor}{${tree.map.map(([key, value]) => `${key}: ${flow(value, quote)}`).join(', ')}}`;
}

/** The result begins with a space or a line break. */
function block(tree: Tree, indent: number, compact: boolean, quote: number): string {
  if ('text' in tree) return ` ${scalar(tree.text, quote)}\n`;
  if ('raw' in tree) return ` ${tree.raw}\n`;
  const anchor = tree.anchor === undefined ? '' : ` &${tree.anchor}`;
  const margin = ' '.repeat(indent);
  if ('list' in tree) {
    if (tree.list.length === 0) return `${anchor} []\n`;
    const items = tree.list.map((item) => {
      const inner = block(item, indent + 2, compact, quote);
      // The first member of a map follows the dash on the same line.
      return `${margin}-${inner.startsWith('\n') ? ` ${inner.slice(indent + 3)}` : inner}`;
    });
    return `${anchor}\n${items.join('')}`;
  }
  if (tree.map.length === 0) return `${anchor} {}\n`;
  const members = tree.map.map(([key, value]) => {
    const deeper = compact && 'list' in value ? indent : indent + 2;
    return `${margin}${key}:${block(value, deeper, compact, quote)}`;
  });
  return `${anchor}\n${members.join('')}`;
}

/** Omits the quotes where every YAML parser reads the text as itself. */
function scalar(text: string, quote: number): string {
  const isPlain =
    /^[a-z/][\w./+=-]*(:[\w/][\w./+=-]*)*$/i.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
  if (quote % 3 === 0 && isPlain) return text;
  return quote % 3 === 1 && !/[\n\t]/.test(text) ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text);
}

const END = [
  '---\n',
  '---\nclusters: other\n',
  '...\n',
  '...\n---\na: [\n',
  '# the end\n',
  '\n\n',
  '--- text\n',
  'x: y\n',
  '} rest\n',
  'rest\n',
  '\t\n',
];

const START = ['---\n', '# by hand\n', '\n', '%YAML 1.1\n---\n', '--- # first\n', '\t\n', '  \n', '\ufeff'];

/** One kind of damage that editors and people cause. */
export const damage: fc.Arbitrary<(text: string) => Uint8Array> = fc.oneof(
  inText(fc.constantFrom(...END), (text, end) => text + end),
  inText(fc.constantFrom(...START), (text, start) => start + text),
  inText(fc.tuple(fc.nat(60), fc.constantFrom('double', 'drop', 'indent', 'tab', 'comment', 'space')), damageLine),
  inText(fc.tuple(fc.nat(2000), fc.constantFrom(...'\t\x07é\x7f"\' :#!\u2028')), (text, [place, character]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + character + text.slice(at);
  }),
  fc.constant((text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))),
  fc.constantFrom('utf8 bom', 'utf16le', 'utf16be', 'utf16 without bom', 'broken').map((encoding) => encode(encoding)),
);

function inText<T>(choice: fc.Arbitrary<T>, change: (text: string, choice: T) => string) {
  return choice.map(
    (chosen) =>
      (text: string): Uint8Array =>
        Buffer.from(change(text, chosen)),
  );
}

function damageLine(text: string, [at, how]: readonly [number, string]): string {
  const lines = text.split('\n');
  const index = at % lines.length;
  const line = lines[index] ?? '';
  const changed: Record<string, string[]> = {
    double: [line, line],
    drop: [],
    indent: [` ${line}`],
    tab: [line.replace(/^ {2}/, '\t').replace(': ', ':\t')],
    comment: [`${line} # as agreed`],
    space: [`${line}  `],
  };
  return [...lines.slice(0, index), ...(changed[how] ?? []), ...lines.slice(index + 1)].join('\n');
}

function encode(encoding: string): (text: string) => Uint8Array {
  return (text) => {
    const units = Buffer.from(`\ufeff${text}`, 'utf16le');
    if (encoding === 'utf8 bom') return Buffer.from(`\ufeff${text}`);
    if (encoding === 'utf16le') return units;
    if (encoding === 'utf16be') return units.swap16();
    if (encoding === 'utf16 without bom') return units.subarray(2);
    const bytes = Buffer.from(text);
    bytes[bytes.length >> 1] = 0xff;
    return bytes;
  };
}
