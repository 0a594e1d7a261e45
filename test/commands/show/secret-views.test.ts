/** Every command that reads manifests reports the same problems of a single Secret. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FINDING_CODES, formatFinding, recordOf } from '../../../src/findings/finding.ts';
import { diagnose } from '../../../src/findings/secret-rules.ts';
import { readContents } from '../../../src/secret/contents.ts';
import type { Secret } from '../../../src/secret/secret.ts';
import { here } from '../../support/here.ts';
import { objectOfSituation, secretSituations } from '../../support/secret-situations.ts';

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: good.example/app}]}\n';

/** Neither a registry nor a cluster can be reached. */
const env = { KUBECONFIG: '/nope', HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' };

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The sentences about the Secret, without their label. */
function sentences({ stderr }: Ran): string[] {
  return stderr
    .split('\n')
    .filter((line) => line.includes('secret team-a/pull') && !line.startsWith('hint:'))
    .map((line) => line.replace(/^(error:|warning:)?\s+/, ''))
    .sort();
}

function messages({ stdout }: Ran): string[] {
  const report: { findings: { message: string }[] } = JSON.parse(stdout);
  return report.findings.map(({ message }) => message).sort();
}

function inspected({ stdout }: Ran): string[] {
  const { findings } = JSON.parse(stdout);
  return findings.map(formatFinding).sort();
}

describe.each(secretSituations)('$title', (situation) => {
  const object = objectOfSituation(situation, 'pull', 'team-a');
  const secret = object as Secret;
  const found = diagnose({ now: Date.now(), secrets: [{ secret, contents: readContents(secret) }] });
  const expected = found.map(formatFinding).sort();

  function run(...args: string[]): Promise<Ran> {
    const folder = mkdtempSync(join(tmpdir(), 'regsecret-views-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'secret.json'), JSON.stringify(object));
    writeFileSync(join(folder, 'pod.yaml'), POD);
    return here(
      args.map((arg) => arg.replace('DIR', folder)),
      { env },
    );
  }

  test('is what its findings say', () => {
    expect(found.map(({ code }) => code).sort()).toEqual([...situation.codes].sort());
  });

  test('inspect -f', async () => {
    expect(inspected(await run('inspect', '-f', 'DIR/secret.json', '-o', 'json'))).toEqual(expected);
  });

  test('doctor -f', async () => {
    const ran = await run('doctor', '-f', 'DIR/secret.json', '-o', 'json');
    expect(messages(ran)).toEqual(expected);
  });

  test('verify -f, which fails for an error', async () => {
    const ran = await run('verify', '-f', 'DIR/secret.json');
    expect(sentences(ran)).toEqual(expected);
    if (situation.codes.some((code) => recordOf(code).severity === 'error')) expect(ran.code).toBe(1);
  });

  test('attach -f --auto, which refuses what opens no image', async () => {
    const ran = await run('attach', 'pull', '-f', 'DIR/pod.yaml', '--auto', '--secret-file', 'DIR/secret.json');
    expect([ran.code, ran.stdout === ''], ran.stderr).toEqual(situation.refused ? [1, true] : [0, false]);
    expect(sentences(ran)).toEqual(expected);
  });
});

test('every finding about a Secret by itself has a situation', () => {
  const codes = FINDING_CODES;
  const first = codes.indexOf('wrong-type');
  const own = codes.slice(first, codes.indexOf('login-in-annotation') + 1);
  expect([...new Set(secretSituations.flatMap((situation) => situation.codes))].sort()).toEqual(own.sort());
});
