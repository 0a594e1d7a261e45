/** What stands in manifests where a list of pull secrets belongs, or an entry of one: the API server refuses the object. */
import { isObject, textOf } from '../workloads/api-object.ts';
import { bounded, type ListFault } from '../workloads/pull-spec.ts';
import { isPlaceholder, isToBeFilledIn } from './placeholder.ts';

/** Undefined where the API server takes it, and where it is not known what it becomes. */
export function listFault(list: unknown): ListFault | undefined {
  const isList = Array.isArray(list);
  const found: unknown = isList ? list.find((entry) => typeof entry === 'string') : list;
  if (found === undefined || found === null || isToBeFilledIn(found)) return undefined;
  const text = bounded(textOf(isObject(found) ? found.name : found));
  if (!isObject(found) && isPlaceholder(text)) return undefined;
  return isList ? { text } : { text, whole: true };
}
