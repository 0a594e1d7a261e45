/** Objects with a pod template in a manifest, of any kind: every command with `-f` looks at the same ones. */
import { describe, expect, test } from 'vitest';
import { PULL_KINDS, pullKind } from '../../src/workloads/kind.ts';
import { CANARY } from '../support/canary.ts';
import { here, type RanHere } from '../support/here.ts';

/** Runs with a kubeconfig that does not exist, so that no cluster is contacted. */
function run(args: readonly string[], stdin: string): Promise<RanHere> {
  return here(args, { stdin, env: { KUBECONFIG: '/nope' } });
}

const template = pullKind('Deployment').specPath;
const ours = PULL_KINDS.map(({ kind, group, specPath }) => ({
  apiVersion: group === '' ? 'v1' : `${group}/v1`,
  kind,
  result: `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/web`,
  name: `${kind.toLowerCase()}/web`,
  specPath,
}));
const others = [
  ['argoproj.io/v1alpha1', 'Rollout', 'rollout.argoproj.io'],
  ['serving.knative.dev/v1', 'Service', 'service.serving.knative.dev'],
  ['apps.kruise.io/v1alpha1', 'CloneSet', 'cloneset.apps.kruise.io'],
  ['example.com/v1', 'Pod', 'pod.example.com'],
  ['v1', 'Machine', 'machine'],
].map(([apiVersion = '', kind = '', type]) => {
  return { apiVersion, kind, result: `${type}/web`, name: `${type}/web`, specPath: template };
});
/** A Kustomize patch, which may have no apiVersion. */
const bare = {
  apiVersion: undefined,
  kind: 'Deployment',
  result: 'deployment.apps/web',
  name: 'deployment/web',
  specPath: template,
};
const situations = [...ours, ...others, bare];
type Situation = (typeof situations)[number];

/** A manifest with `list` at the place for its kind, and with an invalid image. */
function manifest({ apiVersion, kind, specPath }: Situation, list?: readonly object[]): string {
  const spec = {
    ...(list === undefined ? {} : { imagePullSecrets: list }),
    ...(specPath.length === 0 ? {} : { containers: [{ name: 'app', image: 'UPPER' }] }),
  };
  const inner = specPath.reduceRight<object>((below, name) => ({ [name]: below }), spec);
  return `${JSON.stringify({ apiVersion, kind, metadata: { name: 'web' }, ...inner }, undefined, 1)}\n`;
}

const config = JSON.stringify({ auths: { 'ghcr.io': { username: 'janedoe', password: CANARY } } });
const secret = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'regcred' },
  type: 'kubernetes.io/dockerconfigjson',
  stringData: { '.dockerconfigjson': config },
});
const listed = [{ name: 'quay' }, { name: 'regcred' }];

describe.each(situations)('$apiVersion $kind', (situation) => {
  const { result, name, specPath } = situation;

  test('attach -f puts the Secret into its list', async () => {
    const ran = await run(['attach', 'regcred', '-f', '-'], manifest(situation, listed.slice(0, 1)));
    expect(ran).toMatchObject({ code: 0, stderr: `${result} patched, from stdin to stdout\n` });
    expect(JSON.parse(ran.stdout)).toEqual(JSON.parse(manifest(situation, listed)));
  });

  test('detach -f takes it out', async () => {
    const ran = await run(['detach', 'regcred', '-f', '-'], manifest(situation, listed));
    expect(ran).toMatchObject({ code: 0, stderr: `${result} patched, from stdin to stdout\n` });
    expect(JSON.parse(ran.stdout)).toEqual(JSON.parse(manifest(situation, listed.slice(0, 1))));
  });

  test('doctor -f says what is wrong with its list and its image', async () => {
    const { stdout } = await run(['doctor', '-f', '-', '-o', 'json'], manifest(situation, listed.slice(0, 1)));
    const { findings, manifests } = JSON.parse(stdout);
    const missing = findings.find(({ code }: { code: string }) => code === 'missing-secret');
    expect(missing).toMatchObject({ object: { name: 'quay' }, arguments: { usedBy: [name] } });
    const codes = findings.map(({ code }: { code: string }) => code);
    expect(codes.includes('invalid-image')).toBe(specPath.length > 0);
    expect(manifests.objects).toBe(1);
  });

  test('inspect -f says that it uses the Secret', async () => {
    const text = `${manifest(situation, listed)}---\n${secret}\n`;
    const { stdout } = await run(['inspect', 'regcred', '-f', '-', '-o', 'wide'], text);
    expect(stdout).toContain(situation.kind === 'Pod' && name === 'pod/web' ? 'used by: 1 pod' : name);
  });
});

test.each([
  ['no kind', { spec: { template: { spec: { containers: [] } } } }],
  ['no containers', { kind: 'SealedThing', spec: { template: { spec: { imagePullSecrets: [] } } } }],
  ['a template where pods have none', { kind: 'Pod', spec: { template: { spec: { containers: [] } } } }],
])('what has %s is left as it is', async (_, object) => {
  const text = `${JSON.stringify(object)}\n`;
  const ran = await run(['attach', 'regcred', '-f', '-'], text);
  expect(ran.stdout).toBe(text);
  expect(ran.stderr).toContain('no object in these manifests can have pull secrets');
});
