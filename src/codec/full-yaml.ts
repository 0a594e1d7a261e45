/**
 * Parses a kubeconfig written in any YAML as kubectl does: one document of YAML 1.1. The common, plain subset does not need this
 * file (plain-yaml.ts).
 */

import { columnOf } from '../text/text-edit.ts';
import { TooManyNodes, type YamlNode } from './go/yaml-node.ts';
import { YamlValueError, yamlValue } from './go/yaml-value.ts';
import { reasonOf, treesOf, YAMLException, type YamlEvent, yamlEvents } from './yaml-tree.ts';

/** The text is not YAML. The message names the line and quotes nothing from it, because the line may hold a token. */
export class YamlError extends Error {}

/**
 * The value of the first document in `text` as kubectl reads it; null when there is none. Whatever follows that document is
 * ignored. Throws {@link YamlError}. js-yaml reads YAML 1.2, and differs from Go's YAML 1.1 reader in which texts it rejects. In
 * those cases this function rejects what js-yaml rejects; docs/dev/comparisons.md lists them.
 */
export function parseFullYaml(text: string): unknown {
  try {
    const document = firstDocument(text);
    checkCharacters(document);
    const root = parseRoot(document);
    return root === undefined ? null : yamlValue(root);
  } catch (error) {
    if (error instanceof YamlValueError) throw new YamlError(`yaml: ${error.message}`);
    if (error instanceof TooManyNodes) throw new YamlError('yaml: document contains excessive aliasing');
    if (!(error instanceof YAMLException)) throw error;
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
function parseRoot(text: string): YamlNode | undefined {
  try {
    return rootOf(text);
  } catch (error) {
    if (!(error instanceof YAMLException) || !error.mark) throw error;
    const { position, column } = error.mark;
    if (!error.reason.startsWith('end of the stream or a document sep') || /[@`%\t]/.test(text.charAt(position))) {
      throw error;
    }
    const source = text.slice(0, position);
    const root = rootOf(source);
    const isBlock = (root?.kind === 'map' || root?.kind === 'seq') && !root.flow;
    if (isBlock && column >= columnOf(source, root.start)) throw error;
    return root;
  }
}

/** js-yaml's own limit. */
const MAX_LEVELS = 100;

function rootOf(text: string): YamlNode | undefined {
  const events = yamlEvents(text, MAX_LEVELS);
  for (const event of events) checkEvent(event, text);
  return treesOf(events, text)[0];
}

/**
 * In YAML 1.1, the name of an anchor is letters and digits, each escape is one character, and `\/` is not an escape. In JSON, two
 * escaped surrogates form one character.
 */
function checkEvent(event: YamlEvent, text: string): void {
  if ('anchorStart' in event && event.anchorStart >= 0) {
    const name = text.slice(event.anchorStart, event.anchorEnd);
    if (!/^[\w-]+$/.test(name)) throw new YamlValueError('the name of an anchor is neither letters nor digits');
  }
  if ('valueStart' in event && text[event.valueStart - 1] === '"') {
    const quoted = text.slice(event.valueStart, event.valueEnd);
    if (/(?<!\\)(?:\\\\)*\\(?:\/|u[dD][89a-fA-F]|U(?!000[0-9a-fA-F]|0010))/.test(quoted)) {
      throw new YamlValueError('an escape is no character');
    }
  }
}
