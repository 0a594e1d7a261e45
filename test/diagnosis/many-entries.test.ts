/**
 * With Secrets of thousands of entries and hundreds of pods that refer to them, the work grows with the sum of both, not with the
 * product.
 */
import { describe, expect, test } from 'vitest';
import type { Observation, Puller } from '../../src/diagnosis/facts.ts';
import { judgeAll, reportOn } from '../../src/diagnosis/puller-report.ts';
import type { DoctorReport } from '../../src/diagnosis/report.ts';
import { formatFinding } from '../../src/findings/finding.ts';
import { shownServer } from '../../src/secret/display-server.ts';
import { buildKeyring, lookup } from '../../src/secret/keyring.ts';
import { finished } from '../../src/secret/steps.ts';
import { growth, MAX_GROWTH } from '../support/growth.ts';
import { factsOf, login, podWith, secretWith, type World } from '../support/pull-facts.ts';
import { pullSecretOf } from '../support/secrets.ts';
import { reportAt } from '../support/steps.ts';

const entries = (count: number, server: (index: number) => string, user?: string): Record<string, object> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [server(index), login(user)]));

/** How near an entry is depends on the image. */
type Situation = readonly [title: string, image: string, secretsOf: (count: number) => NonNullable<World['secrets']>];

const hosts = (index: number): string => `r${index}.example.com/x`;
const SITUATIONS: readonly Situation[] = [
  ['other hosts', 'q.example.com/x/y', (count) => ({ a: secretWith(entries(count, hosts)) })],
  [
    'the host of the image',
    'q.example.com/x/y',
    (count) => ({ a: secretWith(entries(count, (n) => `q.example.com/z${n}`)) }),
  ],
  [
    'servers that match nothing',
    'q.example.com/x/y',
    (count) => ({ a: secretWith(entries(count, (n) => `Q${n}.example.com`)) }),
  ],
  [
    'the same servers in two Secrets, with different logins',
    'q.example.com/x/y',
    (count) => ({ a: secretWith(entries(count, hosts)), b: secretWith(entries(count, hosts, 'rex')) }),
  ],
];

/** `pods` failing pods with the same list. */
function observed(pods: number, image: string, secrets: NonNullable<World['secrets']>): Observation {
  const list = Object.keys(secrets).map((name) => ({ name }));
  const pod = podWith({ list, status: 'pull access denied' });
  const pullers: Puller[] = Array.from({ length: pods }, (_, index) => ({
    ...pod,
    ref: { ...pod.ref, name: `web-${index}` },
    images: pod.images.map((use) => ({ ...use, image: `${image}${index}:v1` })),
  }));
  return { pullers, facts: factsOf({ secrets }), findings: [], unchecked: [] };
}

describe.each(SITUATIONS)('%s', (_, image, secretsOf) => {
  test('the work', { timeout: 60_000 }, () => {
    const gathered = new Map<number, Observation>();
    const ofLength = (length: number): string => {
      gathered.set(length, observed(length / 256, image, secretsOf(length / 32)));
      return ' '.repeat(length);
    };
    const work = ({ length }: string): DoctorReport => {
      const { facts, ...rest } = gathered.get(length) as Observation;
      // Copies of the Secrets, for which nothing is cached yet.
      const states = [...facts.secrets].map(([key, state]) => [key, { ...state }] as const);
      return reportAt({ ...rest, facts }, { ...facts, secrets: new Map(states) });
    };
    expect(growth(work, ofLength)).toBeLessThan(MAX_GROWTH);
  });
});

test('what a list has entries for is listed up to a number, and the others are counted', () => {
  const secrets = { a: secretWith(entries(40, hosts)), b: secretWith(entries(30, (index) => hosts(index + 20))) };
  const { pullers, facts } = observed(1, 'q.example.com/x/y', secrets);
  const found = reportOn(pullers[0] as Puller, facts).judgements[0]?.cause;
  expect(found).toMatchObject({ code: 'no-entry', arguments: { moreServers: 26 } });
  expect(found).toHaveProperty('arguments.servers.length', 24);
  expect(found && formatFinding(found)).toMatch(/only for r0\.example\.com\/x, .*\/x and 46 more$/);
});

test('of servers with different logins the last one that is listed says how many more there are', () => {
  const secrets = { a: secretWith(entries(30, hosts)), b: secretWith(entries(30, hosts, 'rex')) };
  const { pullers, facts } = observed(1, 'q.example.com/x/y', secrets);
  const notes = reportOn(pullers[0] as Puller, facts).notes.filter(({ code }) => code === 'different-credentials');
  expect(notes.map(({ arguments: args }) => ('more' in args ? args.more : undefined))).toEqual([
    ...Array.from({ length: 19 }, () => undefined),
    10,
  ]);
  expect(formatFinding(notes[19] as (typeof notes)[number])).toMatch(/; the same applies to 10 more servers$/);
});

test('an entry of the host of the image is found among hundreds of others', () => {
  const auths = { ...entries(400, hosts), 'Q.example.com:5000': login(), 'q.example.com/z': login() };
  const { pullers, facts } = observed(1, 'q.example.com/x/y', { a: secretWith(auths) });
  expect(reportOn(pullers[0] as Puller, facts).judgements[0]?.cause).toMatchObject({
    code: 'unusual-server',
    arguments: { server: 'Q.example.com:5000' },
  });
});

/** An entry for the image's host and port is found in every spelling. */
test.each([
  ['as images have it', 'q.example.com:5000/x', 'q.example.com:5000/x'],
  ['as a URL', 'https://q.example.com:5000/v2/', 'https://q.example.com:5000/v2/'],
  ['with a user name in front', 'https://jane@q.example.com:5000', 'https://…@q.example.com:5000'],
  ['with a wildcard', '*.example.com:5000', '*.example.com:5000'],
  ['with a class, which Go does not read', 'q.exampl[e].com:5000', 'q.exampl[e].com:5000'],
  ['with a ?, behind which Go reads no host', 'q.exampl?.com:5000', 'q.exampl?.com:5000'],
  ['with escapes of JSON', '\\u0071.example.com:5000', 'q.example.com:5000'],
  ['with escapes of URLs in its path', 'q.example.com:5000/%78', 'q.example.com:5000/%78'],
])('a server behind thousands of others, %s, opens the image as it does for a kubelet', (_, written, server) => {
  const auths = JSON.stringify({ ...entries(3000, hosts), REPLACED: login('rex') }).replace('REPLACED', () => written);
  const secret = pullSecretOf('', `{"auths":${auths}}`);
  const { pullers, facts } = observed(1, 'q.example.com:5000/x/y', { a: secret });
  const { candidates } = [...finished(judgeAll({ pullers }, facts)).values()][0]?.[0]?.attempt ?? {};
  const fresh = lookup(buildKeyring([secret]), 'q.example.com:5000/x/y0:v1');
  expect(candidates).toMatchObject(fresh.map((entry) => ({ secret: 'a', server: shownServer(entry.server) })));
  expect(candidates?.map((one) => one.server)).toEqual(/[?[]/.test(written) ? [] : [server]);
});
