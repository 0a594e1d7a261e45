/** Finds values in manifests that are not a list of pull secrets, or not an entry of one. The API server refuses such objects. */
import { isObject, textOf } from '../workloads/api-object.ts';
import { bounded, type ListFault } from '../workloads/pull-spec.ts';
import { isPlaceholder, isToBeFilledIn } from './placeholder.ts';

/** Undefined where the API server accepts the list, and where the list is filled in later. */
export function listFault(list: unknown): ListFault | undefined {
  const isList = Array.isArray(list);
  const found: unknown = isList ? list.find((entry) => typeof entry === 'string') : list;
  if (found === undefined || found === null || isToBeFilledIn(found)) return undefined;
  const text = bounded(textOf(isObject(found) ? found.name : found));
  if (!isObject(found) && isPlaceholder(text)) return undefined;
  return isList ? { text } : { text, whole: true };
}
