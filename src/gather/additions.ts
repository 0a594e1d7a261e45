/** What the policies of `sync --admission` add to new pods. Whatever such a policy says of itself is only shown, and moves nothing. */
import { ApiError } from '../cluster/api-error.ts';
import { listPages, NAMESPACES } from '../cluster/object-request.ts';
import type { Transport } from '../cluster/transport.ts';
import type { Addition, SecretState } from '../diagnosis/facts.ts';
import { copyMark, SOURCE } from '../secret/copy.ts';
import { choiceOf, type LabelledSelection } from '../secret/selected-namespace.ts';
import { ADMISSION, ADMISSION_KINDS, SELECTION } from '../workloads/admission-policy.ts';
import { type ApiObject, fieldOf, isObject, itemsOf, textOf } from '../workloads/api-object.ts';
import { secretName } from '../workloads/references.ts';
import { NAMESPACE_FIELDS, namespaceFacts } from './namespace.ts';

/** Names of Secrets by namespace. */
export type NamesIn = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The Secrets that a policy may have added to pods: copies, and those that are missing, unless `isListed`: the service account
 * explains them. Where there are none, nobody needs to ask for policies.
 */
export function perhapsAdded(
  secrets: ReadonlyMap<string, SecretState>,
  isListed: (namespace: string, name: string) => boolean,
): NamesIn {
  const found = new Map<string, Set<string>>();
  for (const [key, state] of secrets) {
    const { namespace, name } = secretName(key);
    const isCopy = state.status === 'there' && copyMark(state.secret) !== undefined;
    if (!(isCopy || state.status === 'missing') || isListed(namespace, name)) continue;
    found.set(namespace, (found.get(namespace) ?? new Set()).add(name));
  }
  return found;
}

/** The additions to new pods of these namespaces, as far as policies and namespaces may be listed. Throws UserError. */
export async function readAdditions(
  transport: Transport,
  names: NamesIn,
): Promise<ReadonlyMap<string, readonly Addition[]>> {
  const added = new Map<string, Addition[]>();
  try {
    for (const { name, policy, home, selection } of await policiesIn(transport)) {
      const places = [...names].flatMap(([namespace, wanted]) => (wanted.has(name) ? [namespace] : []));
      for (const namespace of await chosenOf(transport, places, selection, home)) {
        added.set(namespace, [...(added.get(namespace) ?? []), { name, policy }]);
      }
    }
  } catch (error) {
    // An API server before 1.36 has no such policies.
    if (!(error instanceof ApiError)) throw error;
  }
  return added;
}

interface Policy extends Addition {
  /** The namespace of the source. */
  readonly home: string;
  readonly selection: LabelledSelection;
}

async function policiesIn(transport: Transport): Promise<Policy[]> {
  const found: Policy[] = [];
  const shape = { metadata: { name: true, annotations: { [SOURCE]: 'name', [SELECTION]: true } } } as const;
  const query = { labelSelector: `${ADMISSION}=true`, shape, metadataOnly: true };
  for await (const page of listPages(transport, ADMISSION_KINDS[0], query)) {
    found.push(...page.flatMap((object) => policyOf(object) ?? []));
  }
  return found;
}

function policyOf({ metadata }: ApiObject): Policy | undefined {
  const [home = '', name = ''] = textOf(fieldOf(metadata, 'annotations', SOURCE)).split('/');
  const selection = selectionOf(textOf(fieldOf(metadata, 'annotations', SELECTION)));
  return selection && { name, home, selection, policy: textOf(fieldOf(metadata, 'name')) };
}

/** Undefined for a text that `sync` did not write. */
function selectionOf(text: string): LabelledSelection | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const texts = (field: string): string[] => itemsOf(value[field]).filter((one) => typeof one === 'string');
    const labelSelector = textOf(value.labelSelector) || undefined;
    return {
      names: texts('names'),
      globs: texts('globs'),
      exclude: texts('exclude'),
      all: value.all === true,
      labelSelector,
    };
  } catch {
    return undefined;
  }
}

/** Those of `places` that are selected. */
async function chosenOf(
  transport: Transport,
  places: readonly string[],
  selection: LabelledSelection,
  home: string,
): Promise<string[]> {
  if (places.length === 0) return [];
  const { labelSelector } = selection;
  const fieldSelector = places.length === 1 ? `metadata.name=${places[0]}` : undefined;
  const query = { labelSelector, fieldSelector, metadataOnly: true, shape: NAMESPACE_FIELDS };
  const chosen: string[] = [];
  for await (const page of listPages(transport, NAMESPACES, query)) {
    const facts = page.map(namespaceFacts).filter(({ name }) => places.includes(name));
    chosen.push(...facts.flatMap((one) => (choiceOf(one, selection, home) === 'chosen' ? [one.name] : [])));
  }
  return chosen;
}
