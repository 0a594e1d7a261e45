/**
 * Honest namespaces and tenants with generated objects on a separate control plane, and an operator who examines all of it.
 * REGSECRET_SEED chooses other objects, REGSECRET_CASES sets their number.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { type Supervisor, startSupervisor } from '../environment/supervisor.ts';
import { CANARY } from '../support/canary.ts';
import { cases, whole } from '../support/cases.ts';
import { seed } from '../support/fast-check.ts';
import { here, type RanHere } from '../support/here.ts';
import { misprinted } from '../support/shown.ts';
import { SHELLS } from '../support/stand-ins.ts';
import { collectJson, collectText, misread, type Proposed } from '../support/tenant-commands.ts';
import { startTenantRegistries, type TenantRegistries } from '../support/tenant-registries.ts';
import { type ApiTraffic, isLoopback, trafficTo } from '../support/tenant-traffic.ts';
import { addHonest, addTenant, openWorld, strayPasswords, type TenantWorld } from '../support/tenant-world.ts';

const OBJECTS = cases(60, 300);
const HONEST = whole ? 4 : 2;
const TENANTS = whole ? 6 : 2;
/** The number of objects examined per namespace. In a large run more of them would show nothing new. */
const SAMPLE = OBJECTS < 1000 ? 8 : 5;
/** The minimal number of commands that a run over thousands of objects proposes. Every shell runs all of them. */
const MIN_COMMANDS = 2000;

/** Commands that answer whatever they find, without an error. */
const LOOKS = ['doctor', 'list', 'why'];

const STRANGERS = ['x.invalid', 'registry.x.invalid:5000', 'localhost'];
/** Hosts that appear only in runs which contact no registry. */
const FAR_STRANGERS = ['169.254.169.254', 'ghcr.io', 'docker.io', '[fd00:ec2::254]', 'metadata.google.internal'];

let supervisor: Supervisor;
let cluster: ClusterInfo;
let registries: TenantRegistries;
let world: TenantWorld;
let traffic: ApiTraffic;

const proposed: Proposed = new Map();
const misprints: string[] = [];
const refused: string[] = [];
let runs = 0;

beforeAll(async () => {
  supervisor = await startSupervisor();
  cluster = await supervisor.cluster();
  registries = await startTenantRegistries(HONEST, whole ? 24 : 12);
  world = openWorld(cluster, registries);
  traffic = trafficTo(cluster.server);
}, 120_000);

afterAll(async () => {
  traffic?.close();
  registries?.close();
  world?.client.close();
  await supervisor?.close();
}, 60_000);

/** Runs a command line as the operator, and collects its output. */
async function operator(args: readonly string[]): Promise<RanHere> {
  const env = { KUBECONFIG: cluster.kubeconfig, HOME: '/nonexistent', PATH: '', GITHUB_ACTIONS: 'true' };
  const ran = await traffic.during(() => here(args, { env }));
  runs += 1;
  misprints.push(...[ran.stdout, ran.stderr].flatMap((output) => misprinted(output, true)).slice(0, 10));
  // The other commands report on stderr what is wrong with the one Secret that they examine.
  const isAnswer = [0, 1, 3].includes(ran.code) && (!LOOKS.includes(args[0] ?? '') || !/^error:/m.test(ran.stderr));
  if (!isAnswer) refused.push(`${args.join(' ')}: ${ran.code} ${ran.stderr.slice(0, 300)}`);
  collectText(ran.stdout, proposed);
  collectText(ran.stderr, proposed);
  if (args.includes('json') && ran.stdout !== '') collectJson(JSON.parse(ran.stdout), proposed);
  return ran;
}

interface Found {
  readonly object: { readonly namespace?: string };
}

interface Row {
  readonly namespace: string;
  readonly registries: readonly object[];
}

const isHonest = (namespace: string | undefined): boolean => namespace?.startsWith('honest-') === true;

async function honestAnswers(flags: readonly string[] = []): Promise<{ findings: Found[]; rows: object[] }> {
  const { stdout } = await operator(['doctor', '-A', '-o', 'json', '--timeout', '5s', ...flags]);
  const { findings } = JSON.parse(stdout) as { findings: Found[] };
  const { items } = JSON.parse((await operator(['list', '-A', '-o', 'json'])).stdout) as { items: Row[] };
  return {
    findings: findings.filter(({ object }) => isHonest(object.namespace)),
    // Fingerprints differ in each run.
    rows: items
      .filter(({ namespace }) => isHonest(namespace))
      .map((row) => ({ ...row, registries: row.registries.map((entry) => ({ ...entry, fingerprint: '' })) })),
  };
}

async function lookAt(namespace: string, flags: readonly string[]): Promise<void> {
  await operator(['doctor', '-n', namespace, ...flags]);
  await operator(['doctor', '-n', namespace, '-o', 'json', '-v', ...flags]);
  await operator(['list', '-n', namespace, '-o', 'wide']);
  const { body: pods } = await world.client.request('GET', `/api/v1/namespaces/${namespace}/pods`);
  const { body: secrets } = await world.client.request('GET', `/api/v1/namespaces/${namespace}/secrets`);
  const names = (body: { items: { metadata: { name: string } }[] }): string[] => {
    return body.items.map(({ metadata }) => metadata.name).slice(0, SAMPLE);
  };
  for (const pod of names(pods)) {
    await operator(['why', `pod/${pod}`, '-n', namespace, '-v', ...flags]);
    await operator(['why', `pod/${pod}`, '-n', namespace, '-o', 'json', ...flags]);
  }
  for (const secret of names(secrets)) {
    await operator(['inspect', secret, '-n', namespace]);
    await operator(['inspect', secret, '-n', namespace, '-o', 'json']);
    if (flags.includes('--offline')) continue;
    await operator(['verify', secret, '-n', namespace, '--timeout', '5s']);
    await operator(['verify', secret, '-n', namespace, '-o', 'json', '--timeout', '5s']);
  }
  await dryRuns(namespace, names(secrets)[0] ?? 'x0');
}

async function dryRuns(namespace: string, secret: string): Promise<void> {
  const all = ['--all-serviceaccounts', '-n', namespace];
  await operator(['attach', secret, ...all, '--dry-run=client']);
  await operator(['attach', secret, '--used', '-n', namespace, '--dry-run=client', '-o', 'json']);
  await operator(['detach', 'regcred', ...all, '--dry-run=server']);
  const login = ['--docker-server', 'x.invalid', '--docker-username', 'operator', '--docker-password', 'x'];
  await operator(['create', secret, '-n', namespace, ...login, '--dry-run=server']);
}

/** Adds tenants with some registries each, and with `strangers` as further hosts. */
async function addTenants(prefix: string, hosts: number, strangers: readonly string[], count: number): Promise<number> {
  const each = Math.floor(registries.tenants.length / TENANTS);
  let taken = 0;
  for (let index = 0; index < TENANTS; index++) {
    const own = registries.tenants.slice(index * each, index * each + Math.min(each, hosts));
    const places = { hosts: own.map((port) => `127.0.0.1:${port}`), strangers, secrets: ['pull', 'gone', 'broken'] };
    taken += await addTenant(world, `${prefix}-${index}`, places, {
      count: Math.ceil(count / TENANTS),
      seed: seed + index,
    });
  }
  return taken;
}

test(`an operator among tenants, seed ${seed}`, { timeout: OBJECTS < 1000 ? 600_000 : 3_600_000 }, async () => {
  for (let index = 0; index < HONEST; index++) await addHonest(world, index);
  const before = { online: await honestAnswers(), offline: await honestAnswers(['--offline']) };
  expect(before.online.findings.length).toBeGreaterThanOrEqual(HONEST);

  const near = await addTenants('near', Number.POSITIVE_INFINITY, STRANGERS, OBJECTS / 2);
  expect.soft(await honestAnswers()).toEqual(before.online);
  const text = (await operator(['doctor', '-A', '--timeout', '5s'])).stdout;
  for (let index = 0; index < HONEST; index++) expect.soft(text).toContain(`honest-${index}`);
  for (let index = 0; index < TENANTS; index++) await lookAt(`near-${index}`, ['--timeout', '5s']);

  const far = await addTenants('far', 1, FAR_STRANGERS, OBJECTS / 2);
  expect.soft(await honestAnswers(['--offline'])).toEqual(before.offline);
  await operator(['doctor', '-A', '--offline', '-v']);
  await operator(['list', '-A', '-o', 'wide']);
  for (let index = 0; index < TENANTS; index++) await lookAt(`far-${index}`, ['--offline']);

  expect(near + far).toBeGreaterThan(OBJECTS / 2);
  // This check works: logins do reach registries of both kinds, and connections are recorded.
  for (const ports of [registries.honest, registries.tenants]) {
    expect(registries.seen.some(({ port, content }) => ports.includes(port) && content.includes(CANARY))).toBe(true);
  }
  expect(traffic.addresses).toContain('127.0.0.1');
  expect(traffic.dryRuns).toBeGreaterThan(0);
  expect.soft(traffic.writes).toEqual([]);
  expect.soft(strayPasswords(world)).toEqual([]);
  expect.soft([...traffic.addresses].filter((address) => !isLoopback(address))).toEqual([]);
  expect.soft(misprints.slice(0, 10)).toEqual([]);
  expect.soft(refused).toEqual([]);
  if (OBJECTS >= 5000) expect.soft(proposed.size).toBeGreaterThanOrEqual(MIN_COMMANDS);
  expect.soft(misread(proposed).slice(0, 10)).toEqual([]);
  process.stderr.write(
    `seed ${seed}: ${near + far} objects, ${registries.seen.length} requests, ${runs} runs, ${proposed.size} commands in ${SHELLS.join(', ')}\n`,
  );
});
