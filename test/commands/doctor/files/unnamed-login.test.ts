/** `doctor -f` and a login in the files that the object which needs it does not name. */
import { describe, expect, test } from 'vitest';
import { CANARY } from '../../../support/canary.ts';
import { report, secretOf } from '../../../support/doctor-files.ts';

/** A pod or a pod template as JSON, for a stream of documents. */
interface Pulls {
  readonly list?: readonly string[];
  readonly images: readonly string[];
  readonly namespace?: string;
  readonly policy?: string;
}

const cronJob = (name: string, { list, images, namespace, policy }: Pulls): object => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name, namespace },
  spec: {
    jobTemplate: {
      spec: {
        template: {
          spec: {
            imagePullSecrets: list?.map((one) => ({ name: one })),
            containers: images.map((image, index) => ({ name: `c${index}`, image, imagePullPolicy: policy })),
          },
        },
      },
    },
  },
});
const login = (name: string, server: string, namespace?: string): object =>
  secretOf({ name, namespace }, JSON.stringify({ auths: { [server]: { username: 'janedoe', password: CANARY } } }));
const account = (list: readonly string[], name = 'default'): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name },
  imagePullSecrets: list.map((one) => ({ name: one })),
});

describe('a login in the files that is not named by what needs it', () => {
  const own = '127.0.0.1:5000/web:v1';
  const OWN = login('regcreds', '127.0.0.1:5000');
  const hub = (name: string): object => login(name, 'https://index.docker.io/v1/');
  const none = 'cronjob nightly has no pull secret, and secret regcreds in these files has a login for';
  const unseen = '; serviceaccount default may use it, but is not in these files';
  test.each<[string, object[], string | undefined]>([
    ['no list', [OWN, cronJob('nightly', { images: [own] })], `${none} ${own}${unseen}`],
    [
      'no list, beside one that has one',
      [OWN, cronJob('web', { images: [own], list: ['regcreds'] }), cronJob('nightly', { images: [own] })],
      `${none} ${own}${unseen}`,
    ],
    [
      'no list, and none of the service account',
      [OWN, account([]), cronJob('nightly', { images: [own] })],
      `${none} ${own}`,
    ],
    [
      'no list, but one of the service account',
      [OWN, account(['regcreds']), cronJob('nightly', { images: [own] })],
      undefined,
    ],
    [
      'no list, and the service account is another one',
      [OWN, account([], 'ci'), cronJob('nightly', { images: [own] })],
      `${none} ${own}${unseen}`,
    ],
    [
      'a list of another login',
      [OWN, login('a', 'a.io'), cronJob('nightly', { images: ['a.io/web', own], list: ['a'] })],
      `pull secret a of cronjob nightly has no entry for ${own}, only for a.io`,
    ],
    [
      'a list of the service account with another login',
      [OWN, login('a', 'a.io'), account(['a']), cronJob('nightly', { images: [own] })],
      `pull secret a of cronjob nightly has no entry for ${own}, only for a.io`,
    ],
    ['a list that is made elsewhere', [OWN, cronJob('nightly', { images: [own], list: ['$(SECRET)'] })], undefined],
    ['an image that may not be pulled', [OWN, cronJob('nightly', { images: [own], policy: 'Never' })], undefined],
    ['an image of another registry', [OWN, cronJob('nightly', { images: ['127.0.0.1:5001/web'] })], undefined],
    ['a login for another path', [login('a', '127.0.0.1:5000/team'), cronJob('nightly', { images: [own] })], undefined],
    [
      'a login of another namespace',
      [login('a', '127.0.0.1:5000', 'prod'), cronJob('nightly', { images: [own], namespace: 'dev' })],
      undefined,
    ],
    [
      'a login that is encrypted',
      [{ ...OWN, stringData: { '.dockerconfigjson': 'ENC[x]' } }, cronJob('nightly', { images: [own] })],
      undefined,
    ],
    [
      'a patch that has the list',
      [OWN, cronJob('nightly', { images: [own] }), cronJob('nightly', { images: [], list: ['regcreds'] })],
      undefined,
    ],
    [
      'a registry that all share',
      [login('regcreds', 'ghcr.io'), cronJob('nightly', { images: ['ghcr.io/acme/web'] })],
      `${none} ghcr.io/acme/web${unseen}`,
    ],
    [
      'an image of strangers there',
      [
        login('regcreds', 'ghcr.io'),
        cronJob('web', { images: ['ghcr.io/acme/web'], list: ['regcreds'] }),
        cronJob('nightly', { images: ['ghcr.io/tools/x'] }),
      ],
      undefined,
    ],
    [
      'an image of the same owner there',
      [
        login('regcreds', 'ghcr.io'),
        cronJob('web', { images: ['ghcr.io/acme/web'], list: ['regcreds'] }),
        cronJob('nightly', { images: ['ghcr.io/acme/x'] }),
      ],
      `${none} ghcr.io/acme/x${unseen}`,
    ],
    [
      'a public image of Docker Hub',
      [hub('regcreds'), cronJob('nightly', { images: ['nginx', 'grafana/grafana'] })],
      undefined,
    ],
    [
      'a public image of Docker Hub, beside a private one',
      [
        hub('regcreds'),
        cronJob('web', { images: ['acme/web'], list: ['regcreds'] }),
        cronJob('nightly', { images: ['nginx'] }),
      ],
      undefined,
    ],
    [
      'a private image of Docker Hub',
      [
        hub('regcreds'),
        cronJob('web', { images: ['acme/web'], list: ['regcreds'] }),
        cronJob('nightly', { images: ['acme/x:v1'] }),
      ],
      `${none} acme/x:v1${unseen}`,
    ],
  ])('%s', async (_, objects, message) => {
    const text = objects.map((one) => JSON.stringify(one)).join('\n---\n');
    const { findings } = await report(['-f', '-'], text);
    const found = findings.filter(({ code }) => code === 'no-pull-secret' || code === 'no-entry');
    expect(found.map((one) => one.message)).toEqual(message === undefined ? [] : [message]);
    expect(found.map(({ severity, fix }) => [severity, fix.command])).toEqual(
      found.map(() => ['warning', 'regsecret attach regcreds -f FILE --write']),
    );
  });
});
