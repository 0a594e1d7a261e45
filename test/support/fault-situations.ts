/** The commands that change a cluster, each with an object to be changed, and what has to be true of it at the end. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { api } from '../environment/use.ts';
import { freshName, listOf, named, newAccount, newWorkload, pathOf } from './attach-world.ts';
import { CANARY } from './canary.ts';
import type { Ran } from './program.ts';

export type Ended = Pick<Ran, 'stdout' | 'stderr'> & { readonly code: number | null };

export interface Prepared {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin: string;
  /** Whether what was asked for is there, whole. */
  isDone(): Promise<boolean>;
  /** What is lost, or said and not so. */
  problems(ended: Ended): Promise<string[]>;
  /** What is left over at the end. */
  leftovers(): Promise<string[]>;
}

export interface Situation {
  readonly title: string;
  /** `state` holds the folder that is XDG_STATE_HOME, under the name of what is changed. */
  prepare(namespace: string, state: string): Promise<Prepared>;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const QUAY = `{"auths":{"quay.io":{"auth":"${base64('jane:p')}"}}}`;
const secretsOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets`;
const copyName = (name: string): string => `${name}-regsecret-copy`;

// biome-ignore lint/suspicious/noExplicitAny: an object of the API, of whatever kind the path names
async function at(path: string): Promise<any> {
  const { status, body } = await api('GET', path);
  return status === 200 ? body : undefined;
}

function serversIn(secret: { data?: Record<string, string> } | undefined): string[] {
  const text = Buffer.from(secret?.data?.['.dockerconfigjson'] ?? '', 'base64').toString();
  return text === '' ? [] : Object.keys(JSON.parse(text).auths);
}

/** Sentences, and what they say about whether the object is there: the old one, any, or none. */
const CLAIMS: [RegExp, 'old' | 'none' | 'any'][] = [
  [/is deleted and not (created|there) again/, 'none'],
  [/nothing is deleted/, 'old'],
  [/is not deleted, or not yet|is still the old one|cannot delete/, 'old'],
  [/was gone for a moment/, 'any'],
];

function untrue(stderr: string, uid: string | undefined, now: string | undefined): string[] {
  const about = { old: now === uid, none: now === undefined, any: now !== undefined };
  return CLAIMS.filter(([text, what]) => text.test(stderr) && !about[what]).map(([text]) => `untrue: ${text}`);
}

const isBug = ({ stderr }: Ended): string[] => (/this is a bug/.test(stderr) ? ['a bug'] : []);

/** A Secret is written; `old` is the one that is there, if any. */
function secret(title: string, old: object | undefined, flags: string[] = []): Situation {
  return {
    title,
    async prepare(namespace) {
      const name = freshName('s');
      const path = (which: string): string => `${secretsOf(namespace)}/${which}`;
      if (old !== undefined) await api('POST', secretsOf(namespace), { metadata: { name }, ...old });
      const before = await at(path(name));
      const had = (object: { data?: Record<string, string> } | undefined): boolean =>
        serversIn(before).every((server) => serversIn(object).includes(server)) &&
        Object.keys(before?.data ?? {}).every((key) => key in (object?.data ?? {}));
      const isDone = async (): Promise<boolean> => {
        const now = await at(path(name));
        return had(now) && serversIn(now).includes('ghcr.io');
      };
      return {
        name,
        args: ['create', name, '--server', 'ghcr.io', '--username', 'jane', '--password-stdin', ...flags],
        stdin: CANARY,
        isDone,
        async problems(ended) {
          const [now, copy] = [await at(path(name)), await at(path(copyName(name)))];
          const found = [...isBug(ended), ...untrue(ended.stderr, before?.metadata.uid, now?.metadata.uid)];
          if (before !== undefined && !had(now) && !had(copy)) found.push('the old Secret is lost');
          if (before !== undefined && now === undefined && !ended.stderr.includes(copyName(name))) {
            found.push('gone, and the copy is not named');
          }
          if (
            ended.code === 0 &&
            copy !== undefined &&
            !ended.stderr.includes(`kubectl delete secret ${copyName(name)}`)
          )
            found.push('the copy is left without a word');
          return found;
        },
        leftovers: async () => ((await at(path(copyName(name)))) === undefined ? [] : ['the copy']),
      };
    },
  };
}

type Listed = 'ServiceAccount' | 'Deployment' | 'Pod';

async function objectOf(kind: Listed, namespace: string, name: string) {
  return at(
    kind === 'ServiceAccount'
      ? `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`
      : pathOf(kind, namespace, name),
  );
}

async function namesOf(kind: Listed, namespace: string, name: string): Promise<string[]> {
  const object = await objectOf(kind, namespace, name);
  if (object === undefined) return [];
  const list = kind === 'ServiceAccount' ? object.imagePullSecrets : await listOf(kind, namespace, name);
  return (list ?? []).map((entry: { name: string }) => entry.name);
}

/** A list is written: `kept` stays in it, and `regsecret` comes or goes. */
function list(verb: 'attach' | 'detach', kind: Listed, flagsFor: (name: string) => string[]): Situation {
  const before = verb === 'attach' ? ['kept'] : ['kept', 'regsecret'];
  const after = verb === 'attach' ? ['kept', 'regsecret'] : ['kept'];
  return {
    title: `${verb} ${flagsFor('NAME').join(' ')}`,
    async prepare(namespace, state) {
      const name = freshName('o');
      if (kind === 'ServiceAccount') await newAccount(namespace, { imagePullSecrets: named(...before) }, name);
      else
        await newWorkload(kind, namespace, { name, list: named(...before), metadata: { annotations: { own: 'yes' } } });
      const uid = (await objectOf(kind, namespace, name)).metadata.uid;
      const folder = join(state, name, 'regsecret');
      const saved = (): string[] => (existsSync(folder) ? readdirSync(folder) : []);
      return {
        name,
        args: [verb, ...flagsFor(name)],
        stdin: '',
        isDone: async () => isDeepStrictEqual(await namesOf(kind, namespace, name), after),
        async problems(ended) {
          const now = await objectOf(kind, namespace, name);
          const found = [...isBug(ended), ...untrue(ended.stderr, uid, now?.metadata.uid)];
          const names = await namesOf(kind, namespace, name);
          if (now !== undefined && !names.includes('kept')) found.push(`the list is ${names}`);
          if (now === undefined && saved().length === 0) found.push('the pod is lost');
          if (now === undefined && !ended.stderr.includes(folder)) {
            found.push('gone, and the manifest is not named');
          }
          if (ended.code === 0 && saved().length > 0) found.push('the manifest is left');
          return found;
        },
        leftovers: async () => {
          const now = await objectOf(kind, namespace, name);
          const own = kind === 'ServiceAccount' || now?.metadata.annotations.own === 'yes';
          return [...saved(), ...(own ? [] : ['its annotation is lost'])];
        },
      };
    },
  };
}

const IMMUTABLE = { type: 'kubernetes.io/dockerconfigjson', immutable: true };

export const SITUATIONS: readonly Situation[] = [
  secret('create, of a new Secret', undefined),
  secret('create, into a Secret', { type: IMMUTABLE.type, data: { '.dockerconfigjson': base64(QUAY) } }),
  secret('create --force, of a new Secret', undefined, ['--force']),
  secret(
    'create --force, of an immutable one',
    { ...IMMUTABLE, data: { '.dockerconfigjson': base64(QUAY), note: 'eA==' } },
    ['--force'],
  ),
  secret('create --force, of another type', { immutable: true, data: { note: 'eA==' } }, ['--force']),
  list('attach', 'ServiceAccount', (name) => ['--serviceaccount', name]),
  list('attach', 'Deployment', (name) => ['--to', `deployment/${name}`]),
  list('attach', 'Pod', (name) => ['--pod', name, '--recreate']),
  list('detach', 'ServiceAccount', (name) => ['--serviceaccount', name]),
  list('detach', 'Deployment', (name) => ['--from', `deployment/${name}`]),
  list('detach', 'Pod', (name) => ['--pod', name, '--recreate']),
];
