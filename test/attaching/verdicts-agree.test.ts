/** What attach and detach say about the logins for an image agrees with what doctor says about the same objects. */
import { expect, test } from 'vitest';
import { changePullSecrets } from '../../src/attaching/change-lists.ts';
import type { Note } from '../../src/attaching/notes.ts';
import type { AttachRequest } from '../../src/attaching/request.ts';
import { hasLogin } from '../../src/diagnosis/attempt.ts';
import { judgementsOf } from '../../src/diagnosis/puller-report.ts';
import type { UserError } from '../../src/errors.ts';
import { createCollector } from '../../src/gather/collector.ts';
import { observeTargets } from '../../src/gather/doctor-facts.ts';
import { attachRequest, listener } from '../support/attach-request.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';
import { pullSecretOf } from '../support/secrets.ts';
import { type Stored, stored, storedObjects } from '../support/stored-objects.ts';

const SERVERS = ['ghcr.io', 'ghcr.io/acme', 'ghcr.io/acme/web', '*.io', 'quay.io', 'GHCR.io', 'ghcr.io/a:v1'];
const IMAGES = ['ghcr.io/acme/web:v1', 'ghcr.io/other/app', 'quay.io/acme/web', 'nginx'];
const AUTHS = ['YWRhOnA=', 'Og==', ''];

const list = fc.uniqueArray(fc.constantFrom('pull', 'b', 'c'));
const auths = fc.dictionary(fc.constantFrom(...SERVERS), fc.constantFrom(...AUTHS), { maxKeys: 3 });
const world = fc.record({
  image: fc.constantFrom(...IMAGES),
  own: list,
  ofAccount: list,
  secrets: fc.record({ pull: auths, b: auths, c: auths }, { requiredKeys: [] }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function transport({ image, own, ofAccount, secrets }: World) {
  const there = Object.entries(secrets).map(([name, entries]): Stored => {
    const config = Object.fromEntries(Object.entries(entries ?? {}).map(([server, auth]) => [server, { auth }]));
    const secret = pullSecretOf(name, JSON.stringify({ auths: config }));
    return ['Secret', { ...secret, metadata: { namespace: 'team', name } }];
  });
  const account = stored('ServiceAccount', 'default', { list: ofAccount });
  return storedObjects([...there, account, stored('Deployment', 'web', { list: own, image })]);
}

/** The codes of the notes; undefined if the Secret is refused. */
async function noted(state: World, change: Partial<AttachRequest>): Promise<Note['code'][] | undefined> {
  const codes: Note['code'][] = [];
  const target = { kind: 'Deployment', name: 'web' } as const;
  const request = attachRequest({ dryRun: 'client', targets: [target], ...change });
  let problem: UserError | undefined;
  const told = {
    ...listener,
    note: ({ code }: Note) => codes.push(code),
    problem: (one: UserError) => (problem = one),
  };
  await changePullSecrets(transport(state), request, told);
  return problem === undefined ? codes : undefined;
}

/** Whether a new pod has a login for its image, according to doctor. */
async function seesLogin(state: World): Promise<boolean> {
  const collector = createCollector(transport(state));
  const { pullers, facts } = await observeTargets([{ kind: 'Deployment', name: 'web' }], { offline: true }, collector);
  return pullers.flatMap((puller) => judgementsOf(puller, facts)).some(({ attempt }) => hasLogin(attempt));
}

test('detach says that an image loses its login where doctor sees one before, and none afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (before) => {
      const after = { ...before, own: before.own.filter((name) => name !== 'pull') };
      const isLost = before.own.includes('pull') && (await seesLogin(before)) && !(await seesLogin(after));
      expect((await noted(before, { verb: 'detach', yes: true }))?.includes('loses-login')).toBe(isLost);
    }),
    { numRuns: cases(100, 400) },
  );
});

test('attach says that a Secret opens no image where doctor sees no login in it', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (state) => {
      const codes = await noted({ ...state, own: [] }, { verb: 'attach' });
      fc.pre(codes !== undefined);
      expect(codes?.includes('opens-none')).toBe(!(await seesLogin({ ...state, own: ['pull'] })));
    }),
    { numRuns: cases(100, 400) },
  );
});
