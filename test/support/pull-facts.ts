/** Facts about pulls in a short notation, and the loop that asks the registries. */
import type { AccountState, PodFacts, Puller, PullFacts, SecretState } from '../../src/diagnosis/facts.ts';
import { type Judgement, judge } from '../../src/diagnosis/judgement.ts';
import { reportOn } from '../../src/diagnosis/puller-report.ts';
import { diagnoseBriefly } from '../../src/findings/diagnosed-secret.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { finished } from '../../src/secret/steps.ts';
import { type Question, questionKey } from '../../src/verify/question.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import type { ImageState } from '../../src/workloads/container-images.ts';
import { pullErrorOf } from '../../src/workloads/pull-error.ts';
import type { Remedy } from '../../src/workloads/remedy.ts';
import { pullSecretOf } from './secrets.ts';

export const NOW = Date.parse('2026-11-25T12:00:00Z');
const SECOND = 1000;
export const IMAGE = 'ghcr.io/acme/web:v1';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A docker config entry with user name and password. */
export const login = (user = 'janedoe', password = 'pa55word'): object => ({ auth: base64(`${user}:${password}`) });

/** A Secret of the namespace `team-a` with these entries; `rest` replaces fields. */
export function secretWith(auths: Record<string, object>, rest: object = {}): Secret {
  const secret = pullSecretOf('', JSON.stringify({ auths }));
  return { ...secret, ...rest };
}

export interface World {
  /** The Secrets of the namespace team-a, by name. */
  readonly secrets?: Readonly<Record<string, Secret | 'missing' | 'forbidden' | { readonly elsewhere: string[] }>>;
  /** The Secrets of other namespaces, by `namespace/name`. */
  readonly beyond?: Readonly<Record<string, Secret>>;
  /** The `imagePullSecrets` of the service account `default`. */
  readonly account?: readonly object[] | 'forbidden' | 'missing';
  readonly enforced?: boolean;
  /** All pull secrets of the namespace. */
  readonly others?: readonly string[];
  /** The verdict for a user, or for an anonymous request. Left out: registries are not asked. */
  readonly says?: (user: string | undefined, question: Question) => Verdict;
  readonly nodeImages?: readonly string[];
  /** The version of the node's kubelet. Default: v1.36.3. */
  readonly nodeVersion?: string;
}

export function factsOf({
  secrets = {},
  beyond = {},
  account = [],
  enforced = false,
  others = [],
  says,
  nodeImages,
  nodeVersion = 'v1.36.3',
}: World): PullFacts {
  const state: AccountState =
    typeof account === 'string' ? { status: account } : { status: 'there', imagePullSecrets: account, enforced };
  return {
    now: NOW,
    online: says !== undefined,
    secrets: new Map([
      ...Object.entries(secrets).map(([name, value]) => [`team-a/${name}`, stateOf(name, value)] as const),
      ...Object.entries(beyond).map(([key, value]) => [key, stateOf(key, value)] as const),
    ]),
    accounts: new Map([['team-a/default', state]]),
    nodes: new Map(
      nodeImages === undefined ? [] : [['node-1', { exists: true, version: nodeVersion, images: nodeImages }]],
    ),
    others: new Map([['team-a', others]]),
    answers: new Map(),
  };
}

function stateOf(name: string, value: NonNullable<World['secrets']>[string]): SecretState {
  if (value === 'missing') return { status: 'missing' };
  if (value === 'forbidden') return { status: 'forbidden' };
  if ('elsewhere' in value) return { status: 'missing', elsewhere: { namespaces: value.elsewhere } };
  const secret = {
    ...value,
    metadata: { creationTimestamp: '2026-11-01T00:00:00Z', ...value.metadata, namespace: 'team-a', name },
  };
  return { status: 'there', ...finished(diagnoseBriefly(secret, NOW)) };
}

export interface PullerOptions {
  readonly list?: readonly object[];
  readonly image?: string;
  readonly policy?: 'Always' | 'IfNotPresent' | 'Never';
  /** The message of the kubelet, or `runs`. Left out for a pod that has just been created. */
  readonly status?: string;
  readonly reason?: string;
  readonly remedy?: Remedy;
  readonly pod?: Partial<PodFacts>;
}

export const recreate: Remedy = { how: 'recreate', target: { kind: 'Pod', namespace: 'team-a', name: 'web' } };
export const deployment = {
  how: 'template',
  target: { kind: 'Deployment', namespace: 'team-a', name: 'web' },
} satisfies Remedy;

/** The pod `team-a/web`. */
export function podWith(options: PullerOptions = {}): Puller {
  const { list, image = IMAGE, policy = 'Always', remedy = recreate, pod = {} } = options;
  return {
    ref: { kind: 'Pod', namespace: 'team-a', name: 'web' },
    imagePullSecrets: list,
    account: 'default',
    images: [{ image, containers: ['app'], policy, state: imageState(options) }],
    remedy,
    count: 1,
    pod: { createdAt: NOW - 60 * SECOND, done: false, node: 'node-1', events: [], ...pod },
  };
}

/** The Deployment `team-a/web`. */
export function templateWith({ list, image = IMAGE, policy = 'Always' }: PullerOptions = {}): Puller {
  return {
    ref: { kind: 'Deployment', namespace: 'team-a', name: 'web' },
    imagePullSecrets: list,
    account: 'default',
    images: [{ image, containers: ['app'], policy, state: { status: 'not used' } }],
    remedy: deployment,
    count: 1,
  };
}

function imageState({ status, reason = 'ErrImagePull' }: PullerOptions): ImageState {
  if (status === undefined) return { status: 'not tried' };
  if (status === 'runs') return { status: 'there' };
  return { status: 'missing', reason, message: status, pullError: pullErrorOf(reason, status) };
}

/** The user name of a question; undefined for an anonymous one. */
export function userOf({ login }: Question): string | undefined {
  const credential = login !== undefined && 'credential' in login ? login.credential : undefined;
  return credential !== undefined && 'username' in credential ? credential.username : undefined;
}

export interface Settled {
  readonly judgement: Judgement;
  readonly notes: readonly string[];
  /** The users in the questions, in order; `anonymous` for none. */
  readonly asked: readonly string[];
  /** The facts including the answers. */
  readonly facts: PullFacts;
}

/** Asks until there is nothing left to ask, as the command does. */
export function settle(puller: Puller, world: World): Settled {
  const asked: string[] = [];
  let facts = factsOf(world);
  for (;;) {
    const [use] = puller.images;
    if (use === undefined) throw new Error('no image');
    const judgement = judge(puller, use, facts);
    const [question] = judgement.open;
    if (question === undefined) {
      const { notes } = reportOn(puller, facts);
      return { judgement, asked, facts, notes: [...judgement.notes, ...notes].map(({ code }) => code) };
    }
    const user = userOf(question);
    asked.push(user ?? 'anonymous');
    const answer = { verdict: world.says?.(user, question) as Verdict, at: NOW };
    facts = { ...facts, answers: new Map([...facts.answers, [questionKey(question), answer]]) };
  }
}
