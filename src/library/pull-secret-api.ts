/** The parts of a program's client that the library needs, as types only, so that @kubernetes/client-node is no dependency. */
import type { CoreV1Api } from '@kubernetes/client-node';

/** The part of client-node's `CoreV1Api` that is used. */
export type PullSecretApi = Pick<
  CoreV1Api,
  | 'createNamespacedSecret'
  | 'readNamespacedSecret'
  | 'patchNamespacedSecret'
  | 'readNamespacedServiceAccount'
  | 'patchNamespacedServiceAccount'
>;
