/**
 * Installs and upgrades the chart on a real node. `npm run release -- --check chart` runs it, with Helm and two versions of the
 * chart in REGSECRET_CHARTS.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../environment/child.ts';
import { api, cluster, kubectl, node, placedOn, sharedRegistries } from '../environment/use.ts';
import { type ControllerWorld, controllerReady, controllerWorld, podIn, TEST_MS } from '../support/controller-world.ts';

const [helmProgram = '', now = '', next = ''] = (process.env.REGSECRET_CHARTS ?? '').split(':');

describe.runIf(helmProgram !== '')('helm', () => {
  let world: ControllerWorld;
  let name = '';
  let values: object = {};

  beforeAll(async () => {
    world = await controllerWorld();
    name = `regsecret-${world.image.tag}`;
    const { image, selector, port, env } = world;
    values = {
      image,
      env,
      imagePullSecrets: ['regsecret'],
      hostNetwork: true,
      sync: { namespaces: { selector }, port, strategy: { type: 'Recreate' } },
      ...placedOn(node()),
    };
  }, TEST_MS);

  afterAll(async () => void (await helm(['uninstall', name, '--ignore-not-found'])));

  async function helm(args: readonly string[], given: object = {}): Promise<void> {
    const env = { PATH: process.env.PATH, HOME: cluster().home, KUBECONFIG: cluster().kubeconfig };
    const { code, stderr } = await run(helmProgram, [...args, '-n', world.home], { env, stdin: JSON.stringify(given) });
    expect(code, stderr).toBe(0);
  }

  /** The uid and resource version of the Secret. */
  async function identity(namespace: string): Promise<object> {
    const { metadata } = (await api('GET', `/api/v1/namespaces/${namespace}/secrets/regsecret`)).body;
    return { uid: metadata.uid, resourceVersion: metadata.resourceVersion };
  }

  test('an upgrade leaves the Secrets as they are, and serves new namespaces', { timeout: TEST_MS }, async () => {
    const { basic } = sharedRegistries();
    const { home, newTeam } = world;
    await helm(['install', name, now, '-f', '-'], values);
    await controllerReady(home, name);
    const team = await newTeam();
    expect(await podIn(team, basic.privateImage)).toEqual({ phase: 'Running' });
    const secrets = async () => [await identity(home), await identity(team)];
    const before = await secrets();
    await helm(['upgrade', name, next, '-f', '-'], { ...values, podAnnotations: { 'regsecret.test/version': 'next' } });
    await controllerReady(home, name);
    expect(await secrets()).toEqual(before);
    expect(await podIn(await newTeam(), basic.privateImage)).toEqual({ phase: 'Running' });
    await helm(['uninstall', name, '--wait']);
    expect(await secrets()).toEqual(before);
    const kinds = 'clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings';
    const left = await kubectl(['get', kinds, '-l', `app.kubernetes.io/instance=${name}`]);
    expect(left).toMatchObject({ code: 0, stdout: '' });
  });
});
