/** Targets as they are typed: `deploy/web`, `sa/default`, `deployments.apps/web`, `cj/nightly`, or a kind alone. */

import { UsageError } from '../../errors.ts';
import { closest } from '../text/closest.ts';
import { type Command, command, words } from '../text/command.ts';
import { isObjectName, nameRule } from '../text/object-name.ts';
import { namesOf, PULL_KINDS, type PullKindName, pullKindByName } from './kind.ts';

export interface Target {
  readonly kind: PullKindName;
  /** Left out: all of the kind that a selector picks. */
  readonly name?: string;
}

/**
 * Reads `KIND/NAME` or `KIND` as kubectl does (cli-runtime pkg/resource `splitResourceTypeName`); throws UsageError, in
 * which `propose` makes a hint of a target.
 */
export function parseTarget(text: string, propose = behindTo): Target {
  const [kindName = '', name, ...more] = text.split('/');
  const found = pullKindByName(kindName);
  if (found === undefined) {
    const near = closest(
      kindName.toLowerCase().replace(/\..*$/s, ''),
      PULL_KINDS.flatMap((entry) => namesOf(entry)),
    );
    const isName = name !== undefined && isObjectName(name);
    const proposal = `${near ?? 'deployment'}/${near !== undefined && isName ? name : 'NAME'}`;
    throw new UsageError(TARGET, propose(proposal));
  }
  if (more.length > 0) throw new UsageError(TARGET, propose(`${found.kind.toLowerCase()}/NAME`));
  return name === undefined ? { kind: found.kind } : { kind: found.kind, name: checkedName(name, found.kind) };
}

/** What was typed instead is not repeated, as with {@link nameRule}. */
const TARGET = 'a target is KIND/NAME, with a kind that has pull secrets';

function behindTo(target: string): Command {
  return words`--to ${target}`;
}

/** `name` as the name of an object; throws UsageError. */
export function checkedName(name: string, kind: PullKindName | 'Secret'): string {
  if (isObjectName(name)) return name;
  const list = command`kubectl get ${kind.toLowerCase()}s`;
  throw new UsageError(nameRule(kind.toLowerCase()), list);
}

export interface DoctorTarget {
  readonly kind: PullKindName | 'Secret';
  readonly name: string;
}

function why(target: string): Command {
  return command`regsecret why ${target}`;
}

/** Words as kubectl takes them (cli-runtime pkg/resource `ResourceTypeOrNameArgs`); a name alone is that of a pod. Throws UsageError. */
export function parseDoctorTargets(words: readonly string[]): DoctorTarget[] {
  const [first = '', ...rest] = words;
  const kind = kindOf(first);
  if (kind !== undefined && !words.some((word) => word.includes('/'))) {
    if (rest.length === 0) throw new UsageError(`"${first}" is a kind without a name`, why(`${first}/NAME`));
    return rest.map((name) => target(kind, name));
  }
  return words.map(parseWord);
}

function parseWord(word: string): DoctorTarget {
  const [kind = '', name, ...more] = word.split('/');
  if (name === undefined) return target('Pod', word);
  if (kindOf(kind) === 'Secret' && more.length === 0) return target('Secret', name);
  const found = parseTarget(word, why);
  return target(found.kind, found.name ?? '');
}

function kindOf(word: string): DoctorTarget['kind'] | undefined {
  if (/^secrets?(\.v1\.?)?$/i.test(word)) return 'Secret';
  return pullKindByName(word)?.kind;
}

function target(kind: DoctorTarget['kind'], name: string): DoctorTarget {
  return { kind, name: checkedName(name, kind) };
}
