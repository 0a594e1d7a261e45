/** The events of js-yaml, for all texts that kubectl reads. */
import { MAX_DEPTH } from '../domain/manifest-text/node.ts';
import type { YAMLException, YamlEvent, YamlLibrary } from '../yaml.ts';

/**
 * Some flow collections are right for kubectl and for people, and not for js-yaml: it wants a closing bracket further to the
 * right than the key (YAML 1.2 section 7.4), and no tab on the line of the opening one. Then it gets a text with a space
 * in front of such brackets and instead of such tabs; the offsets are those of the text as it is. Throws YAMLException.
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

/** Nothing changes in lines that give a block scalar its indentation, or a block collection. */
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

/** The space before the bracket of index n stands at `brackets[n] + n`. */
function offsetWithout(offset: number, brackets: readonly number[]): number {
  let [low, high] = [0, brackets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((brackets[middle] as number) + middle < offset) low = middle + 1;
    else high = middle;
  }
  return offset - low;
}
