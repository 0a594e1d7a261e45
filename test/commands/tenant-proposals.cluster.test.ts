/**
 * Generated tenants, and an operator who pastes everything into a shell that regsecret proposes: no login of the operator gets into
 * a Secret of the tenant or into the source of copies, or reaches the tenant's registry, unless `-n` was typed. REGSECRET_SEED
 * chooses other tenants, REGSECRET_CASES sets their number.
 */
import { expect, onTestFinished, test } from 'vitest';
import { newNamespace } from '../environment/use.ts';
import { newPullSecret } from '../support/attach-world.ts';
import { cases } from '../support/cases.ts';
import { fc, seed } from '../support/fast-check.ts';
import { holders, OPERATOR, type OperatorMachine, operatorMachine } from '../support/operator-machine.ts';
import { pool } from '../support/pool.ts';
import { type Front, type FrontOptions, startFront } from '../support/registry-front.ts';
import {
  type AddedWorld,
  addTenantWorld,
  type TenantPlaces,
  type TenantWorld,
  tenantWorld,
} from '../support/tenant-worlds.ts';

const WORLDS = cases(1, 500);

async function registry(choose: NonNullable<FrontOptions['choose']>): Promise<Front> {
  const front = await startFront({ choose });
  onTestFinished(() => front.close());
  return front;
}

const challenge = { 'www-authenticate': 'Basic realm="x"' };
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const good = basic('operator', OPERATOR);

interface Tenant extends AddedWorld {
  readonly namespace: string;
  readonly registry: Front;
}

async function addTenant(world: TenantWorld, places: Omit<TenantPlaces, 'own'>, label: string): Promise<Tenant> {
  const own = await registry(() => ({ status: world.answer, headers: challenge }));
  const namespace = await newNamespace({ serviceAccount: true, prefix: 'tenant', labels: { team: label } });
  const added = await addTenantWorld(world, namespace, { ...places, own: own.host });
  return { ...added, namespace, registry: own };
}

const FORMS = [[], ['-v'], ['-o', 'json']] as const;

/** Command lines that select nothing of the tenant by `-n`: all namespaces, a label, and the context. */
function unselected({ pods, secrets }: AddedWorld, label: string): string[][] {
  return [
    ...FORMS.flatMap((form) => [
      ['doctor', '-A', ...form],
      ['doctor', '-l', `team=${label}`, ...form],
    ]),
    ['list', '-A', '-o', 'wide'],
    ...pods.map((pod) => ['why', `pod/${pod}`]),
    ...secrets.flatMap((name) => [
      ['inspect', name],
      ['verify', name],
      ['verify', name, '-A'],
      ['attach', name, '--sa', 'default', '--dry-run=client'],
      ['attach', name, '-A', '--all-serviceaccounts', '--dry-run=client'],
    ]),
  ];
}

/** Command lines with `-n` for the namespace of the tenant. */
function selected({ namespace, pods, secrets }: Tenant): string[][] {
  const lines = [
    ...FORMS.map((form) => ['doctor', ...form]),
    ...pods.flatMap((pod) => FORMS.map((form) => ['why', `pod/${pod}`, ...form])),
    ...secrets.flatMap((name) => [
      ['why', `secret/${name}`],
      ['inspect', name],
      ['verify', name],
      ['attach', name, '--sa', 'default', '--dry-run=client'],
      ['attach', name, '--used', '--dry-run=server'],
    ]),
    ['list', '-o', 'wide'],
  ];
  return lines.map((line) => [...line, '-n', namespace]);
}

async function runAll(operator: OperatorMachine, lines: readonly string[][]): Promise<void> {
  const different = new Map(lines.map((line) => [line.join(' '), line]));
  await pool(2, [...different.values()], async (line) => {
    const timeout = /^(doctor|why|verify)$/.test(line[0] ?? '') ? ['--timeout', '5s'] : [];
    await operator.run([...line, ...timeout]);
  });
}

test(`${WORLDS} tenants, seed ${seed}`, { timeout: 120_000 + WORLDS * 60_000 }, async () => {
  const victim = await registry(({ authorization }) =>
    authorization === good ? { status: 200 } : { status: 401, headers: challenge },
  );
  const label = `w${Date.now()}`;
  const plat = await newNamespace({ serviceAccount: true, prefix: 'plat' });
  const [home, otherHome] = [await newNamespace({ prefix: 'home' }), await newNamespace({ prefix: 'home' })];
  for (const name of ['shared', 'own'])
    await newPullSecret(plat, name, victim.host, { username: 'old', password: 'old' });
  const places = { victim: victim.host, plat };
  const worlds = fc.sample(tenantWorld, { numRuns: WORLDS, seed });
  const tenants = await pool(4, worlds, (world) => addTenant(world, places, label));
  const names = tenants.map(({ namespace }) => namespace);
  const strays = (): string[] =>
    tenants.flatMap(({ namespace, registry: { requests } }) =>
      requests.some(({ authorization }) => authorization === good) ? [namespace] : [],
    );

  const everywhere = operatorMachine([victim.host], home);
  await runAll(
    everywhere,
    tenants.flatMap((tenant) => unselected(tenant, label)),
  );
  const pasted = await everywhere.paste([...names, plat, home]);
  expect(pasted.filter((line) => line.includes('regsecret create')).length).toBeGreaterThan(WORLDS / 2);
  expect.soft(await holders([...names, plat])).toEqual([]);
  expect.soft(strays()).toEqual([]);

  const chosen = operatorMachine([victim.host], otherHome);
  await runAll(chosen, tenants.flatMap(selected));
  const more = await chosen.paste([...names, plat, otherHome]);
  // The selection works: the login does get where -n sends it.
  expect((await holders(names)).length).toBeGreaterThan(0);
  expect.soft(await holders([plat, otherHome])).toEqual([]);
  expect.soft(strays()).toEqual([]);
  expect.soft([...everywhere.stuck, ...chosen.stuck]).toEqual([]);
  process.stderr.write(`seed ${seed}: ${WORLDS} tenants, ${pasted.length} and ${more.length} commands pasted\n`);
});
