/** The API server accepts the Deployment of docs/sync.md, and the role beside it is the one for the Deployment's arguments. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { kubectl, newNamespace } from '../environment/use.ts';
import { here } from '../support/here.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'sync.md'), 'utf8');
const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];

test('the API server takes it', async () => {
  const namespace = await newNamespace();
  const input = yaml.replaceAll('platform', namespace);
  const applied = await kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], { stdin: input });
  expect(applied).toMatchObject({ code: 0, stderr: '' });
});

test('its arguments are those of the role, which can be printed', async () => {
  const deployment = load(yaml) as {
    spec: { template: { spec: { serviceAccountName: string; containers: { args: string[] }[] } } };
  };
  const { containers, serviceAccountName } = deployment.spec.template.spec;
  const [, line = ''] = /^regsecret (rbac --guard sync .*--watch) \|/m.exec(page) ?? [];
  const words = line.split(' ');
  const args = (containers[0]?.args ?? []).filter((word) => !['--listen', ':8080'].includes(word));
  expect(['rbac', ...args]).toEqual(words.filter((word) => !['--guard', '-n', 'platform'].includes(word)));
  const printed = await here(words, { env: { HOME: '/nowhere' } });
  expect(printed.code, printed.stderr).toBe(0);
  expect(printed.stdout).toContain(`name: ${serviceAccountName}\n    namespace: platform`);
});
