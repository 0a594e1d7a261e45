/**
 * A tenant who baits an operator with objects, and an operator who pastes everything that regsecret proposes into a shell. The
 * operator is logged in to the registry of the images, with a password that must not get into any Secret that was not selected.
 */
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import { created, freshName, named, newPullSecret, newWorkload } from '../../support/attach-world.ts';
import { holders, OPERATOR, type OperatorMachine, operatorMachine } from '../../support/operator-machine.ts';
import { type Front, startFront } from '../../support/registry-front.ts';

/** A registry that accepts the login of the operator and no other. */
async function registryOfOperator(): Promise<Front> {
  const good = `Basic ${Buffer.from(`operator:${OPERATOR}`).toString('base64')}`;
  const registry = await startFront({
    choose: ({ authorization }) =>
      authorization === good
        ? { status: 200, headers: { 'docker-distribution-api-version': 'registry/2.0' } }
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="team"' } },
  });
  onTestFinished(() => registry.close());
  return registry;
}

interface Scene {
  readonly registry: Front;
  /** The namespaces: of the tenant, of the source of the copies, and of the operator's context. */
  readonly tenant: string;
  readonly plat: string;
  readonly operator: OperatorMachine;
}

let home: string;

beforeAll(async () => {
  home = await newNamespace({ serviceAccount: true, prefix: 'home' });
});

async function scene(bait: (scene: Omit<Scene, 'operator'>) => Promise<unknown>): Promise<Scene> {
  const registry = await registryOfOperator();
  const tenant = await newNamespace({ serviceAccount: true, prefix: 'tenant' });
  const plat = await newNamespace({ serviceAccount: true, prefix: 'plat' });
  await bait({ registry, tenant, plat });
  return { registry, tenant, plat, operator: operatorMachine([registry.host], home) };
}

/** Pastes until nothing new is proposed: what one command leaves may be the bait for the next. */
async function pasteAll(
  { operator, tenant, plat }: Scene,
  commands: readonly (readonly string[])[],
): Promise<string[]> {
  const all: string[] = [];
  for (let round = 0; round < 3; round++) {
    for (const args of commands) await operator.run(args);
    const lines = await operator.paste([tenant, plat, home]);
    all.push(...lines);
    if (lines.length === 0) return all;
  }
  return all;
}

const oldLogin = { username: 'operator', password: 'invented' };

/** The Secret `shared` of `plat` in the tenant's namespace, as a copy. */
async function copyOf(plat: string, tenant: string, host: string): Promise<void> {
  const auths = { [host]: { auth: Buffer.from(`old:${oldLogin.password}`).toString('base64') } };
  const metadata = {
    name: 'shared',
    labels: { 'app.kubernetes.io/managed-by': 'regsecret' },
    annotations: { 'regsecret/source': `${plat}/shared` },
  };
  await created(`/api/v1/namespaces/${tenant}/secrets`, {
    metadata,
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
  });
}

const BAITS: readonly [string, (scene: Omit<Scene, 'operator'>) => Promise<unknown>][] = [
  [
    'a pod with a Secret that does not exist',
    ({ registry, tenant }) =>
      newWorkload('Pod', tenant, { image: `${registry.host}/app:v1`, list: named(freshName('nosuch')) }),
  ],
  [
    'a pod without pull secrets',
    ({ registry, tenant }) => newWorkload('Pod', tenant, { image: `${registry.host}/app:v1` }),
  ],
  [
    'a copy whose login is rejected, and a Deployment with it',
    async ({ registry, tenant, plat }) => {
      await newPullSecret(plat, 'shared', registry.host, { username: 'old', password: oldLogin.password });
      await copyOf(plat, tenant, registry.host);
      await newWorkload('Deployment', tenant, { image: `${registry.host}/app:v1`, list: named('shared') });
    },
  ],
  [
    'a copy without a login for the image of a Deployment',
    async ({ registry, tenant, plat }) => {
      await newPullSecret(plat, 'shared', 'r.example', { username: 'old', password: oldLogin.password });
      await copyOf(plat, tenant, 'r.example');
      await newWorkload('Deployment', tenant, { image: `${registry.host}/app:v1`, list: named('shared') });
    },
  ],
  [
    'two Secrets with the name of the operator and an invented password',
    async ({ registry, tenant }) => {
      for (const name of ['one', 'two']) {
        await newPullSecret(tenant, name, registry.host, oldLogin);
        await newWorkload('Pod', tenant, { image: `${registry.host}/app:v1`, list: named(name) });
      }
    },
  ],
];

test.each(BAITS)('doctor -A, and everything that it proposes is pasted: %s', { timeout: 180_000 }, async (_, bait) => {
  const world = await scene(bait);
  const lines = await pasteAll(world, [
    ['doctor', '-A'],
    ['doctor', '-A', '-v'],
    ['doctor', '-A', '-o', 'json'],
  ]);
  expect(lines.filter((line) => [world.tenant, world.plat].some((name) => line.includes(name)))).not.toEqual([]);
  expect(await holders([world.tenant, world.plat])).toEqual([]);
  expect(lines.filter((line) => / rotate /.test(line))).toEqual([]);
  expect(world.operator.stuck).toEqual([]);
});
