/** What is to be explained, as it is typed: `pod/web`, `deploy/web`, `sa/default`, `secret/regcred`, `pod web`, `web`. */
import { UsageError } from '../errors.ts';
import { isObjectName } from './object-name.ts';
import { type PullKindName, pullKindByName } from './pull-kind.ts';
import { parseTarget } from './target.ts';

export interface DoctorTarget {
  readonly kind: PullKindName | 'Secret';
  readonly name: string;
}

const COMMAND = 'regsecret why';

/** Words as kubectl takes them (cli-runtime pkg/resource `ResourceTypeOrNameArgs`); a name alone is that of a pod. Throws UsageError. */
export function parseDoctorTargets(words: readonly string[]): DoctorTarget[] {
  const [first = '', ...rest] = words;
  const kind = kindOf(first);
  if (kind !== undefined && !words.some((word) => word.includes('/'))) {
    if (rest.length === 0) throw new UsageError(`"${first}" is a kind without a name`, `${COMMAND} ${first}/NAME`);
    return rest.map((name) => target(kind, name));
  }
  return words.map(parseWord);
}

function parseWord(word: string): DoctorTarget {
  const [kind = '', name, ...more] = word.split('/');
  if (name === undefined) return target('Pod', word);
  if (kindOf(kind) === 'Secret' && more.length === 0) return target('Secret', name);
  const found = parseTarget(word, COMMAND);
  return target(found.kind, found.name ?? '');
}

function kindOf(word: string): DoctorTarget['kind'] | undefined {
  if (/^secrets?(\.v1\.?)?$/i.test(word)) return 'Secret';
  return pullKindByName(word)?.kind;
}

function target(kind: DoctorTarget['kind'], name: string): DoctorTarget {
  if (isObjectName(name)) return { kind, name };
  throw new UsageError(`"${name}" cannot be the name of a ${kind.toLowerCase()}`, `kubectl get ${kind.toLowerCase()}s`);
}
