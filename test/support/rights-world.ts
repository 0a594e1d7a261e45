/** Command lines of all commands that need a role, and namespaces in which every one of their rights matters. */
import { dirname } from 'node:path';
import { atFileEnd } from '../environment/file-end.ts';
import { api, cluster, newNamespace } from '../environment/use.ts';
import {
  created,
  failFirstPod,
  freshName,
  named,
  newAccount,
  newPullSecret,
  newSecret,
  newWorkload,
  pathOf,
} from './attach-world.ts';
import { here, type RanHere } from './here.ts';

/** The namespace for dry runs, which change nothing in it. */
let shared: string;
/** The namespace of the Secret that is copied elsewhere. */
let source: string;
/** A node that accepts no pods without a toleration. Pods on a node that does not exist would be deleted after a minute. */
let node: string;
const leftovers: string[] = [];
atFileEnd(async () => {
  for (const path of leftovers.splice(0)) await api('DELETE', path);
});

/** Has to run before the first test of a file. */
export async function openWorlds(): Promise<void> {
  node = freshName('node');
  const taint = { key: 'nothing-here', effect: 'NoSchedule' };
  await created('/api/v1/nodes', { metadata: { name: node }, spec: { unschedulable: true, taints: [taint] } });
  leftovers.push(`/api/v1/nodes/${node}`);
  source = await newNamespace();
  await newPullSecret(source, 'fleet');
  shared = await world();
}

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'Job', 'CronJob', 'Pod'] as const;

/** Creates a namespace in which every right of every command matters. */
async function world(): Promise<string> {
  const namespace = await newNamespace({ serviceAccount: true });
  const merge = { 'content-type': 'application/merge-patch+json' };
  const labels = { metadata: { labels: { here: namespace } } };
  await api('PATCH', `/api/v1/namespaces/${namespace}`, labels, merge);
  await api('PATCH', `/api/v1/namespaces/${namespace}/serviceaccounts/default`, labels, merge);
  await newPullSecret(namespace, 'regsecret');
  await newPullSecret(namespace, 'other', 'x.example');
  const auths = { 'x.example': { auth: 'eDp5' }, 'y.example': { auth: 'eDp5' } };
  const config = { '.dockerconfigjson': JSON.stringify({ auths }) };
  await newSecret(namespace, 'two', 'kubernetes.io/dockerconfigjson', config);
  for (const kind of KINDS) {
    const fields = kind === 'DaemonSet' ? { updateStrategy: { type: 'OnDelete' } } : {};
    await newWorkload(kind, namespace, { name: kind.toLowerCase(), fields });
  }
  await newWorkload('Deployment', namespace, { name: 'both', list: named('regsecret', 'other') });
  await newWorkload('Pod', namespace, { name: 'gone', list: named('gone'), spec: { nodeName: node } });
  await newWorkload('Deployment', namespace, { name: 'lost', list: named('gone'), spec: { nodeName: node } });
  const nightly = (await api('GET', pathOf('CronJob', namespace, 'cronjob'))).body.metadata;
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: nightly.name, uid: nightly.uid, controller: true };
  await newWorkload('Job', namespace, { name: 'nightly', metadata: { ownerReferences: [owner] } });
  await newAccount(namespace, { imagePullSecrets: named('regsecret', 'other') }, 'robot');
  await newWorkload('Deployment', namespace, { name: 'robotic', account: 'robot' });
  const failing = ['deployment', 'statefulset', 'replicationcontroller', 'job', 'nightly', 'pod', 'both', 'lost'];
  for (const app of failing) await failFirstPod(namespace, app);
  return namespace;
}

const LOGIN = '--username jane --password-env PASSWORD --server r.example --no-verify';

/**
 * Groups of command lines that need the same rules, except for names. `POD(x)` is the pod of x, NS the namespace, SOURCE another
 * one, and NODE a node. Each rule matters in at least one line of a group.
 */
export const LINES: readonly (readonly string[])[] = [
  [`create new ${LOGIN}`, `create regsecret ${LOGIN}`],
  [`create regsecret --force --type dockercfg ${LOGIN}`, `create regsecret --force ${LOGIN.replace('jane', 'john')}`],
  [`create new --attach sa/default ${LOGIN}`, `create other --attach sa/default ${LOGIN}`],
  ['attach --serviceaccount default'],
  ['attach --serviceaccount default --no-checks'],
  ['attach --serviceaccount default --restart'],
  ['attach --to deploy/deployment'],
  ['attach other --to deploy/lost'],
  ['attach --to sts/statefulset'],
  ['attach --to ds/daemonset'],
  ['attach --to cj/cronjob'],
  [
    'attach --pod POD(deployment)',
    'attach --pod POD(statefulset)',
    'attach --pod POD(job)',
    'attach --pod POD(nightly)',
    'attach --pod POD(replicationcontroller)',
  ],
  ['attach --used'],
  ['attach --all-serviceaccounts'],
  ['attach --all-serviceaccounts --no-checks'],
  ['attach --to statefulset -l app=statefulset'],
  ['attach --all-serviceaccounts -l here=NS -A'],
  ['sync fleet -l here=NS -n SOURCE'],
  ['sync fleet -l here=NS --admission -n SOURCE'],
  ['sync fleet -l here=NS --attach sa/default -n SOURCE'],
  ['sync fleet -l here=NS --attach used --restart -n SOURCE'],
  [`rotate ${LOGIN}`],
  [`rotate regsecret other ${LOGIN}`],
  [`rotate -l here=NS ${LOGIN}`],
  ['remove two --server x.example'],
  ['delete other --force --yes'],
  ['detach --serviceaccount robot --yes'],
  ['detach --serviceaccount robot --no-checks'],
  ['detach --to deploy/both --yes'],
  ['detach --all-serviceaccounts --yes'],
  ['detach other -A --yes'],
  ['inspect'],
  ['inspect other'],
  ['list'],
  ['list -A'],
  ['verify'],
  ['verify regsecret --image r.example/app:2 --on-node --timeout 300ms'],
  ['verify --image r.example/app:2 --on-node --serviceaccount robot --timeout 300ms'],
  [
    'why gone --offline',
    'why POD(deployment) --offline',
    'why POD(job) --offline',
    'why POD(replicationcontroller) --offline',
  ],
  ['why deploy/lost --offline'],
  ['why sa/robot --offline'],
  ['why secret/regsecret --offline'],
  ['why --image r.example/app:2 --serviceaccount robot --offline'],
  ['why --image x.example/app:2 --serviceaccount robot --secret regsecret --offline'],
  ['doctor --offline'],
  ['doctor -l here=NS --offline'],
];

/** Lines of which a dry run does less. They are run for real, each in a new world. */
const REAL = /--force|statefulset|daemonset/;

/** The namespace for `line`. */
export async function placeFor(line: string): Promise<string> {
  return REAL.test(line) ? world() : shared;
}

const READS = /^(inspect|list|verify|why|doctor)/;

/** Runs `line` in `namespace`: as a dry run where others use the namespace, too. */
export async function run(line: string, namespace: string, kubeconfig = cluster().kubeconfig): Promise<RanHere> {
  const isDry = namespace === shared && !READS.test(line);
  const words = [...(await wordsOf(line, namespace)), ...(isDry ? ['--dry-run=server'] : [])];
  return here(words, {
    env: { KUBECONFIG: kubeconfig, XDG_STATE_HOME: dirname(cluster().kubeconfig), PASSWORD: 'x' },
  });
}

/** The words of `line` with the names of `namespace`. */
export async function wordsOf(line: string, namespace: string): Promise<string[]> {
  const words: string[] = [];
  for (const word of line.split(' ')) {
    const [, app] = /^POD\((.*)\)$/.exec(word) ?? [];
    words.push(
      app === undefined
        ? word.replace('NS', namespace).replace('SOURCE', source).replace('NODE', node)
        : await podOf(app, namespace),
    );
  }
  return / -A$| -n |^doctor -l/.test(line) ? words : [...words, '-n', namespace];
}

async function podOf(app: string, namespace: string): Promise<string> {
  const { body } = await api('GET', `${pathOf('Pod', namespace)}?labelSelector=app=${app}`);
  return body.items[0].metadata.name;
}
