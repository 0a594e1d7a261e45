/** Fields of manifests that the API server drops or refuses, as far as that is known without it. */
import { expect, test } from 'vitest';
import { fieldFaults } from '../../src/manifests/field-faults.ts';
import { readManifest } from '../../src/manifests/read-objects.ts';
import { lineNumber } from '../../src/text/text-edit.ts';
import { describeFault } from '../../src/workloads/field-fault.ts';
import { manifestKindOf } from '../../src/workloads/kind.ts';

/** Each fault of the first object in `text`, with its line. */
function faultsIn(text: string): string[] {
  const [placed] = readManifest({ name: 'a.yaml', text }).objects;
  if (placed === undefined) throw new Error('no object');
  const faults = fieldFaults(placed, manifestKindOf(placed.value));
  return faults.map((fault) => `${lineNumber(text, fault.node.start)}: ${describeFault(fault, 'it')}`);
}

const pod = (spec: string): string => `apiVersion: v1\nkind: Pod\nspec:\n  ${spec}\n`;
const entry = (write: string): string[] => [
  `4: the API server refuses it: spec.imagePullSecrets[0] is not a map; write - name: ${write}`,
];
const whole = (write: string): string[] => [
  `4: the API server refuses it: spec.imagePullSecrets is not a list; write imagePullSecrets: [{name: ${write}}]`,
];

test.each<[list: string, faults: string[]]>([
  ['', []],
  ['null', []],
  ['[]', []],
  ['[{name: regcred}]', []],
  ['[{}]', []],
  ['[regcred]', entry('regcred')],
  ['[Not a name]', entry('SECRET')],
  ['regcred', whole('regcred')],
  ['Not a name', whole('SECRET')],
  ['""', whole('SECRET')],
  ['{name: regcred}', whole('regcred')],
  [`{name: "\${SECRET}"}`, whole('SECRET')],
  ['{}', whole('SECRET')],
  ['false', whole('SECRET')],
  // Placeholders, whose value is unknown.
  ['[$(SECRET)]', []],
  [`\${LIST}`, []],
  ["'{{ .Values.list }}'", []],
  ['{{ .Values.list }}', []],
])('imagePullSecrets: %s', (list, faults) => {
  expect(faultsIn(pod(`imagePullSecrets: ${list}`))).toEqual(faults);
});

const is = (field: string, expected: string): string => `4: the API server refuses it: ${field} is not a ${expected}`;

test.each<[situation: string, text: string, faults: string[]]>([
  ['a word that kubectl reads as a boolean', pod('nodeName: yes'), [is('spec.nodeName', 'string')]],
  ['the same word in quotes', pod('nodeName: "yes"'), []],
  ['a number in quotes', pod('priority: "1"'), [is('spec.priority', 'whole number')]],
  ['a fraction', pod('priority: 1.5'), [is('spec.priority', 'whole number')]],
  ['a boolean in quotes', pod('hostNetwork: "true"'), [is('spec.hostNetwork', 'boolean')]],
  ['a number that is not finite', pod('priority: .inf'), [is('spec.priority', 'whole number')]],
  ['variables', pod(`{nodeName: $NODE, priority: "\${N}", hostNetwork: $(H), $X: 1}`), []],
  ['directives of a patch', pod('{$patch: replace, containers: [{$patch: delete, name: a}]}'), []],
  ['an amount', pod('containers: [{resources: {limits: {cpu: 1, memory: 1Gi}}}]'), []],
  [
    'a port with a name',
    pod('containers: [{livenessProbe: {httpGet: {port: http}}}, {livenessProbe: {httpGet: {port: 80}}}]'),
    [],
  ],
  ['a status', 'apiVersion: v1\nkind: Pod\nstatus: {foo: 1}\n', []],
  ['a merge key', 'apiVersion: v1\nkind: Pod\nmetadata: &a {name: a}\nspec: {containers: [{<<: *a, image: b}]}\n', []],
  ['a Secret of SOPS', 'apiVersion: v1\nkind: Secret\ndata: {a: "ENC[x]"}\nsops: {mac: x}\n', []],
  ['an older version of a kind', 'apiVersion: extensions/v1beta1\nkind: Deployment\nspec: {rollbackTo: {}}\n', []],
  ['a kind of others', 'apiVersion: acme.example/v1\nkind: Pod\nspec: {foo: 1}\n', []],
  [
    'a kind of others with a pod template',
    'apiVersion: argoproj.io/v1\nkind: Rollout\nspec:\n  template: {spec: {foo: 1, imagePullSecrets: [regcred], containers: []}}\n',
    ['4: the API server refuses it: spec.template.spec.imagePullSecrets[0] is not a map; write - name: regcred'],
  ],
  ['a field twice: the last counts', pod('priority: x\n  priority: 1'), []],
])('%s', (_, text, faults) => {
  expect(faultsIn(text)).toEqual(faults);
});

test('of many faults of an object the first are found', () => {
  const fields = Array.from({ length: 1000 }, (_, index) => `x${index}: 1`).join('\n  ');
  expect(faultsIn(pod(fields))).toHaveLength(20);
});
