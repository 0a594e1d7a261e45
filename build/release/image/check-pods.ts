/** Runs the images in pods of a real kubelet, which pulls them with a pull secret made by regsecret. */
import { resolve } from 'node:path';
import { run } from '../../../test/environment/child.ts';
import { waitFor } from '../../../test/environment/condition.ts';
import type { ClusterInfo } from '../../../test/environment/control-plane.ts';
import { runKubectl } from '../../../test/environment/kubectl.ts';
import { janedoe } from '../../../test/environment/registries.ts';
import { type CarefulPod, carefulPod } from '../../../test/support/careful-pod.ts';
import { executableName, hostName } from '../../targets.ts';
import type { ImageVariant, ReleaseInfo } from '../release-info.ts';

export interface ImageOnRegistry {
  readonly cluster: ClusterInfo;
  /** The registry host as in image names. */
  readonly host: string;
  readonly image: string;
  readonly variant: ImageVariant;
  readonly release: ReleaseInfo;
}

type Step = Pick<CarefulPod, 'args' | 'command' | 'dockerConfig' | 'env'> & {
  readonly says: RegExp;
  /** The final phase of the pod. */
  readonly ends?: 'Succeeded' | 'Failed';
};

/** Returns the commands that were run, and the seconds of the first pod from its creation to its end, including the pull. */
export async function checkPods(where: ImageOnRegistry): Promise<{ readonly said: string; readonly seconds: number }> {
  const namespace = `image${where.variant}`;
  await kubectl(where, ['create', 'namespace', namespace]);
  await waitFor(async () => (await runKubectl(where.cluster, ['get', 'sa', 'default', '-n', namespace])).code === 0, {
    what: 'the service account',
  });
  const pullSecret = ['--server', where.host, '--username', janedoe.username, '--password-stdin', '-n', namespace];
  await ours(where, ['create', 'own', ...pullSecret], janedoe.password);
  const role = await ours(where, ['rbac', '--for', `sa/${namespace}:default`, '--name', namespace, 'list', '-A']);
  await kubectl(where, ['apply', '-f', '-'], role);
  const config = JSON.stringify({ credHelpers: { [ECR]: 'ecr-login' } });
  await kubectl(where, ['create', 'configmap', 'docker', `--from-literal=config.json=${config}`, '-n', namespace]);

  const steps = [...stepsOf(where.release), ...(where.variant === '' ? [] : helperSteps())];
  const seconds: number[] = [];
  for (const [index, step] of steps.entries()) seconds.push(await take(where, namespace, `step-${index}`, step));
  const said = steps.map(({ command = ['regsecret'], args }) => `\`${[...command, ...args].join(' ')}\``).join(', ');
  return { said, seconds: seconds[0] ?? 0 };
}

const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
/** Keeps the AWS SDK from contacting the metadata service of a cloud machine. */
const NO_CLOUD = { AWS_EC2_METADATA_DISABLED: 'true' };

function stepsOf({ version, commit }: ReleaseInfo): readonly Step[] {
  return [
    { args: ['--version'], says: new RegExp(`^${version} \\(${commit.slice(0, 12)}\\)$`, 'm') },
    { args: ['list', '-A'], says: /^image\S* +own +dockerconfigjson/m },
  ];
}

/**
 * Steps for the credential helpers: each starts, and regsecret asks the one in its config, which has no login because there is no
 * cloud here.
 */
function helperSteps(): readonly Step[] {
  const asked = ['create', 'x', '--server', ECR, '--dry-run=client'];
  return [
    { command: ['docker-credential-ecr-login'], args: ['-v'], says: /amazon-ecr-credential-helper/ },
    { command: ['docker-credential-gcr'], args: ['version'], says: /Google Container Registry/ },
    { args: asked, dockerConfig: 'docker', env: NO_CLOUD, says: /have no login for 123456789012/, ends: 'Failed' },
  ];
}

async function take(where: ImageOnRegistry, namespace: string, name: string, step: Step): Promise<number> {
  const { image, cluster } = where;
  const started = performance.now();
  const pod = carefulPod({ ...step, name, image, server: cluster.server, pullSecret: 'own' });
  await kubectl(where, ['create', '-n', namespace, '-f', '-'], JSON.stringify(pod));
  const get = ['get', 'pod', name, '-n', namespace, '-o', 'jsonpath={.status.phase}'];
  const phase = await waitFor(async () => /Succeeded|Failed/.exec((await runKubectl(cluster, get)).stdout)?.[0], {
    what: `${image} ${step.args.join(' ')} to end`,
    deadlineMs: 120_000,
    everyMs: 100,
  });
  const seconds = (performance.now() - started) / 1000;
  const said = await kubectl(where, ['logs', name, '-n', namespace]);
  if (phase !== (step.ends ?? 'Succeeded') || !step.says.test(said))
    throw new Error(`${step.args.join(' ')}: ${phase}, ${said}`);
  return seconds;
}

async function kubectl({ cluster }: ImageOnRegistry, args: readonly string[], stdin?: string): Promise<string> {
  const { code, stdout, stderr } = await runKubectl(cluster, args, stdin === undefined ? {} : { stdin });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Runs the executable of the release on this machine. */
async function ours({ cluster }: ImageOnRegistry, args: readonly string[], stdin?: string): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: cluster.home, KUBECONFIG: cluster.kubeconfig };
  const command = resolve('exe', executableName(hostName()));
  const { code, stdout, stderr } = await run(command, args, { env, ...(stdin === undefined ? {} : { stdin }) });
  if (code !== 0) throw new Error(`regsecret ${args.join(' ')}: ${stderr}`);
  return stdout;
}
