/**
 * The plain part of YAML in which kubectl, kind and the tools of the clouds write kubeconfigs: maps and lists in blocks,
 * one line for each scalar. Read here because js-yaml costs a tenth of the time of a whole request; everything else,
 * and everything that is only perhaps plain, is left to js-yaml.
 */

interface Line {
  readonly indent: number;
  readonly text: string;
}

/** A plain scalar that is a text in every version of YAML: no number, no boolean, nothing with a special character. */
const TEXT = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)(?:--)?[a-z/](?:[\w./@+=%,~-]|:(?=[\w/]))*$/i;
const KEY = /^(?!(?:y|n|yes|no|on|off|true|false|null):)([a-z][\w./-]*):(?: +(.*))?$/i;
/** Deeper than any kubeconfig, and far from where the stack ends. */
const MAX_DEPTH = 50;

/** Not plain: js-yaml decides what it is. */
class NotPlain extends Error {}

/** The value of `content`, undefined when it is not plain. */
export function parsePlainYaml(content: string): unknown {
  // Printable ASCII and newlines.
  if (/[^\n\x20-\x7e]/.test(content)) return undefined;
  const lines = content.split('\n').flatMap((line) => {
    const text = line.trim();
    return text === '' || text.startsWith('#') ? [] : [{ indent: line.length - line.trimStart().length, text }];
  });
  if (lines[0]?.indent === 0 && lines[0].text === '---') lines.shift();
  if (lines.length === 0) return undefined;
  const reader = { lines, at: 0, depth: 0 };
  try {
    const value = readBlock(reader, lines[0]?.indent ?? 0);
    return reader.at === lines.length ? value : undefined;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

interface Reader {
  readonly lines: Line[];
  at: number;
  depth: number;
}

function readBlock(reader: Reader, indent: number): unknown {
  if (reader.depth >= MAX_DEPTH) throw new NotPlain();
  reader.depth += 1;
  const value = /^-( |$)/.test(reader.lines[reader.at]?.text ?? '')
    ? readList(reader, indent)
    : readMap(reader, indent);
  // What is deeper here continues a scalar, or is a mistake.
  if ((reader.lines[reader.at]?.indent ?? -1) > indent) throw new NotPlain();
  reader.depth -= 1;
  return value;
}

function readList(reader: Reader, indent: number): unknown[] {
  const items: unknown[] = [];
  for (let line = reader.lines[reader.at]; line?.indent === indent; line = reader.lines[reader.at]) {
    const [, dash = '', text = ''] = /^(- *)(.*)$/.exec(line.text) ?? [];
    if (!/^-( |$)/.test(line.text)) break;
    if (text === '' || /^-( |$)/.test(text)) throw new NotPlain();
    if (KEY.test(text)) {
      // The first member of a map stands behind the dash, the others below it.
      reader.lines[reader.at] = { indent: indent + dash.length, text };
      items.push(readBlock(reader, indent + dash.length));
    } else {
      reader.at += 1;
      items.push(readScalar(text));
    }
  }
  return items;
}

function readMap(reader: Reader, indent: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (let line = reader.lines[reader.at]; line?.indent === indent; line = reader.lines[reader.at]) {
    const [whole, key = '', value = ''] = KEY.exec(line.text) ?? [];
    if (whole === undefined || Object.hasOwn(map, key)) throw new NotPlain();
    reader.at += 1;
    map[key] = value === '' ? readNested(reader, indent) : readScalar(value);
  }
  return map;
}

/** What stands below a key: a block that is deeper, a list that may be as deep as the key, or nothing. */
function readNested(reader: Reader, indent: number): unknown {
  const next = reader.lines[reader.at];
  if (next === undefined || next.indent < indent) return null;
  if (next.indent > indent) return readBlock(reader, next.indent);
  return /^-( |$)/.test(next.text) ? readList(reader, indent) : null;
}

function readScalar(text: string): unknown {
  if (TEXT.test(text)) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === '{}') return {};
  if (text === '[]') return [];
  const quoted = /^(?:"([^"\\]*)"|'([^']*)')$/.exec(text);
  if (quoted === null) throw new NotPlain();
  return quoted[1] ?? quoted[2] ?? '';
}
