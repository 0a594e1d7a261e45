/** Combines the commands of several findings of one code, which would otherwise be as many as there are namespaces. */
import type { FindingView } from '../../domain/diagnosis/view.ts';
import { causeBehind } from '../../domain/findings/finding.ts';
import { compareUtf8 } from '../../domain/go/utf8.ts';
import { serverToType } from '../../domain/keyring/server.ts';
import { andThen, apart, type Command, command } from '../../domain/text/command.ts';
import { scope } from '../../domain/text/object-name.ts';

export interface SharedCommand {
  readonly command: Command;
  /** How many findings it is for. */
  readonly findings: number;
}

/** A line with more namespaces, or with more objects of one, is too long to read. */
const MAX_STEPS = 4;
const MAX_TARGETS = 8;

/**
 * Combines the commands of `findings`, which are of one code. Everything that is attached in a namespace becomes one command, and
 * a login that several Secrets have is rotated. `wide` is the flag for the namespaces that were examined, undefined for a single
 * one. Undefined when nothing is saved, or the line would be too long to read.
 */
export function sharedCommand(findings: readonly FindingView[], wide: Command | undefined): SharedCommand | undefined {
  return oneAfterTheOther(findings) ?? rotateAll(findings, wide);
}

/** Chains commands that ask for no password. Of several that do, only the first would get it from stdin. */
function oneAfterTheOther(findings: readonly FindingView[]): SharedCommand | undefined {
  const commands = findings.map(({ fix }) => fix.command);
  if (commands.length < 2 || !commands.every((one) => isAttach(one) || isSetImage(one))) return undefined;
  const parts = commands.map((line) => ({ line, ...apart(line, TO) }));
  const alike = [...Map.groupBy(parts, ({ rest }) => JSON.stringify(rest)).values()];
  const steps = alike.map((same) => {
    const [{ line, rest }] = same as [(typeof parts)[number]];
    const targets = [...new Set(same.flatMap(({ values }) => values))];
    return { ...line, words: [...rest, ...targets.flatMap((target) => [TO, target])], targets };
  });
  if (steps.length > MAX_STEPS || steps.some(({ targets }) => targets.length > MAX_TARGETS)) return undefined;
  const [first, ...others] = steps.map(({ targets: _, ...step }) => step);
  return first && { command: others.reduce<Command>(andThen, first), findings: commands.length };
}

const TO = '--to';

function isAttach({ words, pipe, next }: Command): boolean {
  return words[1] === 'attach' && words.includes(TO) && pipe === undefined && next === undefined;
}

/** Whether the command sets an image with a tag that exists. `TAG` stands for one that is not known. */
function isSetImage({ words, next }: Command): boolean {
  return (
    words[1] === 'set' && next === undefined && !words.some((word) => typeof word === 'string' && /:TAG$/.test(word))
  );
}

/** A `rotate`, which replaces the login that the namespace of `-n` has, wherever it is. */
function rotateAll(findings: readonly FindingView[], wide: Command | undefined): SharedCommand | undefined {
  const rejected = findings.filter((found) => found.login !== undefined && isOwnCreate(found));
  const alike = [...Map.groupBy(rejected, ({ login }) => login).values()];
  const [most = []] = alike.toSorted((one, other) => other.length - one.length);
  const [first] = most
    .map(causeBehind)
    .toSorted((one, other) => compareUtf8(one.object.namespace ?? '', other.object.namespace ?? ''));
  if (first?.code !== 'credential-rejected' || most.length < 2) return undefined;
  const { server, username } = first.arguments;
  const login = command`--server ${serverToType(server, undefined)} --username ${username}`;
  const line = command`regsecret rotate ${scope(first.object.namespace)} ${wide} ${login}`;
  return { command: line, findings: most.length };
}

/**
 * Whether the command writes the Secret itself, as `rotate` would. For a copy, its source is written; an immutable Secret is made
 * anew.
 */
function isOwnCreate(found: FindingView): boolean {
  const { object } = causeBehind(found);
  const line = found.fix.command;
  const [, verb, name, place] = line.words;
  const isHere = typeof place === 'object' && 'namespace' in place && place.namespace === object.namespace;
  const isAlone = line.pipe === undefined && line.next === undefined;
  return verb === 'create' && name === object.name && isHere && isAlone && !line.words.includes('--force');
}
