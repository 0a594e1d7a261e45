/**
 * Everything that each command prints in eight situations, with its exit code, in printed/COMMAND.txt: a list to read. After a
 * change of a text, `npx vitest run -u --project cluster test/commands/printed-answers.cluster.test.ts` writes it anew.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cluster, janedoe, kubeconfigFor, newNamespace, sharedRegistries } from '../environment/use.ts';
import { freshName, named, newAccount, newPullSecret, newSecret, newWorkload } from '../support/attach-world.ts';
import { replaceEach } from '../support/documents.ts';
import { here } from '../support/here.ts';

const SITUATIONS = [
  ...['done', 'unchanged', 'dry run', 'no permission', 'no cluster', 'no login', 'wrong name', 'registry away'],
] as const;

/** Command lines, one after the other, or why there is none. */
type Cell = string | readonly string[] | { readonly none: string };
type Row = readonly [Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell];

const none = (reason: string): Cell => ({ none: reason });
const READS = none('the command only reads');
const NO_LOGIN = none('the command needs no login');
const NO_REGISTRY = none('the command asks no registry');
const TYPED = '--server REGISTRY --username janedoe --password-stdin';
const AWAY = '--server 127.0.0.1:1 --username janedoe --password-stdin';

/** In the lines, REGISTRY stands for one with Basic auth, and shop for a namespace that gets copies. */
const TABLE: Readonly<Record<string, Row>> = {
  create: [
    ['create --server REGISTRY --attach sa/default', `create new ${TYPED}`],
    'create --server REGISTRY',
    ['create other --server REGISTRY --dry-run=server', 'create other --server REGISTRY --dry-run=server -o name'],
    'create other --server REGISTRY',
    'create other --server REGISTRY',
    ['create other --server REGISTRY', 'create other'],
    ['create Other --server REGISTRY', 'create other --server REGISTRY --attach sa/defualt'],
    `create other ${AWAY}`,
  ],
  attach: [
    ['attach --serviceaccount default', 'attach --to deploy/web'],
    'attach --serviceaccount default',
    'attach --to deploy/lost --dry-run=server',
    ['attach --to deploy/lost', 'attach --to deploy/lost --to deploy/web'],
    'attach --to deploy/lost',
    NO_LOGIN,
    ['attach regsecrte --serviceaccount default', 'attach --to deploy/wbe'],
    NO_REGISTRY,
  ],
  detach: [
    ['detach --serviceaccount robot', 'detach --to deploy/both'],
    'detach --serviceaccount robot',
    'detach --to deploy/good --dry-run=server',
    'detach --to deploy/good',
    'detach --to deploy/good',
    NO_LOGIN,
    ['detach regsecrte --serviceaccount robot', 'detach --to deploy/wbe'],
    NO_REGISTRY,
  ],
  why: [
    ['why deploy/good', 'why deploy/lost', 'why --image IMAGE --secret regsecret'],
    READS,
    READS,
    'why deploy/good',
    'why deploy/good',
    ['why deploy/web', 'why --image IMAGE --serviceaccount default'],
    ['why deploy/godo', 'why --image IMAGE --secret regsecrte'],
    'why deploy/away',
  ],
  doctor: [
    ['doctor', 'doctor --offline'],
    READS,
    READS,
    'doctor',
    'doctor',
    NO_LOGIN,
    'doctor -n EMPTY-x',
    none('the registry 127.0.0.1:1 of "done" is away'),
  ],
  list: [
    ['list', 'list -o wide', 'list -n EMPTY'],
    READS,
    READS,
    'list',
    'list',
    'list --username nobody',
    'list regsecrte',
    NO_REGISTRY,
  ],
  inspect: ['inspect', READS, READS, 'inspect', 'inspect', 'inspect empty', 'inspect regsecrte', NO_REGISTRY],
  verify: [
    ['verify', 'verify --image IMAGE'],
    READS,
    READS,
    'verify',
    'verify',
    ['verify --server REGISTRY', 'verify empty'],
    ['verify regsecrte', 'verify old'],
    'verify away',
  ],
  sync: [
    ['sync --to shop --yes', 'sync --to shop --attach sa/default --yes'],
    'sync --to shop',
    'sync old --to shop --dry-run=server',
    'sync old --to shop',
    'sync old --to shop',
    'sync other --server REGISTRY --to shop',
    ['sync regsecrte --to shop', 'sync --to shpo'],
    `sync other ${AWAY} --to shop`,
  ],
  rotate: [
    `rotate old ${TYPED}`,
    `rotate old ${TYPED}`,
    `rotate older ${TYPED} --dry-run=server`,
    `rotate older ${TYPED}`,
    `rotate older ${TYPED}`,
    'rotate older --server REGISTRY',
    [`rotate odler ${TYPED}`, `rotate older --server REGISTYR --username janedoe --password-stdin`],
    `rotate away ${AWAY}`,
  ],
  remove: [
    'remove PAIR --server 127.0.0.1:3',
    'remove PAIR --server 127.0.0.1:3',
    'remove PAIR --server 127.0.0.1:2 --dry-run=server',
    'remove PAIR --server 127.0.0.1:2',
    'remove PAIR --server 127.0.0.1:2',
    NO_LOGIN,
    ['remove PAIR-x --server 127.0.0.1:2', 'remove PAIR --server 127.0.0.1:4'],
    NO_REGISTRY,
  ],
  delete: [
    ['delete PAIR', 'delete PAIR --yes'],
    'delete PAIR --yes',
    'delete --dry-run=server',
    'delete --yes',
    'delete --yes',
    NO_LOGIN,
    'delete regsecrte --yes',
    NO_REGISTRY,
  ],
  rbac: [
    'rbac create -n team-a',
    none('the command prints, and changes nothing'),
    none('the command prints, and changes nothing'),
    none('the command contacts no API server'),
    none('the command contacts no API server'),
    NO_LOGIN,
    ['rbac craete -n team-a', 'rbac --for robot list'],
    NO_REGISTRY,
  ],
  completion: [
    'completion bash --help',
    none('the command prints, and changes nothing'),
    none('the command prints, and changes nothing'),
    none('the command contacts no API server'),
    none('the command contacts no API server'),
    NO_LOGIN,
    'completion bsh',
    NO_REGISTRY,
  ],
};

interface World {
  readonly namespace: string;
  readonly shop: string;
  readonly empty: string;
  readonly user: string;
  /** A Secret with several entries. Its name is in no other namespace. */
  readonly pair: string;
}

const home = mkdtempSync(join(tmpdir(), 'regsecret-printed-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const login = (user: string, password: string) => ({ auth: Buffer.from(`${user}:${password}`).toString('base64') });

/** The homes of someone who is logged in to the registry, and of someone who is not. */
beforeAll(() => {
  for (const folder of ['none', 'own/.docker']) mkdirSync(join(home, folder), { recursive: true });
  const auths = { [sharedRegistries().basic.host]: login(janedoe.username, janedoe.password) };
  writeFileSync(join(home, 'own/.docker/config.json'), JSON.stringify({ auths }));
});

/** A namespace in which every command has something to do, and all that it has to do is known. */
async function newWorld(isEmpty: boolean): Promise<World> {
  const { host, privateImage: image } = sharedRegistries().basic;
  const [namespace, shop, empty] = await Promise.all([
    newNamespace({ serviceAccount: true }),
    newNamespace({ prefix: 'shop', serviceAccount: true }),
    newNamespace(),
  ]);
  const world = { namespace, shop, empty, user: freshName('jane'), pair: freshName('pair') };
  const { pair } = world;
  if (isEmpty) return world;
  const hosts = ['127.0.0.1:2', '127.0.0.1:3', '127.0.0.1:5'];
  const auths = Object.fromEntries(hosts.map((one) => [one, login('jane', one)]));
  const config = (content: object) => ({ '.dockerconfigjson': JSON.stringify(content) });
  const list = named('regsecret');
  // What the scheduler says, and when, differs from run to run.
  const fields = { replicas: 0 };
  await Promise.all([
    newPullSecret(namespace, 'regsecret', host, janedoe),
    ...['old', 'older'].map((name) => newPullSecret(namespace, name, host, { username: 'janedoe', password: 'old' })),
    newPullSecret(namespace, 'away', '127.0.0.1:1', { username: 'janedoe', password: 'old' }),
    newSecret(namespace, pair, 'kubernetes.io/dockerconfigjson', config({ auths })),
    newSecret(namespace, 'empty', 'kubernetes.io/dockerconfigjson', config({ auths: {} })),
    newAccount(namespace, { imagePullSecrets: list }, 'robot'),
    ...['web', 'lost'].map((name) => newWorkload('Deployment', namespace, { name, image, fields })),
    newWorkload('Deployment', namespace, { name: 'good', image, list, fields }),
    newWorkload('Deployment', namespace, { name: 'both', image, list: named('regsecret', pair), fields }),
    newWorkload('Deployment', namespace, { name: 'away', image: '127.0.0.1:1/app:1', list: named('away'), fields }),
  ]);
  return world;
}

const EMPTY = ['create', 'rbac', 'completion'];
const READERS = ['why', 'doctor', 'list', 'inspect', 'verify'];
const worlds = new Map<string, Promise<World>>();

/** Commands that only read share a world. */
function worldFor(command: string): Promise<World> {
  const key = READERS.includes(command) ? 'readers' : command;
  const world = worlds.get(key) ?? newWorld(EMPTY.includes(command));
  worlds.set(key, world);
  return world;
}

async function printed(line: string, situation: string, world: World): Promise<string> {
  const { host, privateImage: image } = sharedRegistries().basic;
  const { namespace, shop, empty, user, pair } = world;
  const real = replaceEach(line, [
    [/\bshop\b/g, shop],
    [/\bREGISTRY\b/g, host],
    [/\bIMAGE\b/g, image],
    [/\bEMPTY\b/g, empty],
    [/\bPAIR\b/g, pair],
  ]);
  const kubeconfigs: Readonly<Record<string, () => string>> = {
    'no permission': () => kubeconfigFor({ user, namespace }),
    'no cluster': () => kubeconfigFor({ user, namespace, server: 'https://127.0.0.1:1' }),
  };
  const KUBECONFIG = (kubeconfigs[situation] ?? (() => kubeconfigFor({ certificate: cluster().admin, namespace })))();
  const HOME = join(home, situation === 'no login' ? 'none' : 'own');
  const env = { KUBECONFIG, HOME, XDG_STATE_HOME: home, PATH: '/usr/bin:/bin' };
  const { code, stdout, stderr } = await here(real.split(' '), { env, stdin: janedoe.password });
  const said = stderr.replaceAll(/^(?=.)/gm, '! ');
  const shown = replaceEach(`${stdout}${said}`, [
    [namespace, 'team-a'],
    [shop, 'shop'],
    [empty, 'empty-namespace'],
    [host, '127.0.0.1:50000'],
    [pair, 'pair-1234567890ab'],
    [user, 'jane'],
    [home, '~'],
    [/•••• [0-9a-f]{8}/g, '•••• 581fbfe7'],
    [/(?<= )[0-9a-f]{8}(?=[ ,])/g, '581fbfe7'],
    [/\b\d+s(?= |$)/gm, '3s'],
    [/\d\d:\d\d:\d\d/g, '12:00:00'],
    [/\d{4}-\d\d-\d\d/g, '2026-01-02'],
  ]);
  return `$ regsecret ${line}\n${shown}[exit ${code}]\n`;
}

test.for(Object.entries(TABLE))('%s', async ([command, row]) => {
  const world = await worldFor(command);
  const parts = [`Everything that ${command} prints. "! " marks a line of stderr.\n`];
  for (const [index, situation] of SITUATIONS.entries()) {
    const cell = row[index] ?? [];
    parts.push(`== ${situation}\n`);
    if (typeof cell === 'object' && 'none' in cell) parts.push(`(${cell.none})\n`);
    else for (const line of [cell].flat()) parts.push(await printed(line, situation, world));
  }
  await expect(parts.join('\n')).toMatchFileSnapshot(`printed/${command}.txt`);
});
