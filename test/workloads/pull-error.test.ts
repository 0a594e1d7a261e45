/** Messages of kubelets in the field, and what they mean. */
import { describe, expect, test } from 'vitest';
import { imageUses } from '../../src/workloads/container-images.ts';
import { PULL_ERROR_TEXTS, type PullError, pullErrorOf } from '../../src/workloads/pull-error.ts';

const resolve = (image: string): string =>
  `failed to pull and unpack image "${image}": failed to resolve reference "${image}": `;
const denied = 'pull access denied, repository does not exist or may require authorization: ';

const texts: Readonly<Record<string, readonly (readonly [text: string, pullError: PullError])[]>> = {
  containerd: [
    [`${resolve('r.io/a:1')}${denied}authorization failed: no basic auth credentials`, 'no credential'],
    [
      `${resolve('ghcr.io/a/b:1')}failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aa%2Fb%3Apull&service=ghcr.io: 403 Forbidden`,
      'no credential',
    ],
    [
      `${resolve('ghcr.io/a/b:1')}failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aa%2Fb%3Apull&service=ghcr.io: 403 Forbidden`,
      'refused',
    ],
    [
      `${resolve('r.io/a:1')}unexpected status from HEAD request to http://r.io/v2/a/manifests/1: 401 Unauthorized`,
      'refused',
    ],
    [
      `${resolve('r.io/a:1')}unexpected status from HEAD request to https://r.io/v2/a/manifests/1: 403 Forbidden`,
      'no access',
    ],
    [`${resolve('r.io/a:1')}${denied}server message: insufficient_scope: authorization failed`, 'no access'],
    [`${resolve('r.io/a:1')}r.io/a:1: not found`, 'not found'],
    [
      `${resolve('docker.io/library/nginx:1')}unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.`,
      'rate limited',
    ],
    [
      `${resolve('r.io/a:1')}failed to do request: Head "https://r.io/v2/a/manifests/1": dial tcp: lookup r.io on 10.0.0.2:53: no such host`,
      'name',
    ],
    [
      `${resolve('r.io/a:1')}failed to do request: Head "https://r.io/v2/a/manifests/1": dial tcp 10.0.0.9:443: connect: connection refused`,
      'connection',
    ],
    [
      `${resolve('r.io/a:1')}failed to do request: Head "https://r.io/v2/a/manifests/1": dial tcp 10.0.0.9:443: i/o timeout`,
      'timeout',
    ],
    [
      `${resolve('r.io/a:1')}failed to do request: Head "https://r.io/v2/a/manifests/1": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      'authority',
    ],
    [
      `${resolve('r.io/a:1')}failed to do request: Head "https://r.io/v2/a/manifests/1": http: server gave HTTP response to HTTPS client`,
      'tls',
    ],
    [`failed to pull and unpack image "r.io/a:1": no match for platform in manifest: not found`, 'platform'],
    [
      `failed to pull and unpack image "r.io/a:1": failed to copy: httpReadSeeker: failed open: content at https://r.io/v2/a/blobs/sha256:1 not found: not found`,
      'layers',
    ],
    [
      `failed to pull and unpack image "r.io/a:1": failed to copy: httpReadSeeker: failed open: unexpected status code https://r.io/v2/a/blobs/sha256:1: 403 Forbidden`,
      'layers',
    ],
    [
      `failed to pull and unpack image "r.io/a:1": failed to extract layer sha256:1: write /var/lib/containerd/x: no space left on device`,
      'disk',
    ],
    [
      `[${resolve('r.io/a:1')}unexpected status from HEAD request to http://r.io/v2/a/manifests/1: 401 Unauthorized, ${resolve('r.io/a:1')}r.io/a:1: not found]`,
      'not found',
    ],
    [
      `${resolve('docker.io/library/nginx:1')}failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token": dial tcp 10.0.0.9:443: i/o timeout`,
      'timeout',
    ],
  ],
  'CRI-O': [
    ['reading manifest v1 in 10.0.0.22:5000/flannel/flannel: authentication required', 'unauthorized'],
    ['unable to retrieve auth token: invalid username/password: unauthorized: Please login to the registry', 'refused'],
    [
      'initializing source docker://quay.io/a/b:1: reading manifest 1 in quay.io/a/b: unauthorized: access to the requested resource is not authorized',
      'unauthorized',
    ],
    ['reading manifest 1 in docker.io/a/b: requested access to the resource is denied', 'no access'],
    ['Requesting bearer token: invalid status code from registry 403 (Forbidden)', 'unauthorized'],
    ['initializing source docker://r.io/a:1: reading manifest 1 in r.io/a: manifest unknown', 'not found'],
    ['reading blob sha256:1: fetching blob: denied: requested access to the resource is denied', 'layers'],
    ['short name mode is enforcing, but image name web:latest returns ambiguous list', 'invalid name'],
    ['reading manifest 1 in r.io/a: name unknown: repository not known to registry', 'not found'],
    [
      'Error choosing image instance: no image found in manifest list for architecture arm64, variant v8, OS linux',
      'platform',
    ],
    ['initializing source docker://docker.io/a/b:latest: No image for arch arm64 found (but for "amd64")', 'platform'],
    ['pinging container registry r.io: Get "https://r.io/v2/": dial tcp: lookup r.io: no such host', 'name'],
    [
      'pinging container registry r.io: Get "https://r.io/v2/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
      'dates',
    ],
    ['toomanyrequests: You have reached your pull rate limit', 'rate limited'],
    [
      'writing blob: storing blob to file "/var/tmp/storage1/1": write /var/tmp/storage1/1: no space left on device',
      'disk',
    ],
  ],
  docker: [
    [
      "Error response from daemon: pull access denied for a/b, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      'no access',
    ],
    ['Error response from daemon: Get https://r.io/v2/: unauthorized: incorrect username or password', 'refused'],
    ['Error response from daemon: Get http://r.io/v2/a/manifests/1: no basic auth credentials', 'no credential'],
    ['Error response from daemon: manifest for r.io/a:1 not found: manifest unknown: manifest unknown', 'not found'],
    ['Error response from daemon: no matching manifest for linux/arm64/v8 in the manifest list entries', 'platform'],
  ],
  'the kubelet itself': [
    ['pull QPS exceeded', 'postponed'],
    ['Container image "r.io/a:1" is not present with pull policy of Never', 'never'],
    ['illegal base64 data at input byte 9', 'undecodable'],
    ['unable to parse auth field, must be formatted as base64(username:password)', 'undecodable'],
    [
      'json: cannot unmarshal number into Go struct field dockerConfigEntryWithAuth.password of type string',
      'undecodable',
    ],
    ['unexpected end of JSON input', 'undecodable'],
    ["invalid character 'x' looking for beginning of value", 'undecodable'],
    ['Back-off pulling image "r.io/a:1"', 'other'],
    ['the moon is full', 'other'],
  ],
};

describe.each(Object.entries(texts))('%s', (_, rows) => {
  test.each(rows)('%s', (text, pullError) => {
    expect(pullErrorOf('ErrImagePull', text)).toBe(pullError);
    // From the second attempt on the reason differs, and the text follows another one (kubelet 1.32 and later).
    const backOff = `Back-off pulling image "x": ErrImagePull: ${text}`;
    expect(pullErrorOf('ImagePullBackOff', backOff)).toBe(pullError);
    if (pullError !== 'undecodable')
      expect(pullErrorOf('ErrImagePull', `rpc error: code = Unknown desc = ${text}`)).toBe(pullError);
  });
});

test('a name that is none', () => {
  expect(pullErrorOf('InvalidImageName', 'Failed to apply default image tag "A": couldn\'t parse image name')).toBe(
    'invalid name',
  );
});

describe('how far a container has come', () => {
  const waiting = (reason?: string, more: object = {}) => ({
    state: { waiting: { reason, message: 'm' } },
    imageID: '',
    ...more,
  });
  test.each([
    ['it runs', { state: { running: {} }, imageID: 'sha256:1' }, 'there'],
    ['it has ended', { state: { terminated: { exitCode: 0 } }, imageID: 'sha256:1' }, 'there'],
    ['it crashes', waiting('CrashLoopBackOff', { imageID: 'sha256:1' }), 'there'],
    ['it cannot be made', waiting('CreateContainerConfigError'), 'there'],
    ['its image is pulled', waiting('ContainerCreating'), 'not tried'],
    ['it waits for the init containers', waiting('PodInitializing'), 'not tried'],
    ['it waits without a reason', waiting(), 'not tried'],
    ['its image cannot be pulled', waiting('ErrImagePull'), 'missing'],
    [
      'its image cannot be pulled again, after a restart',
      waiting('ImagePullBackOff', { imageID: 'sha256:1' }),
      'missing',
    ],
    ['its image has no valid name', waiting('InvalidImageName'), 'missing'],
    ['the reason is the whole error', waiting('illegal base64 data at input byte 9'), 'missing'],
    ['nothing is known', {}, 'not tried'],
  ] as const)('%s', (_, status, is) => {
    const spec = { containers: [{ name: 'app', image: 'r.io/a:1' }] };
    const [use] = imageUses(spec, { containerStatuses: [{ name: 'app', ...status }] });
    expect(use?.state.status).toBe(is);
  });
});

test('one image in several containers is one, as far as its worst container has come', () => {
  const container = (name: string, image: string, imagePullPolicy?: string) => ({ name, image, imagePullPolicy });
  const spec = {
    initContainers: [container('init', 'r.io/a:1')],
    containers: [container('app', 'r.io/a:1'), container('sidecar', 'r.io/b'), container('never', 'r.io/a:1', 'Never')],
    volumes: [{ name: 'data', image: { reference: 'r.io/c@sha256:1' } }],
  };
  const status = {
    initContainerStatuses: [{ name: 'init', state: { terminated: {} } }],
    containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ErrImagePull', message: 'x' } } }],
  };
  expect(
    imageUses(spec, status).map(({ image, containers, policy, state }) => [image, containers, policy, state.status]),
  ).toEqual([
    ['r.io/a:1', ['init', 'app'], 'IfNotPresent', 'missing'],
    ['r.io/b', ['sidecar'], 'Always', 'not tried'],
    ['r.io/a:1', ['never'], 'Never', 'not tried'],
    ['r.io/c@sha256:1', ['data'], 'IfNotPresent', 'not tried'],
  ]);
  expect(imageUses(spec).map(({ state }) => state.status)).toEqual(Array(4).fill('not used'));
});

test('each error has words of its own', () => {
  const words = Object.values(PULL_ERROR_TEXTS);
  expect(new Set(words).size).toBe(words.length);
  expect(words).not.toContain('');
});
