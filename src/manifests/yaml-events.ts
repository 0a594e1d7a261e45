/** The events of js-yaml, for every text that kubectl accepts. */
import { MAX_DEPTH } from '../domain/manifest-text/node.ts';
import type { YAMLException, YamlEvent, YamlLibrary } from '../yaml.ts';

/**
 * js-yaml rejects some flow collections that kubectl accepts. It wants a closing bracket further to the right than the key (YAML
 * 1.2 section 7.4), and no tab on the line of the opening bracket. Such a text is parsed with a space in front of these brackets
 * and in place of these tabs. The offsets are those of the original text. Throws YAMLException.
 */
export function eventsOf(text: string, yaml: YamlLibrary): YamlEvent[] {
  try {
    return yaml.parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof yaml.YAMLException) || error.reason !== 'deficient indentation') throw error;
    return lenientEvents(text, yaml);
  }
}

function lenientEvents(text: string, yaml: YamlLibrary): YamlEvent[] {
  const { lenient, brackets } = lenientText(text);
  try {
    const events = yaml.parseEvents(lenient, { maxDepth: MAX_DEPTH });
    for (const event of events) moveOffsets(event as unknown as Record<string, unknown>, brackets);
    return events;
  } catch (error) {
    if (error instanceof yaml.YAMLException) moveMark(error, brackets);
    throw error;
  }
}

/** Leaves lines alone that set the indentation of a block scalar or a block collection. */
function lenientText(text: string): { lenient: string; brackets: readonly number[] } {
  const brackets: number[] = [];
  let [isFirstOfScalar, isInFlow] = [false, false];
  const lenient = text.replace(/^([ \t]*)([^ \t\r\n].*)$/gm, (line, indent: string, content: string, start: number) => {
    const isBracket = !isFirstOfScalar && /^[\]}]/.test(content);
    const spaces = isInFlow || isBracket ? indent.replaceAll('\t', ' ') : indent;
    if (isBracket) brackets.push(start + indent.length);
    isFirstOfScalar = /[|>][-+\d]*[ \t]*(?:#.*)?$/.test(line);
    isInFlow = /[[{,][ \t]*(?:#.*)?$/.test(line);
    return `${spaces}${isBracket ? ' ' : ''}${content.replaceAll('\t', ' ')}`;
  });
  return { lenient, brackets };
}

const OFFSETS = ['start', 'valueStart', 'valueEnd', 'anchorStart', 'anchorEnd', 'tagStart', 'tagEnd'];

function moveOffsets(event: Record<string, unknown>, brackets: readonly number[]): void {
  for (const name of OFFSETS) {
    const offset = event[name];
    if (typeof offset === 'number' && offset >= 0) event[name] = offsetWithout(offset, brackets);
  }
}

function moveMark({ mark }: YAMLException, brackets: readonly number[]): void {
  if (mark !== undefined) mark.position = offsetWithout(mark.position, brackets);
}

/** In the lenient text, the space before the bracket of index n is at `brackets[n] + n`. */
function offsetWithout(offset: number, brackets: readonly number[]): number {
  let [low, high] = [0, brackets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((brackets[middle] as number) + middle < offset) low = middle + 1;
    else high = middle;
  }
  return offset - low;
}
