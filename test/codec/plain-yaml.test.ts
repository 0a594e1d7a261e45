/** The plain-YAML reader reads what js-yaml would read, or leaves the text to js-yaml. It reads the usual kubeconfigs itself. */
import { CORE_SCHEMA, dump, load, YAML11_SCHEMA } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { parsePlainYaml } from '../../src/codec/plain-yaml.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';

const BASE64 = 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM+/w==';

const usual = {
  'kubectl config, kind, k3s': `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${BASE64}
    server: https://127.0.0.1:6443
  name: kind-kind
contexts:
- context:
    cluster: kind-kind
    namespace: team-a
    user: kind-kind
  name: kind-kind
current-context: kind-kind
kind: Config
preferences: {}
users:
- name: kind-kind
  user:
    client-certificate-data: ${BASE64}
    client-key-data: ${BASE64}
`,
  'aws eks update-kubeconfig': `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${BASE64}
    server: https://ABC123.gr7.eu-west-1.eks.amazonaws.com
  name: arn:aws:eks:eu-west-1:111122223333:cluster/demo
contexts:
- context:
    cluster: arn:aws:eks:eu-west-1:111122223333:cluster/demo
    user: arn:aws:eks:eu-west-1:111122223333:cluster/demo
  name: arn:aws:eks:eu-west-1:111122223333:cluster/demo
current-context: arn:aws:eks:eu-west-1:111122223333:cluster/demo
kind: Config
users:
- name: arn:aws:eks:eu-west-1:111122223333:cluster/demo
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - --region
      - eu-west-1
      - eks
      - get-token
      - --output
      - json
      command: aws
`,
  minikube: `# by minikube
apiVersion: v1
kind: Config
clusters:
    - name: minikube
      cluster:
        certificate-authority: /home/me/.minikube/ca.crt
        extensions:
            - extension:
                provider: minikube.sigs.k8s.io
                version: "v1.37.0"
              name: cluster_info
        server: "https://192.168.49.2:8443"
        insecure-skip-tls-verify: false
users: []
contexts:
`,
};

test.each(Object.entries(usual))('the kubeconfig of %s is plain', (_title, content) => {
  expect(parsePlainYaml(content)).toEqual(load(content));
});

describe('is left to js-yaml', () => {
  test.each([
    'a: 1',
    'a: 0x1f',
    'a: 2020-01-01',
    'a: 12:30',
    'a: no',
    'a: Yes',
    'a: ~',
    'a: null',
    'a: .inf',
    'a: TRUE',
    'a: b c',
    'a: b # c',
    'a: b: c',
    'a: b:',
    'a: &x b',
    'a: *x',
    'a: !!str b',
    'a: |\n  b',
    'a: >-\n  b',
    'a: b\n  c',
    'a: "b\n  c"',
    'a: "\\u0041"',
    "a: 'it''s'",
    'a: {b: c}',
    'a: [b]',
    'a: b\na: c',
    'a:\n  b: c\n d: e',
    'a:\n    b: c\n  d: e',
    '- - a',
    '-\n  a: b',
    '- a\nb: c',
    'a: b\n- c',
    'a: b\n---\nc: d',
    'a: b\n...',
    '%YAML 1.2\n---\na: b',
    '? a\n: b',
    '"a": b',
    '<<: b',
    'a:b',
    'a: b\tc',
    'a: ü',
    'a: b\r\n',
    'text',
    '',
  ])('%j', (content) => {
    expect(parsePlainYaml(content)).toBeUndefined();
  });
});

const word = fc.constantFrom(
  'a',
  'server',
  'https://h:6443/p',
  'no',
  'true',
  'null',
  '1',
  '1e3',
  '',
  'x y',
  '#',
  "it's",
  '-',
  '- a',
  'a:',
  ': b',
  '{}',
  '[',
  '"',
  BASE64,
  '0b1',
  '.inf',
  '~',
  'é',
  'a #b',
  '--region',
  '!x',
  '&a',
  '%',
);
const plainWord = fc.constantFrom('a', 'https://h:6443/p', BASE64, '--region', '', 'two words');
const document = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    { weight: 9, arbitrary: plainWord },
    { weight: 1, arbitrary: word },
    { weight: 2, arbitrary: fc.boolean() },
    { weight: 6, arbitrary: tie('list') },
    { weight: 6, arbitrary: tie('map') },
  ),
  list: fc.array(tie('any'), { maxLength: 4 }),
  map: fc.dictionary(fc.constantFrom('a', 'b-c', 'name', 'user', 'x.y/z', 'no'), tie('any'), {
    minKeys: 1,
    maxKeys: 4,
  }),
})).map;

test('a document that is written in blocks, in any style, has the same value in all three', () => {
  let plain = 0;
  fc.assert(
    fc.property(
      document,
      fc.boolean(),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('single', 'double'),
      (it, noArrayIndent, indent, quoteStyle) => {
        const content = dump(it, { seqNoIndent: noArrayIndent, indent, quoteStyle, lineWidth: -1 } as object);
        const read = parsePlainYaml(content);
        if (read === undefined) return;
        plain += 1;
        expect(read).toEqual(load(content, { schema: CORE_SCHEMA }));
        expect(read).toEqual(load(content, { schema: YAML11_SCHEMA }));
      },
    ),
    { numRuns: 5000 },
  );
  // A reader that leaves everything to js-yaml proves nothing.
  expect(plain).toBeGreaterThan(500);
});

test('lines put together at random mean the same to js-yaml, or nothing here', () => {
  const line = fc
    .tuple(fc.nat(6), fc.constantFrom('', '- ', '-', '-  '), fc.constantFrom('', 'a:', 'b: ', 'c:  '), word)
    .map(([indent, dash, key, text]) => `${' '.repeat(indent)}${dash}${key}${text}`);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      const content = lines.join('\n');
      const read = parsePlainYaml(content);
      if (read === undefined) return;
      expect(read).toEqual(load(content, { schema: CORE_SCHEMA }));
      expect(read).toEqual(load(content, { schema: YAML11_SCHEMA }));
    }),
    { numRuns: cases(10_000, 100_000) },
  );
});
