/** Reads the rendered objects of `deploy/` and of the chart, and the command lines in them. */
import { isDeepStrictEqual } from 'node:util';
import { loadAll } from 'js-yaml';

export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
  readonly [field: string]: any;
}

export function parseObjects(yaml: string): ClusterObject[] {
  const objects = loadAll(yaml) as (ClusterObject | null | undefined)[];
  return objects.filter((object) => object !== null && object !== undefined);
}

/** The `rbac --guard` command line for each of our containers, which prints the rights that its arguments need. */
export function rbacLines(objects: readonly ClusterObject[]): string[][] {
  return objects.flatMap((object) => {
    const spec = object.kind === 'CronJob' ? object.spec.jobTemplate.spec.template.spec : object.spec?.template?.spec;
    if (spec === undefined) return [];
    const { serviceAccountName, containers } = spec;
    const [{ args }] = containers as [{ args: readonly string[] }];
    const words = args.filter((word, index) => word !== '--listen' && args[index - 1] !== '--listen');
    const name = `${object.metadata.name.replace(/-rotate$/, '')}-${words[0]}`;
    const namespace = object.metadata.namespace ?? '';
    return [['rbac', '--guard', '--for', `sa/${serviceAccountName}`, '--name', name, ...words, '-n', namespace]];
  });
}

/** The command line that prints the policy of `sync --admission` for the arguments of the controller. */
export function admissionLine(objects: readonly ClusterObject[]): string[] {
  const words =
    rbacLines(objects)
      .find((line) => line[6] === 'sync')
      ?.slice(6) ?? [];
  const once = words.filter((word, index) => ![word, words[index - 1]].includes('--refresh') && word !== '--watch');
  return [...once, '--admission', '-o', 'yaml'];
}

/** Whether it is a role, a policy or a binding of one, as `rbac --guard` prints them. */
export function isOfRbac(object: ClusterObject): boolean {
  const { apiVersion } = object;
  return apiVersion.startsWith('rbac.authorization.k8s.io/') || (isPolicy(apiVersion) && !isOfAdmission(object));
}

/** Whether it is a policy or a binding as `sync --admission` prints them. */
export function isOfAdmission({ kind }: ClusterObject): boolean {
  return kind.startsWith('MutatingAdmissionPolicy');
}

function isPolicy(apiVersion: string): boolean {
  return apiVersion.startsWith('admissionregistration.k8s.io/');
}

/** Without the namespace that Kustomize gives to policies, because it does not know that they are in none. */
function placed(object: ClusterObject): ClusterObject {
  if (!isPolicy(object.apiVersion)) return object;
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Labels that only Helm sets. */
const HELM_LABELS = ['helm.sh/chart', 'app.kubernetes.io/managed-by', 'app.kubernetes.io/version'];

/**
 * A form in which two renderings of the same objects are equal: by kind and name, without empty fields, and without the labels
 * that only Helm sets, or without any labels.
 */
export function comparable(
  objects: readonly ClusterObject[],
  { labels = true }: { readonly labels?: boolean } = {},
): Record<string, unknown> {
  const leftOut = (key: string): boolean => HELM_LABELS.includes(key) || (!labels && key === 'labels');
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([key]) => !leftOut(key));
    return Object.fromEntries(
      kept.map(([key, inner]) => [key, clean(inner)]).filter(([, inner]) => !isDeepStrictEqual(inner, {})),
    );
  };
  const entries = objects.map((object) => [`${object.kind}/${object.metadata.name}`, clean(placed(object))] as const);
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}
