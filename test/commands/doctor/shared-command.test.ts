/** When the commands of several findings are combined into one. */
import { expect, test } from 'vitest';
import { sharedCommand } from '../../../src/commands/doctor/scope-printer.ts';
import { type FindingView, findingView } from '../../../src/diagnosis/view.ts';
import { finding } from '../../../src/findings/finding.ts';
import { formatCommand } from '../../../src/line/format-command.ts';
import type { ShownServer } from '../../../src/secret/display-server.ts';

const image = 'ghcr.io/acme/web:v1';

function lacks(namespace: string, name: string, usable?: string): FindingView {
  const object = { kind: 'Deployment', namespace, name } as const;
  return findingView(finding('no-pull-secret', object, { image, usable, remedy: { how: 'template', target: object } }));
}

function rejected(namespace: string): FindingView {
  const said = { by: 'kubelet' } as const;
  const args = { server: 'ghcr.io' as ShownServer, username: 'jane', said };
  return findingView(finding('credential-rejected', { kind: 'Secret', namespace, name: 'pull' }, args));
}

function absent(namespace: string, tags: readonly string[]): FindingView {
  const object = { kind: 'Deployment', namespace, name: 'web' } as const;
  const remedy = { how: 'template', target: object } as const;
  const names = { names: tags, more: 0 };
  const args = { image, missing: 'tag', tags: names, container: 'app', said: { by: 'kubelet' }, remedy } as const;
  return findingView(finding('image-not-found', object, args));
}

const teams = (count: number): string[] => Array.from({ length: count }, (_, index) => `team-${index}`);
const ATTACH = 'regsecret attach pull';

test.each<[string, readonly FindingView[], string]>([
  ['one finding', [lacks('a', 'web', 'pull')], 'none'],
  [
    'two workloads of one namespace',
    [lacks('a', 'web', 'pull'), lacks('a', 'api', 'pull')],
    `2: ${ATTACH} -n a --to deployment/web --to deployment/api`,
  ],
  [
    'two namespaces',
    [lacks('a', 'web', 'pull'), lacks('b', 'web', 'pull')],
    `2: ${ATTACH} -n a --to deployment/web && ${ATTACH} -n b --to deployment/web`,
  ],
  [
    'two Secrets in one namespace',
    [lacks('a', 'web', 'pull'), lacks('a', 'api', 'other')],
    `2: ${ATTACH} -n a --to deployment/web && regsecret attach other -n a --to deployment/api`,
  ],
  ['more namespaces than fit on a line', teams(5).map((team) => lacks(team, 'web', 'pull')), 'none'],
  ['more workloads than fit on a line', teams(9).map((name) => lacks('a', name, 'pull')), 'none'],
  ['Secrets that are to be made, each with its password', teams(2).map((team) => lacks(team, 'web')), 'none'],
  [
    'images whose only tag is known',
    [absent('a', ['v2']), absent('b', ['v2'])],
    '2: kubectl set image deployment/web app=ghcr.io/acme/web:v2 -n a && kubectl set image deployment/web app=ghcr.io/acme/web:v2 -n b',
  ],
  ['images whose tag nobody knows', [absent('a', []), absent('b', [])], 'none'],
  // A namespace would become the home of a rotation because of what stands in its Secrets.
  ['one rejected login in many namespaces', teams(9).map(rejected), 'none'],
])('%s', (_, findings, shown) => {
  const shared = sharedCommand(findings);
  const text = shared && formatCommand(shared.command, { shell: 'posix', given: {} });
  expect(shared === undefined ? 'none' : `${shared.findings}: ${text}`).toBe(shown);
});
