/** Values that the API server refuses as a list of pull secrets, and what regsecret proposes instead. */
import { expect, test } from 'vitest';
import { listFault } from '../../src/manifests/objects.ts';
import { describeFault } from '../../src/workloads/pull-spec.ts';

test.each<[value: unknown, write: string | undefined]>([
  [undefined, undefined],
  [null, undefined],
  [[], undefined],
  [[{ name: 'regcred' }], undefined],
  [['regcred'], '- name: regcred'],
  [['Not a name'], '- name: SECRET'],
  ['regcred', 'imagePullSecrets: [{name: regcred}]'],
  ['Not a name', 'imagePullSecrets: [{name: SECRET}]'],
  ['', 'imagePullSecrets: [{name: SECRET}]'],
  [{ name: 'regcred' }, 'imagePullSecrets: [{name: regcred}]'],
  [{ name: `\${SECRET}` }, 'imagePullSecrets: [{name: SECRET}]'],
  [{}, 'imagePullSecrets: [{name: SECRET}]'],
  [false, 'imagePullSecrets: [{name: SECRET}]'],
  // Placeholders whose value is unknown.
  [['$(SECRET)'], undefined],
  [`\${LIST}`, undefined],
  ['{{ .Values.list }}', undefined],
  [{ '{".Values.list":null}': null }, undefined],
])('%j → %s', (value, write) => {
  const fault = listFault(value);
  expect(fault && describeFault(fault).split('; write ')[1]).toBe(write);
});
