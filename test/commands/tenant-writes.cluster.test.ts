/**
 * Generated tenants, and an operator who changes the pull secrets of a fleet: the new login gets only where the command line says.
 * What the tenants mark, name and answer, and what they remember, moves nothing. REGSECRET_SEED chooses other tenants,
 * REGSECRET_CASES sets their number.
 */
import { expect, onTestFinished, test } from 'vitest';
import { api, newNamespace } from '../environment/use.ts';
import { newPullSecret, regsecretIn } from '../support/attach-world.ts';
import { cases } from '../support/cases.ts';
import { fc, seed } from '../support/fast-check.ts';
import { holders, OPERATOR } from '../support/operator-machine.ts';
import { pool } from '../support/pool.ts';
import { type Front, type FrontOptions, startFront } from '../support/registry-front.ts';
import { addTenantWorld, REMEMBERED, type TenantWorld, tenantWorld } from '../support/tenant-worlds.ts';

const WORLDS = cases(4, 500);
const basic = (password: string): string => `Basic ${Buffer.from(`operator:${password}`).toString('base64')}`;
const challenge = { 'www-authenticate': 'Basic realm="x"' };

async function registry(choose: NonNullable<FrontOptions['choose']>): Promise<Front> {
  const front = await startFront({ choose });
  onTestFinished(() => front.close());
  return front;
}

/** The Secrets `shared` and `own` as they were before the rotation. */
async function reset(plat: string, host: string): Promise<void> {
  for (const name of ['shared', 'own', 'fresh']) {
    await api('DELETE', `/api/v1/namespaces/${plat}/secrets/${name}`);
    if (name !== 'fresh') await newPullSecret(plat, name, host, { username: 'operator', password: REMEMBERED });
  }
}

interface Fleet {
  /** The registry of the operator. */
  readonly host: string;
  /** A namespace of the fleet, with the label `fleet=LABEL`. */
  readonly member: string;
  readonly label: string;
}

/** Command lines of the operator that select no namespace of a tenant. */
function unselected({ host, member, label }: Fleet): string[][] {
  const login = ['--server', host, '--username', 'operator', '--password-env', 'NEW'];
  const rotate = ['rotate', ...login];
  const fleet = ['-l', `fleet=${label}`];
  return [
    rotate,
    [...rotate, 'shared'],
    [...rotate, '--any-user', '--below', '--owned'],
    [...rotate, '--to', member],
    [...rotate, ...fleet],
    [...rotate, ...fleet, '--any-user', '--below', '--owned', '--restart'],
    [...rotate, '--to', member, '--old-password-env', 'OLD'],
    [...rotate, 'shared', ...fleet, '-o', 'json'],
    ['create', 'shared', ...login],
    ['create', 'fresh', ...login, '-n', member],
    ['create', 'shared', ...login, '--replace', '--force'],
    ['sync', 'shared', ...fleet],
    ['sync', 'own', '--to', member, '--adopt'],
    ['sync', 'shared', '--to', member, '--merge', '--attach', 'used', '--restart'],
    ['sync', 'shared', ...login, ...fleet],
    ['attach', 'shared', '--all-serviceaccounts'],
  ];
}

const isOld = ({ auths }: TenantWorld['secrets'][number], host: string): boolean =>
  auths.some(([key, entry]) => {
    const places = { victim: host, own: 'own.invalid', plat: 'plat' };
    const { auth = '' } = entry as { auth?: string };
    return key(places).includes(host) && Buffer.from(auth, 'base64').toString() === `operator:${REMEMBERED}`;
  });

const isMarked = ({ name, labels, annotations }: TenantWorld['secrets'][number]): boolean =>
  'app.kubernetes.io/managed-by' in labels &&
  annotations['regsecret/source']?.({ victim: '', own: '', plat: 'plat' }) === `plat/${name}`;

test(`${WORLDS} tenants, seed ${seed}`, { timeout: 120_000 + WORLDS * 5_000 }, async () => {
  const victim = await registry(({ authorization }) =>
    authorization === basic(OPERATOR) ? { status: 200 } : { status: 401, headers: challenge },
  );
  const label = `f${Date.now()}`;
  const plat = await newNamespace({ serviceAccount: true, prefix: 'plat' });
  const member = await newNamespace({ serviceAccount: true, prefix: 'member', labels: { fleet: label } });
  await reset(plat, victim.host);
  const worlds = fc.sample(tenantWorld, { numRuns: WORLDS, seed });
  const tenants = await pool(4, worlds, async (world) => {
    const own = await registry(() => ({ status: world.answer, headers: challenge }));
    const namespace = await newNamespace({ serviceAccount: true, prefix: 'tenant' });
    await addTenantWorld(world, namespace, { victim: victim.host, own: own.host, plat });
    return { world, namespace, own };
  });
  const names = tenants.map(({ namespace }) => namespace);
  const env = { NEW: OPERATOR, OLD: REMEMBERED };
  const strays = (): string[] =>
    tenants.flatMap(({ namespace, own: { requests } }) =>
      requests.some(({ authorization }) => [OPERATOR, REMEMBERED].map(basic).includes(authorization ?? ''))
        ? [namespace]
        : [],
    );

  let written = 0;
  const run = async (line: readonly string[]): Promise<void> => {
    await reset(plat, victim.host);
    await regsecretIn(plat, line, { env });
    if ((await holders([plat, member])).length > 0) written += 1;
    expect.soft(await holders(names), line.join(' ')).toEqual([]);
  };
  for (const line of unselected({ host: victim.host, member, label })) await run(line);
  // The commands do write what they should.
  expect(written).toBeGreaterThan(8);

  await reset(plat, victim.host);
  const login = ['--server', victim.host, '--username', 'operator', '--password-env', 'NEW'];
  await regsecretIn(plat, ['rotate', ...login, '-A', '--any-user', '--owned', '--below'], { env });
  const given = new Set(await holders(names));
  const meant = tenants.flatMap(({ world, namespace }) =>
    world.secrets.flatMap((one) => (isOld(one, victim.host) || isMarked(one) ? [`${namespace}/${one.name}`] : [])),
  );
  expect.soft([...given].filter((secret) => !meant.includes(secret))).toEqual([]);
  // What takes logins away, and the Secrets of tenants that say they are copies.
  for (const line of [
    ['sync', 'shared', '-l', `fleet=${label}`, '--prune', '--yes'],
    ['remove', '-A', '--server', victim.host, '--yes'],
    ['delete', 'own', '-A', '--yes', '--force'],
  ]) {
    await regsecretIn(plat, line, { env });
    expect
      .soft(
        (await holders(names)).filter((secret) => !given.has(secret)),
        line.join(' '),
      )
      .toEqual([]);
  }
  expect.soft(strays()).toEqual([]);
  process.stderr.write(`seed ${seed}: ${WORLDS} tenants, with -A ${given.size} of their Secrets had the old login\n`);
});
