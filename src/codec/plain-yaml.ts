/**
 * Parses the plain subset of YAML in which kubectl, kind and the cloud tools write kubeconfigs: block maps and block lists, with
 * one line for each scalar. This parser exists because js-yaml takes a tenth of the time of a whole request. Everything else, and
 * every doubtful case, is left to js-yaml.
 */

interface Line {
  readonly indent: number;
  readonly text: string;
}

/** A plain scalar that is a string in every version of YAML: not a number, not a boolean, no special characters. */
const TEXT = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)(?:--)?[a-z/](?:[\w./@+=%,~-]|:(?=[\w/]))*$/i;
const KEY = /^(?!(?:y|n|yes|no|on|off|true|false|null):)([a-z][\w./-]*):(?: +(.*))?$/i;
/** Deeper than any kubeconfig, and far below the limit of the call stack. */
const MAX_DEPTH = 50;

/** The text is not plain; js-yaml has to parse it. */
class NotPlain extends Error {}

/** The value of `content`; undefined when it is not plain. */
export function parsePlainYaml(content: string): unknown {
  // Only printable ASCII and newlines are plain.
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

interface LineReader {
  readonly lines: Line[];
  at: number;
  depth: number;
}

function readBlock(reader: LineReader, indent: number): unknown {
  if (reader.depth >= MAX_DEPTH) throw new NotPlain();
  reader.depth += 1;
  const value = /^-( |$)/.test(reader.lines[reader.at]?.text ?? '')
    ? readList(reader, indent)
    : readMap(reader, indent);
  // A deeper line here continues a scalar, or is a mistake.
  if ((reader.lines[reader.at]?.indent ?? -1) > indent) throw new NotPlain();
  reader.depth -= 1;
  return value;
}

function readList(reader: LineReader, indent: number): unknown[] {
  const items: unknown[] = [];
  for (let line = reader.lines[reader.at]; line?.indent === indent; line = reader.lines[reader.at]) {
    const [, dash = '', text = ''] = /^(- *)(.*)$/.exec(line.text) ?? [];
    if (!/^-( |$)/.test(line.text)) break;
    if (text === '' || /^-( |$)/.test(text)) throw new NotPlain();
    if (KEY.test(text)) {
      // The first member of a map follows the dash; the others are on the lines below.
      reader.lines[reader.at] = { indent: indent + dash.length, text };
      items.push(readBlock(reader, indent + dash.length));
    } else {
      reader.at += 1;
      items.push(readScalar(text));
    }
  }
  return items;
}

function readMap(reader: LineReader, indent: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (let line = reader.lines[reader.at]; line?.indent === indent; line = reader.lines[reader.at]) {
    const [whole, key = '', value = ''] = KEY.exec(line.text) ?? [];
    if (whole === undefined || Object.hasOwn(map, key)) throw new NotPlain();
    reader.at += 1;
    map[key] = value === '' ? readNested(reader, indent) : readScalar(value);
  }
  return map;
}

/** The value below a key: a deeper block, a list that may have the indentation of the key, or nothing. */
function readNested(reader: LineReader, indent: number): unknown {
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
