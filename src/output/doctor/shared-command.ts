/** Combines the commands of several findings of one code, which would otherwise be as many as there are namespaces. */
import type { FindingView } from '../../domain/diagnosis/view.ts';
import { causeBehind } from '../../domain/findings/finding.ts';
import { compareUtf8 } from '../../domain/go/utf8.ts';
import { serverToType } from '../../domain/keyring/server.ts';
import { andThen, type Command, command, type Deed, type Word } from '../../domain/text/command.ts';
import { scope } from '../../domain/text/object-name.ts';
import { lineOf } from '../../domain/workloads/deed.ts';

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
  const deeds = findings.flatMap(({ fix: { command } }) => deedOf(command) ?? []);
  if (deeds.length < Math.max(2, findings.length)) return undefined;
  const alike = [...Map.groupBy(deeds, (deed) => JSON.stringify({ ...deed, workloads: [] })).values()];
  const steps = alike.map(([deed, ...others]) => {
    if (deed?.do !== 'attach') return deed as Deed;
    return { ...deed, workloads: [...new Set([deed, ...others].flatMap(workloadsOf))] };
  });
  if (steps.length > MAX_STEPS || steps.some((deed) => workloadsOf(deed).length > MAX_TARGETS)) return undefined;
  const [first, ...others] = steps.map(lineOf);
  return first && { command: others.reduce<Command>(andThen, first), findings: findings.length };
}

function workloadsOf(deed: Deed): readonly Word[] {
  return ('workloads' in deed && deed.workloads) || [];
}

/** What can be done for all: attaching to a workload, or setting an image whose tag exists. `TAG` is one that is not known. */
function deedOf({ does, pipe, next }: Command): Deed | undefined {
  const isWhole = pipe === undefined && next === undefined;
  const isAttach = does?.do === 'attach' && does.workloads !== undefined;
  const isImage = does?.do === 'set image' && !does.image.endsWith(':TAG');
  return isWhole && (isAttach || isImage) ? does : undefined;
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
  const { does, pipe, next } = found.fix.command;
  if (does?.do !== 'create' || pipe !== undefined || next !== undefined) return false;
  return does.secret === object.name && does.namespace === object.namespace && !does.flags?.includes('--force');
}
