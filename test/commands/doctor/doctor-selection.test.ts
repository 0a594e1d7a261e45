/** `doctor --errors --only --ignore`: the findings shown and the exit code, and that nothing is dropped silently. */
import { expect, test } from 'vitest';
import { here, type RanHere } from '../../support/here.ts';

/** One error, and one warning in two places. */
const MANIFESTS = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  imagePullSecrets: [{name: gone}, {name: gone}]
  containers: [{name: app, image: UPPER}]
`;

function doctor(args: readonly string[]): Promise<RanHere> {
  return here(['doctor', '-f', '-', ...args], { stdin: MANIFESTS, env: { KUBECONFIG: '/nope' } });
}

test.each<[args: string[], code: number, shown: string[], last: string]>([
  [[], 1, ['invalid-image', 'duplicate-name', 'missing-secret'], '1 error, 2 warnings'],
  [['--errors'], 1, ['invalid-image'], '1 error, 0 warnings (2 findings ignored)'],
  [['--only', 'missing-secret'], 0, ['missing-secret'], '0 errors, 1 warning (2 findings ignored)'],
  [['--only=missing-secret', '--strict'], 1, ['missing-secret'], '0 errors, 1 warning (2 findings ignored)'],
  [
    ['--only', 'missing-secret,duplicate-name'],
    0,
    ['duplicate-name', 'missing-secret'],
    '0 errors, 2 warnings (1 finding ignored)',
  ],
  [
    ['--only', 'missing-secret', '--only', 'duplicate-name'],
    0,
    ['duplicate-name', 'missing-secret'],
    '0 errors, 2 warnings (1 finding ignored)',
  ],
  [['--ignore', 'invalid-image'], 0, ['duplicate-name', 'missing-secret'], '0 errors, 2 warnings (1 finding ignored)'],
  [
    ['--ignore', 'invalid-image', '--strict'],
    1,
    ['duplicate-name', 'missing-secret'],
    '0 errors, 2 warnings (1 finding ignored)',
  ],
  [
    ['--ignore', 'invalid-image, missing-secret,duplicate-name', '--strict'],
    0,
    [],
    'nothing else wrong (3 findings ignored)',
  ],
  [['--only', 'expired'], 0, [], 'nothing else wrong (3 findings ignored)'],
  [['--ignore', 'expired'], 1, ['invalid-image', 'duplicate-name', 'missing-secret'], '1 error, 2 warnings'],
])('%j', async (args, code, shown, last) => {
  const ran = await doctor(args);
  expect([ran.code, ran.stderr]).toEqual([code, '']);
  expect([...ran.stdout.matchAll(/\[([a-z-]+)\]$/gm)].map(([, one]) => one)).toEqual(shown);
  expect(ran.stdout.trimEnd().split('\n').at(-1)).toBe(`1 object in 1 file: ${last}`);
});

test('as data: healthy is about everything, the exit code about what is not ignored', async () => {
  const { code, stdout } = await doctor(['--ignore', 'invalid-image', '-o', 'json']);
  const { healthy, findings, ignored } = JSON.parse(stdout);
  expect([code, healthy, findings.length]).toEqual([0, false, 2]);
  expect(ignored).toEqual([{ code: 'invalid-image', severity: 'error', count: 1 }]);
  expect(JSON.parse((await doctor(['-o', 'json'])).stdout)).not.toHaveProperty('ignored');
});

test.each<[args: string[], message: string, hint: string]>([
  [
    ['-A', '--only', 'mising-secret'],
    'no finding has the code mising-secret; did you mean missing-secret?',
    'regsecret doctor -A --only missing-secret',
  ],
  [
    ['--ignore', 'expired,unused_secret'],
    'no finding has the code unused_secret; did you mean unused-secret?',
    'regsecret doctor --ignore unused-secret',
  ],
  [
    ['--only', 'pa55word-of-somebody'],
    '--only takes the codes that stand in brackets behind findings, such as missing-secret',
    'regsecret doctor --only missing-secret',
  ],
  [['--only', ''], '--only has an empty value', 'leave --only out, or set the variable that its value comes from'],
  [
    ['--ignore', 'expired,'],
    '--ignore takes the codes that stand in brackets behind findings, such as missing-secret',
    'regsecret doctor --ignore missing-secret',
  ],
  [
    ['--only', 'expired', '--ignore', 'expired'],
    'expired is in both --only and --ignore',
    'regsecret doctor --only expired',
  ],
  [
    ['-f', 'deploy', '--strict', '--errors', '--ignore', 'expired'],
    '--errors hides the warnings that --strict is for',
    'regsecret doctor -f deploy --strict --ignore expired',
  ],
  [
    ['pod/web', '--errors'],
    '--errors, --only, --ignore, --summary, --group-by are for a namespace, -A or -f, not for single targets',
    'regsecret doctor pod/web',
  ],
  [
    ['--image', 'nginx', '--ignore', 'expired'],
    '--errors, --only, --ignore, --summary, --group-by are for a namespace, -A or -f, not for single targets',
    'regsecret doctor --image nginx',
  ],
])('%j is refused before anything is asked', async (args, message, hint) => {
  const ran = await here(['doctor', ...args], { env: { KUBECONFIG: '/nope' } });
  expect(ran).toEqual({ code: 2, stdout: '', stderr: `error: ${message}\nhint: ${hint}\n` });
});
