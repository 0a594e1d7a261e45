/** What stands in manifests where a list of pull secrets belongs, or an entry of one: the API server refuses the object. */
import { isObjectName } from '../text/object-name.ts';
import { isObject, textOf } from '../workloads/api-object.ts';
import { bounded } from '../workloads/pull-spec.ts';
import { isPlaceholder, isToBeFilledIn } from './placeholder.ts';

export interface ListFault {
  /** The text that is there, or the name in the map; empty for anything else. */
  readonly text: string;
  /** Whether it stands in place of the whole list, and not of an entry. */
  readonly whole?: true | undefined;
}

/** Undefined where the API server takes it, and where it is not known what it becomes. */
export function listFault(list: unknown): ListFault | undefined {
  const isList = Array.isArray(list);
  const found: unknown = isList ? list.find((entry) => typeof entry === 'string') : list;
  if (found === undefined || found === null || isToBeFilledIn(found)) return undefined;
  const text = bounded(textOf(isObject(found) ? found.name : found));
  if (!isObject(found) && isPlaceholder(text)) return undefined;
  return isList ? { text } : { text, whole: true };
}

/** What is wrong, and what to write. */
export function describeFault({ text, whole }: ListFault): string {
  const name = isObjectName(text) ? text : 'SECRET';
  return whole
    ? `its imagePullSecrets is not a list; write imagePullSecrets: [{name: ${name}}]`
    : `its list of pull secrets has the text ${text} as an entry; write - name: ${name}`;
}
