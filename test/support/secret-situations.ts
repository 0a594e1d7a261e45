/** One Secret for each thing that can be wrong with a Secret by itself, and whether `attach` accepts it. */
import type { FindingCode } from '../../src/findings/finding.ts';
import type { PullSecretType } from '../../src/secret/secret.ts';

export interface SecretSituation {
  readonly title: string;
  readonly type: string;
  /** Plain text by data key. */
  readonly data: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly codes: readonly FindingCode[];
  /** Whether `attach` refuses it. */
  readonly refused: boolean;
  /** Whether the API server rejects such a Secret, so that it can only be in a manifest. */
  readonly manifestOnly?: true;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const JSON_TYPE = 'kubernetes.io/dockerconfigjson';
const login = { auth: base64('ada:p') };
const other = { auth: base64('rex:p') };
const good = { 'good.example': login };

type Row = readonly [
  title: string,
  content: Partial<SecretSituation> | Readonly<Record<string, object>>,
  codes: readonly FindingCode[],
  end: 'attached' | 'refused',
];

function config(payload: string, type: PullSecretType = JSON_TYPE): Partial<SecretSituation> {
  return { type, data: { [type === JSON_TYPE ? '.dockerconfigjson' : '.dockercfg']: payload } };
}

const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

function endingIn(minutes: number): Partial<SecretSituation> {
  const annotations = { 'regsecret/expires-at': JSON.stringify({ 'good.example': inMinutes(minutes) }) };
  return { ...config(JSON.stringify({ auths: good })), annotations };
}

function appliedWith(auths: Readonly<Record<string, object>>): Partial<SecretSituation> {
  const data = { '.dockerconfigjson': base64(JSON.stringify({ auths })) };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data }) };
  return { ...config(JSON.stringify({ auths: good })), annotations };
}

const ROWS: readonly Row[] = [
  ['a good login', good, [], 'attached'],
  ['an old login in an annotation', appliedWith({ 'good.example': other }), ['login-in-annotation'], 'attached'],
  ['the same login in an annotation', appliedWith(good), [], 'attached'],
  [
    'a docker config in an Opaque Secret',
    { ...config(JSON.stringify({ auths: good })), type: 'Opaque' },
    ['wrong-type'],
    'refused',
  ],
  ['nothing under the data key', { type: JSON_TYPE, data: {}, manifestOnly: true }, ['no-payload'], 'refused'],
  [
    'a docker config in a dockercfg',
    config(JSON.stringify({ auths: good }), 'kubernetes.io/dockercfg'),
    ['wrong-format'],
    'refused',
  ],
  ['a map of servers in a dockerconfigjson', config(JSON.stringify(good)), ['wrong-format'], 'refused'],
  ['content that is no JSON', { ...config('x'), manifestOnly: true }, ['unreadable-payload'], 'refused'],
  ['auths that is a list', config('{"auths":[]}'), ['unreadable-payload'], 'refused'],
  [
    'an entry that cannot be decoded beside a good one',
    { ...good, 'r.example': { auth: '!' } },
    ['unreadable-entry'],
    'refused',
  ],
  ['no entries', config('{"auths":{}}'), ['no-login'], 'refused'],
  [
    'the mark of a credential store',
    config('{"auths":{"r.example":{}},"credsStore":"desktop"}'),
    ['credential-store', 'empty-entry'],
    'refused',
  ],
  ['an empty entry', { 'r.example': {} }, ['empty-entry'], 'refused'],
  ['an empty entry beside a good one', { ...good, 'r.example': {} }, ['empty-entry'], 'attached'],
  ['an identity token', { 'r.example': { identitytoken: 't' } }, ['identity-token'], 'refused'],
  [
    'an identity token beside a login',
    { ...good, 'r.example': { identitytoken: 't' } },
    ['identity-token'],
    'attached',
  ],
  ['a user name without a password', { 'r.example': { auth: base64('ada:') } }, ['incomplete-entry'], 'refused'],
  ['a password without a user name', { 'r.example': { password: 'p' } }, ['incomplete-entry'], 'refused'],
  [
    'a user name without a password beside a login',
    { ...good, 'r.example': { username: 'ada' } },
    ['incomplete-entry'],
    'attached',
  ],
  ['a server that no image can match', { 'r.example/acme:v1': login }, ['opens-nothing'], 'refused'],
  [
    'a server that no image can match beside a good one',
    { ...good, 'r.example/acme:v1': login },
    ['opens-nothing'],
    'attached',
  ],
  [
    'entries that are each of no use',
    { 'r.example/acme:v1': login, 'q.example': {}, 's.example': { username: 'ada' } },
    ['empty-entry', 'incomplete-entry', 'opens-nothing'],
    'refused',
  ],
  ['the host of the API of Docker Hub', { 'registry-1.docker.io': login }, ['unusual-server'], 'attached'],
  ['Docker Hub twice', { 'https://index.docker.io/v1/': login, 'docker.io': other }, ['shadowed-entry'], 'attached'],
  ['two servers with one key', { ...good, 'https://good.example/v2/': other }, ['same-key'], 'attached'],
  ['a newline behind the password', { 'r.example': { auth: base64('ada:p\n') } }, ['white-space'], 'attached'],
  [
    'another password beside auth',
    { 'r.example': { username: 'ada', password: 'new', auth: base64('ada:old') } },
    ['ignored-login'],
    'attached',
  ],
  ['a login that has ended', endingIn(-60), ['expired'], 'attached'],
  ['a login that ends in an hour', endingIn(60), ['expires-soon'], 'attached'],
];

export const secretSituations: readonly SecretSituation[] = ROWS.map(([title, content, codes, end]) => {
  const whole = 'data' in content ? content : config(JSON.stringify({ auths: content }));
  return {
    title,
    type: JSON_TYPE,
    data: {},
    ...(whole as Partial<SecretSituation>),
    codes,
    refused: end === 'refused',
  };
});

/** The Secret of a situation, in the form for a manifest and for the API server. */
export function objectOfSituation(
  { type, data, annotations }: SecretSituation,
  name: string,
  namespace: string,
): object {
  const metadata = { name, namespace, ...(annotations === undefined ? {} : { annotations }) };
  const values = Object.entries(data).map(([key, text]) => [key, base64(text)]);
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, data: Object.fromEntries(values) };
}
