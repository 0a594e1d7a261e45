/**
 * The steps of the Kubernetes page "Pull an image from a private registry", from a login with a real client to a private image on
 * a real kubelet.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { cluster, janedoe, kubectl, newNamespace, node, podSettled } from '../../environment/use.ts';
import { installed } from '../../support/installed.ts';
import { createPassStore, type PassStore, passPrograms } from '../../support/pass-store.ts';
import { execute, regsecret } from '../../support/program.ts';

/** The pod of the page. */
const podFile = (image: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: private-reg
spec:
  containers:
  - name: private-reg-container
    image: ${image}
    imagePullPolicy: Always
  imagePullSecrets:
  - name: regsecret
`;

type Environment = Readonly<Record<string, string>>;

function newHome(): Environment {
  const home = mkdtempSync(join(tmpdir(), 'regsecret-page-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, 'run'));
  return { HOME: home, XDG_RUNTIME_DIR: join(home, 'run') };
}

async function ok(command: readonly string[], env: Environment, stdin = ''): Promise<string> {
  const ran = await execute(command, { env, stdin });
  expect(ran.code, `${command.join(' ')}: ${ran.stderr}`).toBe(0);
  return ran.stdout;
}

/** Logs in with crane of go-containerregistry, which stores logins as docker does. */
function craneLogin(host: string, env: Environment): Promise<string> {
  const { crane } = node().registries;
  return ok([crane, 'auth', 'login', host, '--username', janedoe.username, '--password-stdin'], env, janedoe.password);
}

async function runPod(namespace: string, image: string): ReturnType<typeof podSettled> {
  const made = await kubectl(['create', '-n', namespace, '-f', '-'], { stdin: podFile(image) });
  expect(made.code, made.stderr).toBe(0);
  return podSettled(namespace, 'private-reg');
}

/** Creates the Secret from the stored login, then the pod. */
async function followPage(
  auth: 'basic' | 'bearer',
  env: Environment,
  from: string,
  flags: readonly string[] = [],
): Promise<void> {
  const { privateImage, host } = node().registries[auth];
  const namespace = await newNamespace({ serviceAccount: true });
  const kubeconfig = { KUBECONFIG: cluster().kubeconfig };
  const made = await regsecret(['create', 'regsecret', '-n', namespace, ...flags], { env: { ...env, ...kubeconfig } });
  expect(made.stderr).toContain(`${host}  janedoe  from ${from}`);
  expect(made).toMatchObject({ code: 0, stdout: 'secret/regsecret created\n' });
  expect(await runPod(namespace, privateImage)).toEqual({ phase: 'Running' });
}

describe.each(['basic', 'bearer'] as const)('with a registry that wants %s auth', (auth) => {
  test("a login in docker's config runs the private image", async () => {
    const env = newHome();
    await craneLogin(node().registries[auth].host, env);
    await followPage(auth, env, '~/.docker/config.json');
  });

  test('the same with a Secret of the legacy type', async () => {
    const env = newHome();
    await craneLogin(node().registries[auth].host, env);
    await followPage(auth, env, '~/.docker/config.json', ['--type', 'dockercfg']);
  });

  test('without the Secret the image is not pulled', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const { phase, reason } = await runPod(namespace, node().registries[auth].privateImage);
    expect(phase).toBe('Pending');
    expect(['ErrImagePull', 'ImagePullBackOff']).toContain(reason);
  });

  describe.runIf(installed('pass', passPrograms))('and a credential store', () => {
    let pass: PassStore;
    beforeAll(() => {
      pass = createPassStore();
      pass.init();
    });
    afterAll(() => pass.remove());

    test('a login that docker keeps there runs the private image', async () => {
      mkdirSync(join(pass.env.HOME ?? '', '.docker'));
      writeFileSync(join(pass.env.HOME ?? '', '.docker', 'config.json'), '{"credsStore":"pass"}');
      await craneLogin(node().registries[auth].host, pass.env);
      await followPage(auth, pass.env, 'docker credential store "pass"');
    });
  });

  test.runIf(installed('skopeo', ['skopeo']))('a login of podman runs the private image', async () => {
    const env = newHome();
    const { host } = node().registries[auth];
    const login = ['skopeo', 'login', '--tls-verify=false', '--username', janedoe.username, '--password-stdin', host];
    await ok(login, env, janedoe.password);
    await followPage(auth, env, 'podman auth.json');
  });
});
