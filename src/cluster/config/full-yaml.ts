/**
 * Parses a kubeconfig written in any YAML as kubectl does: one document of YAML 1.1. The common, plain subset does not need this
 * file (plain-yaml.ts).
 */
import { YamlValueError } from '../../domain/go/yaml-scalar.ts';
import { type YamlNode, yamlValue } from '../../domain/go/yaml-value.ts';
import { reasonOf, type ScalarEvent, type YamlEvent, type YamlLibrary, yamlLibrary } from '../../yaml.ts';

/** The text is not YAML. The message names the line and quotes nothing from it, because the line may hold a token. */
export class YamlError extends Error {}

/**
 * The value of the first document in `text` as kubectl reads it; null when there is none. Whatever follows that document is
 * ignored. Throws {@link YamlError}. js-yaml reads YAML 1.2, and differs from Go's YAML 1.1 reader in which texts it rejects. In
 * those cases this function rejects what js-yaml rejects; docs/kubeconfig.md lists them.
 */
export async function parseFullYaml(text: string): Promise<unknown> {
  const yaml = await yamlLibrary();
  try {
    const document = firstDocument(text);
    checkCharacters(document);
    const { events, source } = parseEvents(document, yaml);
    return events.length === 0 ? null : yamlValue(readNodes(events, source, yaml));
  } catch (error) {
    if (error instanceof YamlValueError) throw new YamlError(`yaml: ${error.message}`);
    if (!(error instanceof yaml.YAMLException)) throw error;
    const { mark } = error;
    throw new YamlError(`yaml: ${mark ? `line ${mark.line + 1}: ` : ''}${reasonOf(error)}`);
  }
}

/** The text up to the marker that ends the first document. No scalar can contain such a line (YAML 1.2 section 9.1.2). */
function firstDocument(text: string): string {
  let hasBegun = false;
  let end = 0;
  for (const line of text.split('\n')) {
    if (/^(---|\.\.\.)(\s|$)/.test(line)) {
      if (hasBegun || line.startsWith('.')) return text.slice(0, end);
      hasBegun = true;
    } else {
      // Directives belong to the document that follows.
      hasBegun ||= !/^(%.*|\s*#.*|\s*)$/.test(line);
    }
    end += line.length + 1;
  }
  return text;
}

/**
 * As go.yaml.in/yaml/v2 readerc.go. U+0085, U+2028 and U+2029 break lines in YAML 1.1 only, so a text with them would be read
 * differently.
 */
function checkCharacters(text: string): void {
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/.test(text) || !text.isWellFormed()) {
    throw new YamlValueError('control characters are not allowed');
  }
  // libyaml rejects these tabs, except in flow collections and within scalars. js-yaml has to reject those itself.
  if (/^ *(?:- *)*\t/m.test(text)) throw new YamlValueError('a line is indented with a tab');
  if (/[\x85\u2028\u2029]/.test(text)) throw new YamlValueError('a line ends in U+0085, U+2028 or U+2029');
}

/**
 * kubectl stops where the value of the document ends: after the bracket of a flow collection, or at a line with less indentation
 * than the first. It only scans the next token, to see that one follows.
 */
function parseEvents(text: string, yaml: YamlLibrary): { events: YamlEvent[]; source: string } {
  try {
    return { events: yaml.parseEvents(text, {}), source: text };
  } catch (error) {
    if (!(error instanceof yaml.YAMLException) || !error.mark) throw error;
    const { position, column } = error.mark;
    if (!error.reason.startsWith('end of the stream or a document sep') || /[@`%\t]/.test(text.charAt(position))) {
      throw error;
    }
    const source = text.slice(0, position);
    const events = yaml.parseEvents(source, {});
    const [, root] = events;
    const isBlock = root !== undefined && 'style' in root && 'start' in root && root.style === BLOCK;
    if (isBlock && column >= root.start - (source.lastIndexOf('\n', root.start - 1) + 1)) throw error;
    return { events, source };
  }
}

/** js-yaml's COLLECTION_STYLE.BLOCK */
const BLOCK = 1;

/** The root node of the document in `events`. js-yaml limits its depth. */
function readNodes(events: readonly YamlEvent[], source: string, yaml: YamlLibrary): YamlNode {
  const { EVENT_ID } = yaml;
  const anchors = new Map<string, YamlNode>();
  // The first event is the document itself.
  let at = 1;

  function read(): YamlNode {
    const event = events[at++];
    if (event?.type === EVENT_ID.ALIAS) {
      const target = anchors.get(source.slice(event.anchorStart, event.anchorEnd));
      if (target === undefined) throw new YamlValueError('an alias has no anchor');
      return { kind: 'alias', target };
    }
    if (event?.type === EVENT_ID.SCALAR) return keep(event, readScalar(event, source, yaml));
    if (event?.type !== EVENT_ID.SEQUENCE && event?.type !== EVENT_ID.MAPPING) return EMPTY;
    const children: YamlNode[] = [];
    const isList = event.type === EVENT_ID.SEQUENCE;
    // An anchor can already be used inside its own value, so the node is stored before its children are read.
    const node = keep(event, isList ? { kind: 'list', items: children } : { kind: 'map', keysAndValues: children });
    while (events[at]?.type !== EVENT_ID.POP) children.push(read());
    at += 1;
    return node;
  }

  function keep(event: { anchorStart: number; anchorEnd: number }, node: YamlNode): YamlNode {
    if (event.anchorStart < 0) return node;
    const name = source.slice(event.anchorStart, event.anchorEnd);
    if (!/^[\w-]+$/.test(name)) throw new YamlValueError('the name of an anchor is neither letters nor digits');
    anchors.set(name, node);
    return node;
  }

  return read();
}

const EMPTY: YamlNode = { kind: 'scalar', text: '', tag: '', plain: true };

function readScalar(event: ScalarEvent, source: string, { SCALAR_STYLE, getScalarValue }: YamlLibrary): YamlNode {
  const tag = tagName(source.slice(event.tagStart, event.tagEnd));
  const plain = event.tagStart < 0 ? event.style === SCALAR_STYLE.PLAIN : tag === '!';
  if (event.style === SCALAR_STYLE.DOUBLE_QUOTED) checkEscapes(source.slice(event.valueStart, event.valueEnd));
  return { kind: 'scalar', text: getScalarValue(source, event), tag, plain };
}

/** The full name of a tag. The tag `!` names no type, so a scalar with it is a string. */
function tagName(tag: string): string {
  if (tag.startsWith('!<')) return tag.slice(2, -1);
  if (tag.startsWith('!!')) return `tag:yaml.org,2002:${tag.slice(2)}`;
  return tag;
}

/** In YAML 1.1, each escape is one character, and `\/` is not an escape. In JSON, two escaped surrogates form one character. */
function checkEscapes(quoted: string): void {
  if (/(?<!\\)(?:\\\\)*\\(?:\/|u[dD][89a-fA-F]|U(?!000[0-9a-fA-F]|0010))/.test(quoted)) {
    throw new YamlValueError('an escape is no character');
  }
}
