/**
 * `doctor -f` and the list of pull secrets: a Secret that does not exist, one that is not named, and a list that the API server
 * refuses.
 */
import { describe, expect, test } from 'vitest';
import { doctor, pod, report, secret } from '../../../support/doctor-files.ts';

const TEAM_A = 'regcred, namespace: team-a';

describe('a Secret that is in none of the files', () => {
  // Pull secrets belong in a secret store, so a repository without them is fine.
  test.each([
    ['may be made by others', pod('{name: regcred}'), 0, undefined],
    ['is misspelt, with one slip', pod('{name: regcerd}') + secret('regcred'), 1, 'regcred'],
    ['is misspelt, beside one in the only namespace', pod('{name: regcerd}') + secret(TEAM_A), 1, 'regcred'],
    [
      'is misspelt, beside one in one of two namespaces',
      pod('{name: regcerd}') + secret(TEAM_A) + secret('other, namespace: team-b'),
      0,
      undefined,
    ],
    ['is called nearly like another', pod('{name: regcred-prod}') + secret('regcred'), 0, 'regcred'],
    ['is called like another with a number', pod('{name: regcred2}') + secret('regcred'), 0, 'regcred'],
  ])('%s', async (_, text, code, near) => {
    const ran = await doctor(['-f', '-'], text);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toMatch(/^stdin:5: (error|warning): pod\/web uses secret \S+, which is not in these files/);
    expect(ran.stdout.includes(`did you mean ${near}?`)).toBe(near !== undefined);
    expect((await doctor(['-f', '-', '--strict'], text)).code).toBe(1);
    // A misspelt Secret does not exist in the cluster either.
    expect(ran.stdout.includes('\ndoctor -f reads only files: ')).toBe(code === 0);
  });

  test('is said once, with those that name it, each once', async () => {
    const web = pod('{name: a}');
    const { findings } = await report(['-f', '-'], [web, web.replace('web', 'db'), web].join('---\n'));
    expect(findings.map(({ arguments: args }) => args)).toEqual([{ usedBy: ['pod/web', 'pod/db'] }]);
  });
});

test('an image whose name is not valid is one finding, whatever its pull secrets open', async () => {
  const { findings } = await report(['-f', '-'], pod('{name: regcred}', 'ghcr.io/acme/WEB') + secret('regcred'));
  expect(findings.map(({ code }) => code)).toEqual(['invalid-image']);
});

test.each([
  ['[regcred]', 'spec.imagePullSecrets[0] is not a map; write - name: regcred'],
  ['regcred', 'spec.imagePullSecrets is not a list; write imagePullSecrets: [{name: regcred}]'],
  ['{name: regcred}', 'spec.imagePullSecrets is not a list; write imagePullSecrets: [{name: regcred}]'],
])('the API server refuses imagePullSecrets: %s', async (list, fault) => {
  const text = pod('').replace('imagePullSecrets: []', `imagePullSecrets: ${list}`) + secret('regcred');
  // This finding also covers that the list does not name the Secret.
  expect(await doctor(['-f', '-'], text)).toMatchObject({
    code: 1,
    stdout: `stdin:5: error: the API server refuses pod web: ${fault} [refused-field]\n  hint: vi +5 FILE\n2 objects in 1 file: 1 error, 0 warnings\n`,
  });
});

test('a list in the wrong place is one error, though the pods then have none', async () => {
  const text = pod('').replace('  imagePullSecrets: []', '  imagePullSecret: [{name: regcred}]') + secret('regcred');
  expect(await doctor(['-f', '-'], text)).toMatchObject({
    code: 1,
    stdout:
      'stdin:5: error: Kubernetes 1.36 does not know spec.imagePullSecret of pod web; did you mean spec.imagePullSecrets? [refused-field]\n  hint: vi +5 FILE\n2 objects in 1 file: 1 error, 0 warnings\n',
  });
});

test('a list of a chart is a template', async () => {
  const text = pod('').replace('imagePullSecrets: []', 'imagePullSecrets: {{ .Values.list }}');
  expect((await doctor(['-f', '-'], text)).stdout).toContain('values are still to be filled in');
});
