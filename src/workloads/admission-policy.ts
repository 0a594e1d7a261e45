/** The policy of `sync --admission`, by which the API server adds the name of a pull secret to new pods. */

/** The group of admission policies. */
export const ADMISSION_API = 'admissionregistration.k8s.io';
/** Label on the policy and its binding. A chart has its own value for `app.kubernetes.io/managed-by`. */
export const ADMISSION = 'regsecret/admission';

/** Annotation on the policy: the selection of namespaces as JSON, because nobody reads it back from an expression. */
export const SELECTION = 'regsecret/selection';

/** The policy and its binding, in the order in which they are applied. Both have one name. */
export const ADMISSION_KINDS = [
  { kind: 'MutatingAdmissionPolicy', group: ADMISSION_API, plural: 'mutatingadmissionpolicies' },
  { kind: 'MutatingAdmissionPolicyBinding', group: ADMISSION_API, plural: 'mutatingadmissionpolicybindings' },
] as const;
export type AdmissionKind = (typeof ADMISSION_KINDS)[number]['kind'];

/** The name of the policy for the copies of a source. A namespace has no dot in its name, so no two sources share it. */
export function admissionName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `regsecret.${namespace}.${name}`;
}
