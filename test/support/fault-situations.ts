/** The commands that change a cluster, each with an object to change and what must be true of that object at the end. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { api, newNamespace } from '../environment/use.ts';
import { freshName, listOf, named, newAccount, newWorkload, pathOf } from './attach-world.ts';
import { CANARY } from './canary.ts';
import type { Ran } from './program.ts';

export type Ended = Pick<Ran, 'stdout' | 'stderr'> & { readonly code: number | null };

export interface Prepared {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin: string;
  /** Whether the requested change is complete. */
  isDone(): Promise<boolean>;
  /** Data that was lost, and claims in the output that are false. */
  problems(ended: Ended): Promise<string[]>;
  /** Objects and files that were left behind at the end. */
  leftovers(): Promise<string[]>;
  /** Set for a command that writes several objects with a result for each; `problems` reports results that are false. */
  readonly writesMany?: true;
}

export interface Situation {
  readonly title: string;
  /** `state` is the parent folder of XDG_STATE_HOME, which is called like the changed object. */
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

/** Sentences of the output, and the object that each claims to exist: the old one, any, or none. */
const CLAIMS: [RegExp, 'old' | 'none' | 'any'][] = [
  [/is deleted and not (created|there) again/, 'none'],
  [/nothing is deleted/, 'old'],
  [/was not deleted, or not yet|is still the old one|cannot delete/, 'old'],
  [/was missing for a moment/, 'any'],
];

function untrue(stderr: string, uid: string | undefined, now: string | undefined): string[] {
  const about = { old: now === uid, none: now === undefined, any: now !== undefined };
  return CLAIMS.filter(([text, what]) => text.test(stderr) && !about[what]).map(([text]) => `untrue: ${text}`);
}

const isBug = ({ stderr }: Ended): string[] => (/this is a bug/.test(stderr) ? ['a bug'] : []);

/** `create` writes a Secret. `old` is the existing one, if any. */
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

/** `attach` or `detach` writes a list: `kept` stays in it, and `regsecret` is added or removed. */
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

/** `sync` writes or deletes a copy, or a list that names it. The label `own` is set by the copy's namespace. */
function copies(
  title: string,
  flags: string[],
  before: 'nothing' | 'a copy' | 'an old copy' | 'an immutable copy',
): Situation {
  const isPruned = flags.includes('--prune');
  const isAttached = flags.includes('--attach');
  return {
    title,
    async prepare(namespace) {
      const name = freshName('c');
      const prefix = freshName('team');
      const team = await newNamespace({ serviceAccount: true, prefix });
      const body = { type: IMMUTABLE.type, data: { '.dockerconfigjson': base64(QUAY) } };
      await api('POST', secretsOf(namespace), { metadata: { name }, ...body });
      if (before !== 'nothing') {
        const metadata = {
          name,
          labels: { 'app.kubernetes.io/managed-by': 'regsecret', own: 'yes' },
          annotations: { 'regsecret/source': `${namespace}/${name}` },
        };
        const old = before === 'a copy' ? {} : { data: { '.dockerconfigjson': base64('{"auths":{}}') } };
        await api('POST', secretsOf(team), { metadata, ...body, ...old, immutable: before === 'an immutable copy' });
      }
      const account = `/api/v1/namespaces/${team}/serviceaccounts/default`;
      const headers = { 'content-type': 'application/merge-patch+json' };
      await api('PATCH', account, { imagePullSecrets: named('kept', ...(isPruned ? [name] : [])) }, headers);
      const copy = () => at(`${secretsOf(team)}/${name}`);
      return {
        name,
        args: [
          'sync',
          name,
          ...(isPruned ? ['-A', '--exclude', '*'] : ['--to', `${prefix}-*`]),
          '-o',
          'name',
          ...flags,
        ],
        stdin: '',
        async isDone() {
          const [now, list] = [await copy(), await namesOf('ServiceAccount', team, 'default')];
          if (isPruned) return now === undefined && isDeepStrictEqual(list, ['kept']);
          const isCopy = now?.metadata.annotations?.['regsecret/source'] === `${namespace}/${name}`;
          const hasData = isDeepStrictEqual(now?.data, body.data);
          return isCopy && hasData && (!isAttached || isDeepStrictEqual(list, ['kept', name]));
        },
        async problems(ended) {
          const found = isBug(ended);
          const list = await namesOf('ServiceAccount', team, 'default');
          if (!list.includes('kept')) found.push(`the list is ${list}`);
          if (isPruned && list.includes(name) && (await copy()) === undefined) found.push('a list names what is gone');
          if (isAttached && list.includes(name) && (await copy()) === undefined)
            found.push('a list names what is not there');
          return found;
        },
        leftovers: async () => {
          const all = (await at(secretsOf(team))).items.map(
            (item: { metadata: { name: string } }) => item.metadata.name,
          );
          return all.filter((one: string) => one !== name);
        },
      };
    },
  };
}

const userOf = (secret: { data?: Record<string, string> } | undefined, server: string): string => {
  const text = Buffer.from(secret?.data?.['.dockerconfigjson'] ?? '', 'base64').toString();
  return text === '' ? '' : Buffer.from(JSON.parse(text).auths[server]?.auth ?? '', 'base64').toString();
};

/** `remove` deletes one of two entries. */
const removal: Situation = {
  title: 'remove, of one of two entries',
  async prepare(namespace) {
    const name = freshName('e');
    const data = { '.dockerconfigjson': base64(GHCR_AND_QUAY) };
    await api('POST', secretsOf(namespace), { metadata: { name }, type: 'kubernetes.io/dockerconfigjson', data });
    const now = async () => serversIn(await at(`${secretsOf(namespace)}/${name}`));
    return {
      name,
      args: ['remove', name, '--server', 'ghcr.io', '--yes'],
      stdin: '',
      isDone: async () => isDeepStrictEqual(await now(), ['quay.io']),
      problems: async (ended) => [
        ...isBug(ended),
        ...((await now()).includes('quay.io') ? [] : ['another entry is lost']),
      ],
      leftovers: async () => [],
    };
  },
};

/** `delete` deletes a Secret that a service account and a workload name. */
const deletion: Situation = {
  title: 'delete, of a Secret that two lists name',
  async prepare(namespace) {
    const name = freshName('d');
    const data = { '.dockerconfigjson': base64(QUAY) };
    await api('POST', secretsOf(namespace), { metadata: { name }, type: 'kubernetes.io/dockerconfigjson', data });
    await newAccount(namespace, { imagePullSecrets: named('kept', name) }, name);
    await newWorkload('Deployment', namespace, { name, list: named(name, 'kept') });
    const lists = async () => [
      await namesOf('ServiceAccount', namespace, name),
      await namesOf('Deployment', namespace, name),
    ];
    const isThere = async () => (await at(`${secretsOf(namespace)}/${name}`)) !== undefined;
    return {
      name,
      args: ['delete', name, '--yes'],
      stdin: '',
      isDone: async () => !(await isThere()) && isDeepStrictEqual(await lists(), [['kept'], ['kept']]),
      writesMany: true,
      async problems(ended) {
        const found = isBug(ended);
        const [named, there] = [(await lists()).flat(), await isThere()];
        if (!there && named.includes(name)) found.push('a list names what is gone');
        if (named.filter((one) => one === 'kept').length < 2) found.push('another entry of a list is lost');
        if (there && ended.stdout.includes(`secret/${name} deleted`)) found.push('said, and not deleted');
        return found;
      },
      leftovers: async () => [],
    };
  },
};

const GHCR_AND_QUAY = `{"auths":{"quay.io":{"auth":"${base64('jane:p')}"},"ghcr.io":{"auth":"${base64('jane:old')}"}}}`;

/** `rotate` replaces the login for one registry in a Secret and its copies. */
const rotation: Situation = {
  title: 'rotate, of a Secret with two copies',
  async prepare(namespace) {
    const name = freshName('s');
    const names = [name, `${name}-a`, `${name}-b`];
    const copy = {
      labels: { 'app.kubernetes.io/managed-by': 'regsecret' },
      annotations: { 'regsecret/source': `${namespace}/${name}` },
    };
    for (const one of names) {
      const metadata = { name: one, ...(one === name ? {} : copy) };
      const data = { '.dockerconfigjson': base64(GHCR_AND_QUAY) };
      await api('POST', secretsOf(namespace), { metadata, type: 'kubernetes.io/dockerconfigjson', data });
    }
    const all = () => Promise.all(names.map((one) => at(`${secretsOf(namespace)}/${one}`)));
    return {
      name,
      args: [
        'rotate',
        ...names,
        '--server',
        'ghcr.io',
        '--username',
        'jane',
        '--password-stdin',
        '--no-verify',
        '--yes',
      ],
      stdin: CANARY,
      isDone: async () => (await all()).every((secret) => userOf(secret, 'ghcr.io') === `jane:${CANARY}`),
      writesMany: true,
      async problems(ended) {
        const found = isBug(ended);
        for (const secret of await all()) {
          const login = userOf(secret, 'ghcr.io');
          const isSaid = ended.stdout.includes(`secret/${secret.metadata.name} configured`);
          if (isSaid && login !== `jane:${CANARY}`) found.push('said, and not written');
          if (![`jane:old`, `jane:${CANARY}`].includes(login)) found.push('half a login is written');
          if (userOf(secret, 'quay.io') !== 'jane:p') found.push('another entry is lost');
        }
        return found;
      },
      leftovers: async () => [],
    };
  },
};

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
  list('detach', 'Deployment', (name) => ['--from', `deployment/${name}`, '--yes']),
  list('detach', 'Pod', (name) => ['--pod', name, '--recreate', '--yes']),
  copies('sync, of a new copy', [], 'nothing'),
  copies('sync, of an old copy', [], 'an old copy'),
  copies('sync, of an immutable copy', [], 'an immutable copy'),
  copies('sync --attach', ['--attach', 'sa/default'], 'a copy'),
  copies('sync --prune', ['--prune', '--yes'], 'a copy'),

  rotation,
  removal,
  deletion,
];
