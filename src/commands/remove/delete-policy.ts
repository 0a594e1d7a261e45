/** The policy of `sync --admission`, which goes with the source and its copies: without them, it names a Secret that is nowhere. */
import { ApiError, refusalOf } from '../../cluster/api-error.ts';
import { objectPath } from '../../cluster/object-request.ts';
import type { Reader } from '../../cluster/reader.ts';
import type { SecretRef } from '../../cluster/secret-request.ts';
import type { Transport } from '../../cluster/transport.ts';
import { SOURCE } from '../../secret/copy.ts';
import type { Secret } from '../../secret/secret.ts';
import { type Maker, makerOf } from '../../secret/secret-owner.ts';
import { ADMISSION, ADMISSION_KINDS, type AdmissionKind, admissionName } from '../../workloads/admission-policy.ts';
import type { DeleteRequest } from './delete-secrets.ts';

/** A policy or binding to delete. */
export interface PolicyObject {
  readonly kind: AdmissionKind;
  readonly name: string;
  readonly path: string;
  readonly uid: string | undefined;
  /** The tool that would create it again. */
  readonly maker: Maker | undefined;
}

/**
 * The binding and the policy for the copies of `source`, by the name that `sync` gives them. The label and the annotation of others
 * select nothing: they only keep an object that is not ours. Throws UserError.
 */
export async function policiesOf({ transport, missingRights }: Reader, source: SecretRef): Promise<PolicyObject[]> {
  const found: PolicyObject[] = [];
  for (const resource of ADMISSION_KINDS) {
    const name = admissionName(source);
    const path = objectPath(resource, undefined, name);
    try {
      const { metadata } = await transport.request<Pick<Secret, 'metadata'>>({ method: 'GET', path });
      const { labels, annotations, uid } = metadata;
      const isOurs = labels?.[ADMISSION] === 'true' && annotations?.[SOURCE] === `${source.namespace}/${source.name}`;
      if (isOurs) found.unshift({ kind: resource.kind, name, path, uid, maker: makerOf({ metadata }) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 403) missingRights.note('get', resource.plural, error);
      else if (error.status !== 404) throw refusalOf(error);
      // Without the policy, a binding does nothing.
      break;
    }
  }
  return found;
}

/** Throws UserError. */
export async function deletePolicy(transport: Transport, policy: PolicyObject, request: DeleteRequest): Promise<void> {
  const { dryRun } = request;
  if (dryRun === 'client') return;
  const preconditions = { uid: policy.uid };
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions,
    ...(dryRun === 'server' && { dryRun: ['All'] }),
  };
  try {
    await transport.request({ method: 'DELETE', path: policy.path, body });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404) throw refusalOf(error);
  }
}
