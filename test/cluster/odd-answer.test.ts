/** For an unusable answer every command's error names the server, the path and what is wrong. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { here } from '../support/here.ts';

interface Answer {
  readonly status?: number;
  readonly body: string;
}

/** Runs a command line against a server that gives `answer` to every request except the one for the namespace. */
async function said(args: readonly string[], answer: string | ((request: string) => Answer)) {
  const requests: string[] = [];
  const server = createServer(({ method, url }, response) => {
    const request = `${method} ${url}`;
    requests.push(request);
    const given = typeof answer === 'string' ? { body: answer } : answer(request);
    const { status = 200, body } = url === '/api/v1/namespaces/team' ? { body: '{"metadata":{"name":"team"}}' } : given;
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { KUBECONFIG: '/dev/null', HOME: '/nonexistent', PATH: '' };
  const { code, stderr } = await here([...args, '--api-server', url, '-n', 'team'], { env, stdin: 'x' });
  return { code, stderr: stderr.replaceAll(url, 'SERVER'), requests };
}

const LOGIN = ['--server', 'r.io', '--username', 'u', '--password-stdin'];
const SECRET = '/api/v1/namespaces/team/secrets/pull';

describe.each<[args: readonly string[], request: string]>([
  [['inspect', 'pull'], `GET ${SECRET}`],
  [['verify', 'pull'], `GET ${SECRET}`],
  [['attach', 'pull', '--sa', 'default'], `GET ${SECRET}`],
  [['create', 'pull', ...LOGIN], 'POST /api/v1/namespaces/team/secrets'],
  [['why', 'pod/web'], 'GET /api/v1/namespaces/team/pods/web'],
])('%j', (args, request) => {
  test.each([
    ['', 'nothing'],
    ['null', 'null, which is not an object'],
    ['[]', '[], which is not an object'],
    ['"x"', '"x", which is not an object'],
    ['{}', 'an object without a name'],
    ['{"kind":"Status","status":"Success"}', 'an object without a name'],
    ['{"metadata":null}', 'an object without a name'],
  ])('%s', async (body, what) => {
    const { code, stderr } = await said(args, body);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`error: the server SERVER answers ${request} with ${what}`),
    ]);
  });

  test('204', async () => {
    const { code, stderr } = await said(args, () => ({ status: 204, body: '' }));
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`error: the server SERVER answers ${request} with nothing`),
    ]);
  });

  test('no JSON', async () => {
    const { code, stderr } = await said(args, '<html>Sign in</html>');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`the server SERVER does not answer ${request} in JSON`),
    ]);
  });
});

describe.each<[args: readonly string[]]>([[['list']], [['doctor', '--offline']], [['list', '-o', 'json']]])(
  '%j',
  (args) => {
    test.each([
      ['', 'nothing'],
      ['null', 'nothing'],
      ['{}', 'an object that is not a list'],
      ['{"items":{}}', 'an object that is not a list'],
      ['{"kind":"PodList","items":[null]}', 'a list with an item that is not an object'],
      ['{"kind":"PodList","items":[{"metadata":{}}]}', 'a list with an item that is not an object'],
    ])('%s', async (body, what) => {
      const { code, stderr } = await said(args, body);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^error: the server SERVER answers GET \/api\S+ with /),
      ]);
      expect(stderr).toContain(` with ${what}`);
    });

    test('204', async () => {
      const { code, stderr } = await said(args, () => ({ status: 204, body: '' }));
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^error: the server SERVER answers GET \S+ with nothing/),
      ]);
    });

    test('an empty list, as Go writes it', async () => {
      expect((await said(args, '{"kind":"SecretList","metadata":{},"items":null}')).code).toBe(0);
    });
  },
);

describe('a Secret', () => {
  const metadata = { name: 'pull', namespace: 'team' };
  test.each([
    [{ metadata, data: 7 }, 'a Secret whose data is not a map of strings'],
    [{ metadata, data: { a: 7 } }, 'a Secret whose data is not a map of strings'],
    [{ metadata, data: { a: 'x' } }, 'a Secret whose data is not in base64'],
    [{ metadata, type: {} }, 'a Secret whose type is not a string'],
    [{ metadata: { ...metadata, annotations: 'x' } }, 'a Secret with malformed metadata'],
    [{ metadata: { ...metadata, managedFields: {} } }, 'a Secret with malformed metadata'],
    [{ metadata: { ...metadata, creationTimestamp: 1 } }, 'a Secret with malformed metadata'],
  ])('%j', async (body, what) => {
    const { code, stderr } = await said(['inspect', 'pull'], JSON.stringify(body));
    expect([code, stderr]).toEqual([1, expect.stringContaining(`answers GET ${SECRET} with ${what}`)]);
  });

  test.each(['data', 'type', 'metadata.annotations'])('whose %s is null', async (field) => {
    const [name = '', inner] = field.split('.');
    const body = { metadata, [name]: inner === undefined ? null : { ...metadata, [inner]: null } };
    const { code, stderr } = await said(['verify', 'pull'], JSON.stringify(body));
    expect([code, stderr]).toEqual([1, expect.not.stringContaining('this is a bug')]);
  });
});

const ODD = [
  '',
  'null',
  '[]',
  '"x"',
  '7',
  '{}',
  '{"metadata":null}',
  '{"metadata":{}}',
  '{"kind":"Status","status":"Success"}',
];
const PULL = JSON.stringify({
  metadata: { name: 'pull', namespace: 'team', uid: '1' },
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': Buffer.from('{"auths":{"r.io":{"auth":"dTpw"}}}').toString('base64') },
});

describe('a Secret that is there already', () => {
  test.each([7, 'x', [], { '.dockerconfigjson': 7 }])('its data is %j: create', async (data) => {
    const metadata = { name: 'pull', namespace: 'team', uid: '1' };
    const { code, stderr, requests } = await said(['create', 'pull', ...LOGIN], (request) =>
      request.startsWith('POST')
        ? { status: 409, body: '{"kind":"Status","status":"Failure","reason":"AlreadyExists","code":409}' }
        : { body: JSON.stringify({ metadata, type: 'kubernetes.io/dockerconfigjson', data }) },
    );
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`answers GET ${SECRET} with a Secret whose data is not a map of strings`),
    ]);
    expect(requests.filter((request) => !request.startsWith('GET'))).toHaveLength(1);
  });
});

describe.each(ODD)('%s', (body) => {
  test('for a service account is not asked for again and again', async () => {
    const args = ['attach', 'pull', '--sa', 'default'];
    const account = '/api/v1/namespaces/team/serviceaccounts/default';
    const { code, stderr, requests } = await said(args, (request) => ({
      body: request.endsWith(SECRET) ? PULL : body,
    }));
    expect([code, stderr]).toEqual([1, expect.stringContaining(`the server SERVER answers GET ${account} with `)]);
    expect(requests.filter((request) => request.endsWith(account))).toHaveLength(1);
  });

  test('for the dry run of a pod that is to be created again: the pod stays', async () => {
    const pod = JSON.stringify({
      metadata: { name: 'web', namespace: 'team', uid: '2' },
      spec: { containers: [{ name: 'web', image: 'r.io/web:1' }] },
    });
    const args = ['attach', 'pull', '--pod', 'web', '--recreate'];
    const { code, stderr, requests } = await said(args, (request) => {
      if (request.endsWith(SECRET)) return { body: PULL };
      return { body: request.endsWith('GET /api/v1/namespaces/team/pods/web') ? pod : body };
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('the server SERVER answers POST ')]);
    expect(requests.filter((request) => request.startsWith('DELETE'))).toEqual([]);
  });
});
