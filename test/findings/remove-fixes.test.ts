/** When a finding proposes to remove an entry from its Secret: only if no image needs it, and `remove` can do it. */
import { expect, test } from 'vitest';
import { type DiagnosedSecret, diagnoseSecret } from '../../src/findings/diagnosed-secret.ts';
import { fixFor, isPickedUp, isSufficient, withSeverity } from '../../src/findings/finding.ts';
import { formatCommand } from '../../src/line/format-command.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { login, NOW, secretWith } from '../support/pull-facts.ts';

const good = { 'good.example': login() };
const broken = { auth: '!' };
const hub = 'https://index.docker.io/v1/';

function fix(secret: Secret, code: string, { image, copyOf, severity = 'error' }: Options = {}): string | undefined {
  const { name = '', namespace } = { ...secret.metadata, name: 'regcred', namespace: 'team-a' };
  const known = diagnoseSecret({ ...secret, metadata: { ...secret.metadata, name, namespace } }, NOW);
  const found = known.findings.find((one) => one.code === code);
  if (found === undefined) throw new Error(`only ${known.findings.map((one) => one.code)}`);
  const secretOf = () => ({ ...known, copyOf });
  return formatCommand(fixFor(withSeverity(found, severity), { image, secretOf }), { shell: 'posix', given: {} });
}

interface Options {
  readonly image?: string;
  readonly copyOf?: DiagnosedSecret['copyOf'];
  readonly severity?: 'error' | 'warning';
}

const create = (server: string): string => `regsecret create regcred -n team-a --server ${server}`;
const remove = (server: string): string => `regsecret remove regcred -n team-a --server ${server}`;
const OTHERS = { image: 'good.example/app:v1' };
const WARNING = { severity: 'warning' } as const;
const source = { namespace: 'prod', name: 'regcred' };
const preview = 'regsecret sync regcred -n prod --to team-a --dry-run=client';

test.each<[string, Secret, code: string, Options, command: string]>([
  [
    'an entry that stops all others, for an image that it is not for',
    secretWith({ ...good, 'r.example': broken }),
    'unreadable-entry',
    OTHERS,
    remove('r.example'),
  ],
  [
    'the same for an image that it is for',
    secretWith({ ...good, 'r.example': broken }),
    'unreadable-entry',
    { image: 'r.example/app' },
    create('r.example'),
  ],
  [
    "Docker Hub's, for an image of Docker Hub",
    secretWith({ ...good, [hub]: broken }),
    'unreadable-entry',
    { image: 'web' },
    create('docker.io'),
  ],
  [
    'the last entry, which remove leaves',
    secretWith({ 'r.example': broken }),
    'unreadable-entry',
    OTHERS,
    create('r.example'),
  ],
  [
    'two of one key, which go together',
    secretWith({ 'r.example': broken, 'https://r.example/v2/': login() }),
    'unreadable-entry',
    OTHERS,
    create('r.example'),
  ],
  [
    'an immutable Secret',
    secretWith({ ...good, 'r.example': broken }, { immutable: true }),
    'unreadable-entry',
    OTHERS,
    `${create('r.example')} --force`,
  ],
  [
    'a Secret that no kubelet reads',
    secretWith({ ...good, 'r.example': broken }, { type: 'Opaque' }),
    'unreadable-entry',
    OTHERS,
    create('r.example'),
  ],
  [
    'a server with user info, which is not shown',
    secretWith({ ...good, 'https://ada:hunter2@r.example/x': broken }),
    'unreadable-entry',
    OTHERS,
    remove('r.example/x'),
  ],
  [
    'an empty entry beside a good one',
    secretWith({ ...good, 'r.example': {} }),
    'empty-entry',
    {},
    remove('r.example'),
  ],
  [
    'an empty entry that an image would be pulled with',
    secretWith({ ...good, 'r.example': {} }),
    'empty-entry',
    { image: 'r.example/app' },
    create('r.example'),
  ],
  ['nothing but an empty entry', secretWith({ 'r.example': {} }), 'empty-entry', {}, create('r.example')],
  [
    'a server that opens nothing, and the one that was meant',
    secretWith({ 'r.example/acme': login(), 'r.example/acme:v1': login() }),
    'opens-nothing',
    {},
    remove('r.example/acme:v1'),
  ],
  [
    'a server that opens nothing, alone',
    secretWith({ 'r.example/acme:v1': login() }),
    'opens-nothing',
    {},
    `${create('r.example/acme')} && ${remove('r.example/acme:v1')}`,
  ],
  [
    'a server that opens nothing, and an image that needs a login',
    secretWith({ ...good, 'r.example/acme:v1': login() }),
    'opens-nothing',
    { image: 'r.example/acme' },
    create('r.example'),
  ],
  [
    "Docker Hub's entry, which another one hides for every image",
    secretWith({ [hub]: login(), 'docker.io': login('rex') }),
    'shadowed-entry',
    WARNING,
    remove(hub),
  ],
  [
    "Docker Hub's entry, which another one hides for some images",
    secretWith({ [hub]: login(), 'docker.io/acme': login('rex') }),
    'shadowed-entry',
    WARNING,
    create('docker.io/acme'),
  ],
  [
    'an entry that is refused, and hides a login',
    secretWith({ [hub]: login(), 'docker.io/acme': login('rex') }),
    'shadowed-entry',
    { image: 'acme/app' },
    remove('docker.io/acme'),
  ],
  [
    "an entry that is refused, and hides Docker Hub's own, which is to stay",
    secretWith({ [hub]: login(), 'docker.io': login('rex') }),
    'shadowed-entry',
    { image: 'acme/app' },
    remove('https://docker.io'),
  ],
  [
    'a copy that is like its source',
    secretWith({ ...good, 'r.example': broken }),
    'unreadable-entry',
    { ...OTHERS, copyOf: { ...source, state: 'same' } },
    'regsecret inspect regcred -n prod',
  ],
  [
    'a copy that differs from its source',
    secretWith({ ...good, 'r.example': broken }),
    'unreadable-entry',
    { ...OTHERS, copyOf: { ...source, state: 'different' } },
    preview,
  ],
  [
    'a copy without a source',
    secretWith({ ...good, 'r.example': broken }),
    'unreadable-entry',
    { ...OTHERS, copyOf: { ...source, state: 'missing' } },
    remove('r.example'),
  ],
])('%s', (_, secret, code, options, command) => {
  expect(fix(secret, code, options)).toBe(command);
});

test('the kubelet reads the Secret anew before its next attempt', () => {
  const [found] = diagnoseSecret(secretWith({ ...good, 'r.example': {} }), NOW).findings;
  if (found === undefined) throw new Error('nothing found');
  const known = diagnoseSecret(secretWith({ ...good, 'r.example': {} }), NOW);
  expect(isPickedUp(fixFor(found, { secretOf: () => known }))).toBe(true);
});

test('a login that is refused is not taken out by a script', () => {
  const known = diagnoseSecret(secretWith({ [hub]: login(), 'docker.io': login('rex') }), NOW);
  const found = withSeverity(known.findings[0] as (typeof known.findings)[0], 'error');
  const command = fixFor(found, { image: 'acme/app', secretOf: () => known });
  expect([found.code, isSufficient(found, command)]).toEqual(['shadowed-entry', false]);
  expect(isSufficient(found, fixFor(found, { image: 'acme/app' }))).toBe(true);
});
