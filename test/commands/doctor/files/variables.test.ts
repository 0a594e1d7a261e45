/** `doctor -f` and variables that are filled in later. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { doctor, pod, secret } from '../../../support/doctor-files.ts';

test.each([[`\${IMAGE}`], ['ghcr.io/acme/web:$(TAG)'], ['$IMAGE']])(
  'an image that is %s is not judged, and the end says so',
  async (image) => {
    const end = `; 1 image has a variable that is not filled in (${image})`;
    const text = pod('', `"${image}"`);
    const stdout = `1 object in 1 file: nothing wrong${end}\n`;
    expect(await doctor(['-f', '-'], text)).toMatchObject({ code: 0, stdout });
    expect(await doctor(['-f', '-', '--strict'], text)).toMatchObject({ code: 3, stdout });
    for (const [flags, healthy] of [
      [[], true],
      [['--strict'], null],
    ] as const) {
      const found = JSON.parse((await doctor(['-f', '-', '-o', 'json', ...flags], text)).stdout);
      expect([found.healthy, found.manifests.unfilled]).toEqual([healthy, [image]]);
    }
  },
);

test.each([
  ['imagePullSecrets: $LIST', '1 variable in imagePullSecrets is'],
  ['imagePullSecrets: [{name: "$(ONE)"}, {name: $TWO}]', '2 variables in imagePullSecrets are'],
])('%s is not judged, and the end says so', async (list, variables) => {
  const text = pod('').replace(/imagePullSecrets: .*/, () => list) + secret('regcred');
  const stdout = `2 objects in 1 file: nothing wrong; ${variables} not filled in\n`;
  expect(await doctor(['-f', '-'], text)).toMatchObject({ code: 0, stdout });
  expect(await doctor(['-f', '-', '--strict'], text)).toMatchObject({ code: 3, stdout });
  const { manifests } = JSON.parse((await doctor(['-f', '-', '-o', 'json'], text)).stdout);
  expect(manifests.unfilledSecrets).toEqual(list.match(/\$[(A-Z)]+/g));
});

test.each([
  [`\${IMAGE}`, `to fill in the variables first: cat FILE | envsubst | regsecret doctor -f - --strict\n`],
  // No single program fills in this form.
  ['ghcr.io/acme/web:$(TAG)', ''],
])('with --strict it is said how an image that is %s is filled in, in a file', async (image, line) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'unfilled-')));
  const file = join(folder, 'web.yaml');
  writeFileSync(file, pod('', `"${image}"`));
  const said = async (...flags: string[]) => (await doctor(['-f', file, ...flags])).stdout.replace(file, 'FILE');
  const end = '1 object in 1 file: nothing wrong; 1 image has a variable that is not filled in (IMAGE)\n'.replace(
    'IMAGE',
    () => image,
  );
  expect(await said('--strict')).toBe(line + end);
  expect(await said('-n', 'team-a', '--ignore', 'missing-secret', '--strict')).toBe(
    line.replace('-f - --strict', '-n team-a -f - --ignore missing-secret --strict') + end,
  );
  expect(await said()).toBe(end);
  rmSync(folder, { recursive: true });
});
