/** A report on a large cluster for an engineer on call: the last screen of 80 columns has the essential. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { printDoctor } from '../../../src/commands/doctor/doctor-printer.ts';
import type { DoctorReport } from '../../../src/diagnosis/report.ts';
import { reachableFix } from '../../../src/findings/finding.ts';
import { type SelectionFlags, selectFindings, selectionOf } from '../../../src/findings/selection.ts';
import { createCollector } from '../../../src/gather/collector.ts';
import { observeScope } from '../../../src/gather/scope.ts';
import type { CommandContext } from '../../../src/line/format-command.ts';
import { TypedLine } from '../../../src/line/typed-line.ts';
import { secretFor } from '../../support/attach-request.ts';
import { fakeIo } from '../../support/io.ts';
import { WAITING, waits } from '../../support/observed-targets.ts';
import { pullSecretOf } from '../../support/secrets.ts';
import { reportAt } from '../../support/steps.ts';
import { type Stored, stored, storedObjects } from '../../support/stored-objects.ts';

/** The line `doctor -A`. */
const EVERYWHERE: CommandContext = {
  shell: 'posix',
  given: {},
  typed: new TypedLine('doctor', [], [{ names: ['-A'], words: ['-A'] }]),
  home: { namespace: 'team-00' },
};

const NAMESPACES = Array.from({ length: 60 }, (_, index) => `team-${`${index}`.padStart(2, '0')}`);
const IMAGE = 'registry.acme.example/platform/payments/checkout-service:2026.11.26-1';
const RUNNING = {
  status: { phase: 'Running', containerStatuses: [{ name: 'app', imageID: 'x', state: { running: {} } }] },
};
const NOT_FOUND = {
  reason: 'ErrImagePull',
  message: `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": ${IMAGE}: not found`,
};
const DISK = { reason: 'ErrImagePull', message: 'failed to extract layer: no space left on device' };

interface Cause {
  readonly list: readonly string[];
  readonly secrets: readonly Stored[];
  readonly waiting: object;
}

const broken = (namespace: string): Stored => [
  'Secret',
  {
    ...pullSecretOf('regcred', JSON.stringify({ auths: { 'registry.acme.example': { auth: '***' } } })),
    metadata: { namespace, name: 'regcred' },
  },
];

/** What is wrong in namespace number `index`: one of five causes. Two of three namespaces have no problem. */
function causeOf(index: number, namespace: string): Cause | undefined {
  if (index % 3 !== 0) return undefined;
  const good = secretFor('regcred', 'registry.acme.example', namespace);
  return [
    { list: ['regcred'], secrets: [], waiting: WAITING },
    { list: [], secrets: [good], waiting: WAITING },
    { list: ['regcred'], secrets: [broken(namespace)], waiting: WAITING },
    { list: ['regcred'], secrets: [good], waiting: NOT_FOUND },
    { list: ['regcred'], secrets: [good], waiting: DISK },
  ][(index / 3) % 5];
}

function objectsOf(namespace: string, index: number): Stored[] {
  const cause = causeOf(index, namespace);
  const { list = ['regcred'], secrets = [secretFor('regcred', 'registry.acme.example', namespace)] } = cause ?? {};
  const metadata = { namespace };
  const app = `checkout-${index}`;
  const pods = Array.from({ length: index < 40 ? 7 : 6 }, (_, number) =>
    stored('Pod', `${app}-1-${number}`, {
      list,
      image: IMAGE,
      owner: `ReplicaSet/${app}-1`,
      metadata: { namespace, labels: { 'pod-template-hash': '1' } },
      spec: { nodeName: 'n1' },
      rest: cause === undefined ? RUNNING : waits(cause.waiting),
    }),
  );
  const replicaSet = stored('ReplicaSet', `${app}-1`, {
    list,
    image: IMAGE,
    owner: `Deployment/${app}`,
    metadata,
  });
  return [
    ...pods,
    replicaSet,
    ...secrets,
    secretFor('left-over', 'quay.io', namespace),
    stored('Deployment', app, { list, image: IMAGE, metadata }),
    stored('ServiceAccount', 'default', { metadata }),
  ];
}

async function night(): Promise<DoctorReport> {
  const objects = NAMESPACES.flatMap(objectsOf);
  const collector = createCollector(storedObjects(objects));
  const observed = await observeScope({ allNamespaces: true, offline: true }, collector);
  return reportAt(observed, observed.facts);
}

async function screen(report: DoctorReport, verbose = false): Promise<string[]> {
  const io = { ...fakeIo(), commands: EVERYWHERE };
  const findings = report.findings.map((found) => ({ ...found, fix: reachableFix(found.fix, EVERYWHERE) }));
  await printDoctor({ ...report, findings }, { output: undefined, verbose, now: 0 }, io);
  return io.written.stdout.trimEnd().split('\n');
}

/** The lines that are fully visible in the last `rows` rows of a terminal of 80 columns, which wraps long lines. */
function lastOf(lines: readonly string[], rows: number): string[] {
  let left = rows;
  const from = lines.findLastIndex((line) => {
    left -= Math.max(1, Math.ceil(line.length / 80));
    return left < 0;
  });
  return lines.slice(from + 1);
}

test('sixty namespaces, 400 pods, five causes: the last 42 rows have each cause, its pods and a command', async () => {
  const lines = await screen(await night());
  expect(lines[0]).toBe('134 of 400 pods cannot pull; 5 causes');
  const seen = lastOf(lines, 42);
  const titles = seen.filter((line) => line.startsWith('error: '));
  expect(titles).toEqual([
    'error: node n1 has no room left for the image (kubelet); the login is not the problem [disk-full]',
    'error: 27 pods in 4 namespaces cannot pull [missing-secret]',
    'error: 27 pods in 4 namespaces cannot pull [unreadable-entry]',
    'error: 27 pods in 4 namespaces cannot pull [no-pull-secret]',
    'error: 27 pods in 4 namespaces cannot pull [image-not-found]',
  ]);
  expect(seen).toContain(
    '  affects 26 pods in namespaces team-12, team-27, team-42, team-57: deployment/checkout-12, deployment/checkout-27, deployment/checkout-42, deployment/checkout-57',
  );
  const errors = seen.slice(
    seen.indexOf(titles[0] ?? ''),
    seen.indexOf('warning: 60 findings in 60 namespaces [unused-secret]'),
  );
  expect(errors.filter((line) => /^ +(fix: |next:) /.test(line)).map((line) => line.trim())).toEqual([
    'next: kubectl describe node n1',
    'next: regsecret create regcred -n team-00 --server registry.acme.example --username USER --password-stdin',
    'next: regsecret create regcred -n team-06 --server registry.acme.example --username USER --password-stdin',
    'next: regsecret attach regcred -n team-03 --to deployment/checkout-3',
    `next: kubectl set image deployment/checkout-9 app=${IMAGE.replace(/:[^:]*$/, '')}:TAG -n team-09`,
  ]);
  expect(lines).toContain('  60 in team-00, team-01, team-02, team-03, team-04 and 55 more (-v shows them)');
  expect(seen).toContain('  and 3 more in team-15, team-30, team-45, 20 pods (-v shows them)');
  expect(seen.at(-1)).toMatch(/^17 errors and 60 warnings: 400 pods \(134 cannot pull\)/);
});

test('what is left over comes last, and each line of a finding says in which namespace it is', async () => {
  const lines = await screen(await night(), true);
  const severities = lines.flatMap((line) => /^(error|warning): /.exec(line)?.[1] ?? []);
  expect(severities).toEqual(severities.toSorted());
  const items = lines.filter((line) => /^ {2}(the entry|secret|deployment|no imagePullSecrets|image)/.test(line));
  // The missing image gets one item for four namespaces.
  expect(items.length).toBe(2 * 4 + 1 + 60);
  const places = items.map((line) => lines[lines.indexOf(line)] + (lines[lines.indexOf(line) + 1] ?? ''));
  expect(places.filter((text) => !/team-\d\d/.test(text))).toEqual([]);
});

test('as data there is every object that is affected, with its pods', async () => {
  const { findings } = await night();
  const disk = findings.find(({ code }) => code === 'disk-full');
  expect(disk?.objects).toEqual(
    ['team-12', 'team-27', 'team-42', 'team-57'].map((namespace) => {
      const pods = namespace < 'team-40' ? 7 : 6;
      return { namespace, name: `deployment/checkout-${namespace.slice(-2)}`, pods, failing: pods };
    }),
  );
  const failing = findings.flatMap(({ objects = [] }) => objects.map((one) => one.failing));
  expect(failing.reduce((sum, one) => sum + one, 0)).toBe(134);
});

test.each<[SelectionFlags, first: string, last: string]>([
  [{ only: ['disk-full'] }, '134 of 400 pods cannot pull; 1 cause shown', '1 error (76 findings ignored)'],
  [{ errors: true }, '134 of 400 pods cannot pull; 5 causes shown', '17 errors (60 findings ignored)'],
  [{ only: ['expired'] }, '134 of 400 pods cannot pull', 'nothing else is wrong (77 findings ignored)'],
])('%j says what it leaves out', async (flags, first, last) => {
  const report = await night();
  const lines = await screen({ ...report, ...selectFindings(report.findings, selectionOf(flags)) });
  expect([lines[0], lines.find((line) => line.includes('400 pods ('))]).toEqual([
    first,
    `${last}: 400 pods (134 cannot pull), 60 workloads, 60 service accounts, 116 pull secrets`,
  ]);
});

test('docs/troubleshoot.md shows this, with … for the lines that it leaves out', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/troubleshoot.md'), 'utf8');
  const shown = page.split('$ regsecret doctor -A --offline\n')[1]?.split('\n```')[0] ?? '';
  const printed = (await screen(await night())).join('\n');
  const pieces = shown.split('\n…\n');
  expect(pieces.length).toBe(3);
  const places = pieces.map((piece) => printed.indexOf(piece));
  expect(places).toEqual(places.filter((place) => place >= 0).toSorted((one, two) => one - two));
  expect([printed.startsWith(pieces[0] ?? ''), printed.endsWith(pieces.at(-1) ?? '')]).toEqual([true, true]);
});
