/** Checks the form of the API server's answers, so that code behind the transport never meets a malformed one. */
import { isPlainBase64 } from '../codec/go/base64.ts';
import { isObject } from '../workloads/api-object.ts';
import { type ApiRequest, askedRight } from './api-request.ts';

/** Says what a malformed `answer` to `request` is, as in "answers with null"; undefined when it is well-formed. */
export function oddAnswer(request: Pick<ApiRequest, 'method' | 'path'>, answer: unknown): string | undefined {
  const { verb, plural } = askedRight(request);
  if (verb === 'delete') return undefined;
  if (answer === undefined) return 'nothing';
  if (!isObject(answer)) return `${JSON.stringify(answer)?.slice(0, 20)}, which is not an object`;
  // /api and /version, for example, and what a kubelet answers.
  if (plural === '' || plural.includes('/')) return undefined;
  if (verb === 'list') return oddList(answer);
  // A review, such as the one of `kubectl auth whoami`, is not stored and has no name.
  if (plural.endsWith('reviews')) return undefined;
  if (!hasName(answer)) return 'an object without a name';
  return plural === 'secrets' ? (oddSecret(answer) ?? oddBytes(answer)) : undefined;
}

/** An empty list may have null items: Go writes a nil slice that way. */
function oddList({ kind, items }: Record<string, unknown>): string | undefined {
  const isList = Array.isArray(items) || (typeof kind === 'string' && kind.endsWith('List'));
  if (!isList) return 'an object that is not a list';
  const isSound = !Array.isArray(items) || items.every((item) => isObject(item) && hasName(item));
  return isSound ? undefined : 'a list with an item that is not an object';
}

function hasName({ metadata }: Record<string, unknown>): boolean {
  return isObject(metadata) && typeof metadata.name === 'string';
}

/** Checked only for a Secret that was requested by name. In a list of Secrets, bad base64 is a finding about that one. */
function oddBytes({ data }: Record<string, unknown>): string | undefined {
  const values = isObject(data) ? Object.values(data) : [];
  return values.every((value) => isPlainBase64(`${value}`)) ? undefined : 'a Secret whose data is not in base64';
}

/** Says what is malformed in `secret`, which comes alone or from a list; undefined when nothing is. */
export function oddSecret({ type, data, metadata }: Record<string, unknown>): string | undefined {
  if (!isOptional(type, isText)) return 'a Secret whose type is not a string';
  if (!isOptional(data, isTextMap)) return 'a Secret whose data is not a map of strings';
  if (!isObject(metadata)) return 'a Secret without metadata';
  const { annotations, labels, managedFields, ...texts } = metadata;
  const isSound =
    isOptional(annotations, isTextMap) &&
    isOptional(labels, isTextMap) &&
    isOptional(managedFields, Array.isArray) &&
    TEXTS.every((name) => isOptional(texts[name], isText));
  return isSound ? undefined : 'a Secret with malformed metadata';
}

const TEXTS = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp'];

function isOptional(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || is(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTextMap(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isText);
}
