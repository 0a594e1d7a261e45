/** A kubeconfig in any YAML, as kubectl reads it: one document of YAML 1.1. Its common, plain part needs none of this (plain-yaml.ts). */
import { YamlValueError } from '../../domain/go/yaml-scalar.ts';
import { type YamlNode, yamlValue } from '../../domain/go/yaml-value.ts';
import { reasonOf, type ScalarEvent, type YamlEvent, type YamlLibrary, yamlLibrary } from '../../yaml.ts';

/** The text is no YAML. The message names the line and quotes nothing of it: a token may stand there. */
export class YamlError extends Error {}

/**
 * The value of the first document in `text` as kubectl reads it, null when there is none; what follows that document is
 * not looked at. Throws {@link YamlError}. Where js-yaml, which reads YAML 1.2, takes other texts for YAML than Go's reader
 * of YAML 1.1, this throws as js-yaml does: docs/kubeconfig.md has the cases.
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

/** Up to the marker that ends it. No scalar can hold such a line (YAML 1.2 section 9.1.2). */
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

/** go.yaml.in/yaml/v2 readerc.go; the last three break lines in YAML 1.1 only, so a text with them would read otherwise. */
function checkCharacters(text: string): void {
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/.test(text) || !text.isWellFormed()) {
    throw new YamlValueError('control characters are not allowed');
  }
  // libyaml refuses tabs here but in flow collections and within scalars, where js-yaml alone would have to say so.
  if (/^ *(?:- *)*\t/m.test(text)) throw new YamlValueError('a line is indented with a tab');
  if (/[\x85\u2028\u2029]/.test(text)) throw new YamlValueError('a line ends in U+0085, U+2028 or U+2029');
}

/**
 * kubectl stops where the value of the document ends: behind the bracket of a flow collection, or where a line is indented
 * less than the first. It sees the next word only to know that it is there.
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

/** The root of the document in `events`, which is no deeper than js-yaml allows. */
function readNodes(events: readonly YamlEvent[], source: string, yaml: YamlLibrary): YamlNode {
  const { EVENT_ID } = yaml;
  const anchors = new Map<string, YamlNode>();
  // The first event is that of the document.
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
    // An anchor is known within its own value.
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

/** The whole name of a tag. That of the tag `!` is no type, so a scalar with it is a text. */
function tagName(tag: string): string {
  if (tag.startsWith('!<')) return tag.slice(2, -1);
  if (tag.startsWith('!!')) return `tag:yaml.org,2002:${tag.slice(2)}`;
  return tag;
}

/** An escape of YAML 1.1 is one character, unlike in JSON, where two surrogates make one; and `\/` is none. */
function checkEscapes(quoted: string): void {
  if (/(?<!\\)(?:\\\\)*\\(?:\/|u[dD][89a-fA-F]|U(?!000[0-9a-fA-F]|0010))/.test(quoted)) {
    throw new YamlValueError('an escape is no character');
  }
}
