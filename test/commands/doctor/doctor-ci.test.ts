/** `doctor -f` in pipelines: GitHub Actions annotations, SARIF, and the pre-commit hook. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { writeReport } from '../../../src/commands/doctor/report-writer.ts';
import { findingView } from '../../../src/diagnosis/view.ts';
import { finding } from '../../../src/findings/finding.ts';
import { forRunner } from '../../../src/system/io.ts';
import { here, type RanHere } from '../../support/here.ts';
import { fakeIo } from '../../support/io.ts';
import { workflowCommand } from '../../support/shown.ts';

const root = join(import.meta.dirname, '../../..');
const broken = join(root, 'test/manifests/broken');
const folder = mkdtempSync(join(tmpdir(), 'regsecret-ci-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const BAD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: app, image: UPPER}]\n';

function doctor(args: readonly string[], stdin = ''): Promise<RanHere> {
  return here(['doctor', ...args], { stdin, env: { KUBECONFIG: '/nope', GITHUB_ACTIONS: 'true' } });
}

describe('-o github', () => {
  test('an annotation for each finding at its file and line, then the count', async () => {
    const path = file('a,b:100%.yaml', BAD);
    const { code, stdout } = await doctor(['-f', path, '-o', 'github']);
    const place = `${folder.replaceAll('%', '%25').replaceAll(':', '%3A')}/a%2Cb%3A100%25.yaml`;
    expect([code, stdout.split('\n')]).toEqual([
      1,
      [
        expect.stringMatching(
          /^::error file=.*,line=5,title=invalid-image::UPPER in pod\/?.* is not a valid image name .*%0Anext: .*100%25\.yaml/,
        ),
        '1 object in 1 file: 1 error, 0 warnings',
        '',
      ],
    ]);
    expect(stdout).toContain(`::error file=${place},line=5,`);
  });

  test('what comes from stdin has no file', async () => {
    expect((await doctor(['-f', '-', '-o', 'github'], BAD)).stdout).toMatch(/^::error title=invalid-image::UPPER in /);
  });

  test('texts of the cluster make no command of a workflow', async () => {
    const message = 'x\n::add-mask::ghcr\r\n##[group]y%0A::error::z\u2028';
    const object = { kind: 'Pod', namespace: 'evil', name: 'web\n::stop-commands::t' } as const;
    const found = findingView(finding('unexplained', object, { image: '::warning::i,:', message, accepted: false }));
    const io = fakeIo();
    const onRunner = { ...io, stdout: forRunner(io.stdout, { GITHUB_ACTIONS: 'true' }) };
    const report = { healthy: false, asked: false, findings: [found], unchecked: [], unseen: [] };
    await writeReport(report, 'github', onRunner);
    const lines = io.written.stdout.trimEnd().split(/[\r\n\u2028]/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^::error title=unexplained::pod evil\/web\\n::stop-commands::t cannot pull /);
    // `##[` is absent, and the only `%0A` that a runner decodes is our own line break.
    expect(lines[0]).not.toContain('##[');
    expect(lines[0]?.match(/%0A/g)).toHaveLength(1);
    expect(lines.filter((line) => workflowCommand(line.replace('::error', '')))).toEqual([]);
  });
});

test.each([
  ['github', '%0A'],
  ['sarif', '\\n'],
] as const)('-o %s names all whom a finding concerns, as the text does', async (format, end) => {
  const object = { kind: 'Pod', namespace: 'team-a', name: 'web-x' } as const;
  const names = ['web', 'api', 'one', 'two', 'three'].map((name) => `deployment/${name}`);
  const affects = { pods: 9, examples: names, others: 2 };
  const found = findingView(finding('unexplained', object, { image: 'i', message: 'no', accepted: false }), affects);
  const objects = names.map((name) => ({ namespace: 'team-a', name, pods: 1, failing: 1 }));
  const report = { healthy: false, asked: false, findings: [{ ...found, objects }], unchecked: [], unseen: [] };
  const io = fakeIo();
  await writeReport(report, format, io);
  expect(io.written.stdout).toContain(`${end}affects 9 pods: ${names.join(', ')} and 2 more${end}next: `);
});

describe('-o sarif', () => {
  const schema = z.fromJSONSchema(
    JSON.parse(readFileSync(join(root, 'test/commands/doctor/sarif/sarif-schema-2.1.0.json'), 'utf8')),
    { defaultTarget: 'draft-4' },
  );

  test('a log of the standard, with a rule for each code and a place for each finding', async () => {
    const { code, stdout } = await doctor(['-R', '-f', broken, '-o', 'sarif', '--ignore', 'own-list']);
    const log = JSON.parse(stdout);
    expect(code).toBe(1);
    expect(schema.safeParse(log).error).toBeUndefined();
    const [{ tool, results, properties }] = log.runs;
    expect(results).toHaveLength(44);
    expect(properties.ignored).toEqual([{ code: 'own-list', severity: 'warning', count: 1 }]);
    for (const { ruleId, ruleIndex, locations } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(locations[0].physicalLocation.artifactLocation.uri).toMatch(/^file:\/\/\/.*[^/]+\.(yaml|json)$/);
      expect(locations[0].physicalLocation.region.startLine).toBeGreaterThan(0);
    }
  });

  test.each([
    ['nothing wrong', ['-f', file('fine.yaml', BAD.replace('UPPER', 'nginx')), '-o', 'sarif'], ''],
    ['stdin', ['-f', '-', '-o', 'sarif'], BAD],
    ['a file with a name for a URI', ['-f', file('a b#%?.yaml', BAD), '-o', 'sarif'], ''],
  ])('%s', async (_, args, stdin) => {
    const log = JSON.parse((await doctor(args, stdin)).stdout);
    expect(schema.safeParse(log).error).toBeUndefined();
    const [place] = log.runs[0].results.flatMap(({ locations }: { locations: object[] }) => locations);
    if (args.join().includes('#'))
      expect(place.physicalLocation.artifactLocation.uri).toMatch(/\/a%20b%23%25%3F\.yaml$/);
  });

  test('the schema refuses what is no log', () => {
    expect(schema.safeParse({ version: '2.1.0', runs: [{ tool: { driver: { nam: 'x' } } }] }).success).toBe(false);
  });
});

describe('the hook of pre-commit', () => {
  const [hook] = load(readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8')) as Record<string, unknown>[];

  test('has what pre-commit needs, and nothing that it does not know', () => {
    const known = ['id', 'name', 'description', 'entry', 'language', 'types_or', 'require_serial'];
    expect(Object.keys(hook ?? {}).sort()).toEqual(known.sort());
    expect(hook).toMatchObject({ id: 'regsecret-doctor', language: 'system', require_serial: true });
  });

  test.each([
    ['manifests that are well, and files of other programs', ['fine.yaml', 'package.json'], 0],
    ['one that is not', ['fine.yaml', 'bad.yaml', 'package.json'], 1],
  ])('with %s', async (_, names, code) => {
    const texts = new Map([
      ['fine.yaml', BAD.replace('UPPER', 'nginx')],
      ['package.json', '{"name": "x"}'],
      ['bad.yaml', BAD],
    ]);
    const [, ...words] = `${hook?.entry}`.split(' ');
    const paths = names.map((name) => file(name, texts.get(name) ?? ''));
    const ran = await here([...words, ...paths], { env: { KUBECONFIG: '/nope' } });
    expect(ran.code, ran.stderr + ran.stdout).toBe(code);
  });
});
