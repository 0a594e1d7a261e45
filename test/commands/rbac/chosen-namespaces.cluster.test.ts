/** A policy allows a Secret in the namespaces that `sync` chooses, and in no other. `sync` itself says which it chooses. */
import { beforeAll, expect, test } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import { freshName, regsecretIn } from '../../support/attach-world.ts';
import { accountFor, isPolicy } from '../../support/guarded-account.ts';
import { putSecret, secretsOf } from '../../support/sync-world.ts';

let home: string;
/** Namespaces of which each has another prefix, labels or annotation. */
let places: string[];
let prefix: string;

beforeAll(async () => {
  prefix = freshName('choice');
  const labels = { here: prefix };
  home = await newNamespace({ prefix: `${prefix}-a`, labels });
  await putSecret(home);
  places = await Promise.all([
    newNamespace({ prefix: `${prefix}-a`, labels }),
    newNamespace({ prefix: `${prefix}-b`, labels: { ...labels, team: 'shop' } }),
    newNamespace({ prefix: `${prefix}-c`, labels: { ...labels, team: 'search', 'x.example/kind': '' } }),
    newNamespace({ prefix: `${prefix}-a`, labels: { team: 'shop' } }),
    newNamespace({ prefix: `kube-${prefix}`, labels: { ...labels, team: 'shop' } }),
    newNamespace({ prefix: `${prefix}-b`, labels, annotations: { 'regsecret/sync': 'False' } }),
    newNamespace({ prefix: `${prefix}-b`, labels, annotations: { 'regsecret/sync': 'true' } }),
  ]);
});

test.each([
  '-l here=PREFIX',
  '-l here==PREFIX,team=shop',
  '-l team!=shop,here=PREFIX',
  '-l !team,here',
  '-l team notin (shop, x),here=PREFIX',
  '-l team in (shop,search) --exclude PREFIX-b*',
  '-l x.example/kind=',
  '-A --exclude PREFIX-[^a]*',
  '--to PREFIX-[a-b]-*',
  '--to kube-PREFIX*,PREFIX-c* --exclude PREFIX-??*',
  '--to PLACE4,PREFIX-c-*',
  '--to PLACE5,PLACE0',
])('%s', { timeout: 60_000 }, async (selection) => {
  const line = ['sync', ...wordsOf(selection)];
  const { stdout } = await regsecretIn(home, [...line, '--dry-run=client']);
  const chosen = [home, ...places].filter((place) =>
    stdout.includes(`secret/regsecret created in ${place} (dry run)\n`),
  );
  const { ask } = await accountFor(home, line, '--guard');
  const allowed: string[] = [];
  for (const place of [home, ...places]) {
    const metadata = { name: place === home ? 'regsecret-rehearsed' : 'regsecret' };
    const secret = { metadata, type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': '{}' } };
    const answer = await ask('POST', `${secretsOf(place)}?dryRun=All`, secret);
    expect(answer.status === 201 || isPolicy(answer), JSON.stringify(answer.body)).toBe(true);
    if (answer.status === 201) allowed.push(place);
  }
  expect(allowed).toEqual(chosen);
});

/** A selector is one word, also with spaces. */
function wordsOf(selection: string): string[] {
  const named = selection.replaceAll('PREFIX', prefix).replace(/PLACE(\d)/g, (_, index) => places[Number(index)] ?? '');
  const [, selector, rest = ''] = /^-l (.*?)( --.*)?$/.exec(named) ?? [];
  return selector === undefined ? named.split(' ') : ['-l', selector, ...rest.split(' ').filter(Boolean)];
}
