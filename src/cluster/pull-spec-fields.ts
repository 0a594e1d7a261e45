/** Which fields are read of objects with a list of pull secrets. The rest of a page is not kept in memory. */
import { LIST_FIELD, type PullKind } from '../workloads/kind.ts';
import type { FieldSelection } from './pick-json.ts';

type Fields = { readonly [name: string]: FieldSelection };

/** Fields to read in addition to those of `pullSpecOf`. */
export interface MoreFields {
  readonly metadata?: Fields;
  readonly spec?: Fields;
  readonly podSpec?: Fields;
  readonly status?: Fields;
}

/** The fields of a container that `mountedNames` reads. */
export const ENV = {
  env: [{ valueFrom: { secretKeyRef: { name: 'name' } } }],
  envFrom: [{ secretRef: { name: 'name' } }],
} as const;
/** The fields of a volume that `mountedNames` reads. */
export const SECRET_VOLUME = {
  secret: { secretName: 'name' },
  projected: { sources: [{ secret: { name: 'name' } }] },
} as const;

/** The fields of a workload that `standIns` reads beside those of `pullSpecOf`. */
export const OF_STAND_INS: MoreFields = {
  spec: { replicas: true },
  status: { conditions: [{ type: true, status: true }] },
};

/** The fields of an object of `kind` that `pullSpecOf` reads, except its images, and `more`. */
export function pullSpecFields({ specPath }: PullKind, more: MoreFields = {}): FieldSelection {
  const metadata = { namespace: true, name: true, uid: true, ownerReferences: true, ...more.metadata } as const;
  const [top, ...path] = specPath;
  if (top === undefined) return { metadata, [LIST_FIELD]: [{ name: 'name' }] };
  const podSpec = {
    [LIST_FIELD]: [{ name: 'name' }],
    serviceAccountName: 'name',
    serviceAccount: 'name',
    ...more.podSpec,
  } as const;
  const spec = path.reduceRight<Fields>((below, name) => ({ [name]: below }), podSpec);
  return { metadata, [top]: { ...more.spec, ...spec }, status: more.status ?? {} };
}
