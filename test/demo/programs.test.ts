/** Which programs the demo builds. */
import { expect, test } from 'vitest';
import type { ProgramName } from '../environment/programs.ts';
import { neededPrograms } from './programs.ts';

const SERVER: readonly ProgramName[] = ['etcd', 'kube-apiserver', 'app'];
const NODE: readonly ProgramName[] = ['kubelet', 'containerd', 'containerd-shim-runc-v2'];

test.each<[string, { node: boolean; kubectl: boolean }, readonly ProgramName[]]>([
  ['a machine that can run a node', { node: true, kubectl: true }, [...SERVER, ...NODE]],
  ['a machine without kubectl', { node: true, kubectl: false }, [...SERVER, 'kubectl', ...NODE]],
  ['a machine that cannot run a node', { node: false, kubectl: true }, SERVER],
])('%s', (_, has, expected) => {
  expect(neededPrograms(has)).toEqual(expected);
});
