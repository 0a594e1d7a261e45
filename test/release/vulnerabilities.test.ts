/**
 * What is known about the packages of a release stops it. The reports were recorded: npm's is its answer to advisories of a local
 * server, govulncheck's is about the image that still had a helper for Azure.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { billOfMaterials } from '../../build/release/bill-of-materials.ts';
import type { Component } from '../../build/release/cyclonedx.ts';
import { inGovulncheck } from '../../build/release/vulnerabilities/govulncheck.ts';
import { inNpmAudit, npmAudit } from '../../build/release/vulnerabilities/npm-audit.ts';
import { NotChecked } from '../../build/release/vulnerabilities/vulnerability.ts';
import {
  EXCEPTIONS_FILE,
  type Exception,
  exceptionsIn,
  verdictOn,
} from '../../build/release/vulnerabilities/vulnerability-verdict.ts';

const recorded = (name: string): string => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8');
const NPM = recorded('npm-audit.json');
const GO = recorded('govulncheck.json');
const REFUSED = JSON.stringify({ message: '405 Method Not Allowed - POST https://r.example', statusCode: 405 });

function component(full: string): Component {
  const [, group, name = '', version = ''] = /^(?:(@[^/]+)\/)?(.+)@(.+)$/.exec(full) ?? [];
  return { type: 'library', 'bom-ref': full, purl: full, licenses: [], name, version, ...(group ? { group } : {}) };
}

/** What the lock file had when the report was recorded. */
const LOCK = {
  'node_modules/js-yaml': { version: '5.5.0' },
  'node_modules/smol-toml': { version: '1.9.1' },
  'node_modules/vitest': { version: '5.1.1' },
  'node_modules/nearley/node_modules/commander': { version: '2.20.3' },
};

describe('the report of npm audit', () => {
  test.each([
    ['two packages of the bundle', ['js-yaml@5.5.0', 'smol-toml@1.9.1'], ['js-yaml 5.5.0', 'smol-toml 1.9.1']],
    ['a version that only a test tool needs', ['commander@15.1.0', 'js-yaml@5.5.0'], ['js-yaml 5.5.0']],
    ['a package with another scope', ['@other/js-yaml@5.5.0'], []],
    ['packages that need a vulnerable one', ['@kubernetes/client-node@2.0.1', 'nearley@2.20.1'], []],
    ['a package that is not in the bundle', ['zod@4.6.7'], []],
  ])('has advisories for %s', (_, shipped, expected) => {
    const found = inNpmAudit(NPM, shipped.map(component), LOCK);
    expect(found.map((one) => `${one.package} ${one.version}`)).toEqual(expected);
  });

  test('gives an advisory its name, title and address', () => {
    expect(inNpmAudit(NPM, [component('js-yaml@5.5.0')], LOCK)).toEqual([
      {
        id: 'GHSA-rcrd-0000-0001',
        package: 'js-yaml',
        version: '5.5.0',
        title: 'Prototype pollution in merge keys',
        url: 'https://github.com/advisories/GHSA-rcrd-0000-0001',
      },
    ]);
  });

  test.each([
    ['the registry has no advisories', REFUSED, 'npm audit: 405 Method Not Allowed - POST https://r.example'],
    [
      'it is of another version',
      '{"auditReportVersion":3,"vulnerabilities":{}}',
      'npm audit: the answer is not a report',
    ],
    ['it is cut off', NPM.slice(0, 900), 'npm audit: the answer is not a report'],
    ['it is empty', '', 'npm audit: the answer is not a report'],
  ])('is no report when %s', (_, text, message) => {
    expect(() => inNpmAudit(text, [], {})).toThrow(new NotChecked(message));
  });
});

describe('the report of govulncheck', () => {
  test('has what a helper can reach, once each, and not what it only contains', () => {
    expect(inGovulncheck(GO).map((one) => `${one.id} ${one.package} ${one.version}`)).toEqual([
      'GO-2026-6225 github.com/chrismellard/docker-credential-acr-env v0.0.0-20230304212654-82a0ddb27589',
      'GO-2026-6809 stdlib v1.26.8',
    ]);
    expect(inGovulncheck(GO)[0]).toMatchObject({
      title: 'Credential leakage to untrusted hosts in github.com/chrismellard/docker-credential-acr-env',
      url: 'https://pkg.go.dev/vuln/GO-2026-6225',
    });
  });

  test.each([
    ['it is cut off', GO.slice(0, -40)],
    ['it has other levels', GO.replace('"symbol"', '"module"')],
    ['it is empty', ''],
    ['it has no head', '{"progress":{"message":"x"}}\n'],
  ])('is no report when %s', (_, text) => {
    expect(() => inGovulncheck(text)).toThrow(NotChecked);
  });
});

describe('a release', () => {
  const yaml = inNpmAudit(NPM, [component('js-yaml@5.5.0')], LOCK);
  const toml = inNpmAudit(NPM, [component('smol-toml@1.9.1')], LOCK);
  const said =
    'GHSA-rcrd-0000-0001 in js-yaml 5.5.0: Prototype pollution in merge keys, https://github.com/advisories/GHSA-rcrd-0000-0001';
  const exception: Exception = {
    id: 'GHSA-rcrd-0000-0001',
    package: 'js-yaml',
    reason: 'we read no merge keys',
    until: '2026-12-31',
  };
  const next = `update what has no exception, or add one with its reason to ${EXCEPTIONS_FILE}`;
  const again = 'run it again where npm and vuln.go.dev can be reached';
  test.each([
    ['goes out when nothing is known', [[], []], [], true, []],
    ['stops at a vulnerability', [yaml, []], [], false, [said, next]],
    [
      'goes out with an exception',
      [yaml, []],
      [exception],
      true,
      [`${said} (excepted until 2026-12-31: we read no merge keys)`],
    ],
    [
      'goes out on the last day of an exception',
      [yaml],
      [{ ...exception, until: '2026-12-01' }],
      true,
      [`${said} (excepted until 2026-12-01: we read no merge keys)`],
    ],
    [
      'stops after it',
      [yaml],
      [{ ...exception, until: '2026-11-30' }],
      false,
      [`${said} (the exception ended on 2026-11-30)`, next],
    ],
    [
      'stops at another vulnerability than the excepted one',
      [[...yaml, ...toml]],
      [exception],
      false,
      [
        `${said} (excepted until 2026-12-31: we read no merge keys)`,
        'GHSA-rcrd-0000-0004 in smol-toml 1.9.1: Denial of service by thousands of comments, https://github.com/advisories/GHSA-rcrd-0000-0004',
        next,
      ],
    ],
    [
      'stops when the exception is for another package',
      [yaml],
      [{ ...exception, package: 'yaml' }],
      false,
      [said, 'the exception for GHSA-rcrd-0000-0001 in yaml is of no use: remove it', next],
    ],
    [
      'stops when a source does not answer, and keeps the exceptions',
      [{ notChecked: 'npm audit: 405' }, []],
      [exception],
      false,
      ['not checked: npm audit: 405', again],
    ],
    [
      'tells once what both architectures have',
      [[...yaml, ...yaml.map((one) => ({ ...one }))]],
      [],
      false,
      [said, next],
    ],
  ] as const)('%s', (_, answers, exceptions, released, lines) => {
    expect(verdictOn(answers, exceptions, '2026-12-01')).toEqual({ released, lines });
  });

  test('has stopped for the helper that sent tokens elsewhere', () => {
    expect(verdictOn([inGovulncheck(GO)], [], '2026-12-01')).toMatchObject({ released: false });
  });
});

describe('an exception', () => {
  const whole = { id: 'GO-2026-1', package: 'stdlib', reason: 'the helpers serve no HTTP', until: '2026-12-31' };
  test.each([
    ['without a reason', { reason: undefined }],
    ['with a word for a reason', { reason: 'later' }],
    ['without a package', { package: '' }],
    ['without an end', { until: undefined }],
    ['with no date for an end', { until: 'next year' }],
    ['with something else', { severity: 'low' }],
  ])('%s is refused', (_, change) => {
    expect(exceptionsIn(JSON.stringify([whole]))).toEqual([whole]);
    expect(() => exceptionsIn(JSON.stringify([{ ...whole, ...change }]))).toThrow();
  });

  test('of this commit is whole', () => {
    expect(() => exceptionsIn(readFileSync(join(import.meta.dirname, '../..', EXCEPTIONS_FILE), 'utf8'))).not.toThrow();
  });
});

/** On Windows npm is a script, and releases are made on Linux. */
describe.runIf(process.platform === 'linux')('npm itself', () => {
  let shipped: readonly Component[] = [];
  beforeAll(() => {
    const { components } = JSON.parse(billOfMaterials({ version: '1.2.3', commit: 'c'.repeat(40), time: 0 }));
    const isPackage = ({ version, purl }: Component): boolean => version !== undefined && purl.startsWith('pkg:npm/');
    shipped = (components as Component[]).filter(isPackage);
    expect(shipped.length).toBeGreaterThan(20);
  });
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')).packages;
  const titled = ({ group, name }: Component): string => (group === undefined ? name : `${group}/${name}`);

  /** What npm audit reports and asked for, when its registry has these advisories. */
  async function audited(status: number, advisories: object, env: Readonly<Record<string, string>> = {}) {
    const asked: Record<string, readonly string[]> = {};
    const server = createServer(async (request, response) => {
      const body = await buffer(request);
      const bulk = request.url === '/-/npm/v1/security/advisories/bulk';
      if (bulk) Object.assign(asked, JSON.parse(gunzipSync(body).toString()));
      response.writeHead(bulk ? status : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(bulk ? advisories : {}));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const text = await npmAudit({ ...process.env, ...env, npm_config_registry: registry });
    return { text, asked };
  }

  test.each([{ NODE_ENV: 'production' }, { npm_config_omit: 'dev' }])(
    'asks for all that is shipped, in %o',
    async (env) => {
      const { text, asked } = await audited(200, {}, env);
      for (const one of shipped) expect(asked[titled(one)], titled(one)).toContain(one.version);
      expect(inNpmAudit(text, shipped, lock)).toEqual([]);
    },
  );

  test('finds an advisory for what is shipped, and none for the tools', async () => {
    const advisory = { title: 'bad', severity: 'high', vulnerable_versions: '*', cwe: [], cvss: { score: 0 } };
    const { text } = await audited(200, {
      commander: [{ ...advisory, id: 1, url: 'https://github.com/advisories/GHSA-0' }],
      vitest: [{ ...advisory, id: 2, url: 'https://github.com/advisories/GHSA-1' }],
    });
    const { version } = lock['node_modules/commander'];
    expect(inNpmAudit(text, shipped, lock)).toEqual([
      { id: 'GHSA-0', package: 'commander', version, title: 'bad', url: 'https://github.com/advisories/GHSA-0' },
    ]);
  });

  test('of a registry that refuses to answer knows nothing', async () => {
    const { text } = await audited(405, {});
    expect(() => inNpmAudit(text, shipped, lock)).toThrow(/^npm audit: 405 Method Not Allowed/);
  });
});
