/** What becomes of an image, in one sentence. */
import type { Counts } from './doctor-report.ts';
import type { Finding } from './finding.ts';
import { targetName } from './object-ref.ts';
import type { Affected, ImageView, PullerView } from './pull-view.ts';

/** `image` is one of `puller`. */
export function formatProspect(puller: PullerView, image: ImageView): string {
  const { image: name, prospect, state, policy } = image;
  const who = whoOf(puller);
  switch (prospect) {
    case 'will pull':
      if (state === 'there')
        return policy === 'Never' ? `${who} has ${name}` : `${who} has ${name}, and can pull it again`;
      return state === 'missing'
        ? `${who} could not pull ${name}, but will at its next attempt`
        : `${who} can pull ${name}`;
    case 'will not pull':
      if (state === 'there') return `${who} has ${name}, but cannot pull it again`;
      return state === 'missing' ? `${who} cannot get ${name}` : `${who} will not get ${name}`;
    case 'cannot know':
      if (state === 'there') return `${who} has ${name}`;
      return state === 'missing' ? `${who} does not get ${name}` : `whether ${who} can pull ${name} is not known`;
  }
}

/** Undefined where there is nothing special about it. */
export function formatState({ object, state, node = '' }: PullerView): string | undefined {
  if (state === undefined) return undefined;
  const name = targetName(object);
  switch (state) {
    case 'done':
      return `${name} has ended and pulls nothing any more`;
    case 'terminating':
      return `${name} is being deleted`;
    case 'unscheduled':
      return `${name} has no node yet, so nothing has been pulled for it`;
    case 'node gone':
      return `node ${node}, which ${name} is on, does not exist any more, so nothing is pulled for it`;
  }
}

function whoOf({ object, count }: PullerView): string {
  const name = targetName(object);
  if (object.kind === 'Pod') return count > 1 ? `${name} and ${count - 1} like it` : name;
  return object.kind === 'ServiceAccount' ? `a new pod with ${name}` : `a new pod of ${name}`;
}

/** What a new pod pulls with, where it is not said for which images; undefined for anything but a service account. */
export function formatAccount({ object, images, list: { names, from } }: PullerView): string | undefined {
  if (object.kind !== 'ServiceAccount' || images.length > 0) return undefined;
  const name = `a new pod with ${targetName(object)}`;
  if (from === 'not known') return `what ${name} pulls with may not be read`;
  return names.length === 0 ? `${name} pulls without a login` : `${name} pulls with ${names.join(', ')}`;
}

/** Who has a finding. */
export function formatAffected({ pods, examples, others }: Affected): string {
  const names = examples.join(', ') + (others === 0 ? '' : ` and ${others} more`);
  if (pods === 0) return `affects ${names}`;
  const count = plural(pods, 'pod');
  return names === '' ? `affects ${count}` : `affects ${count}: ${names}`;
}

/** How much was looked at, and how much of it is wrong. */
export function formatCounts(findings: readonly Pick<Finding, 'severity'>[], counts: Counts): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const wrong = [...some(errors, 'error'), ...some(warnings, 'warning')].join(' and ') || 'nothing is wrong';
  const failing = counts.failingPods === 0 ? '' : ` (${counts.failingPods} without an image)`;
  const asked = counts.registries === 0 ? '' : `, ${plural(counts.registries, 'registry', 'registries')} asked`;
  return `${wrong}: ${plural(counts.pods, 'pod')}${failing}, ${plural(counts.workloads, 'workload')}, ${plural(counts.serviceAccounts, 'service account')}, ${plural(counts.secrets, 'pull secret')}${asked}`;
}

function some(count: number, name: string): string[] {
  return count === 0 ? [] : [plural(count, name)];
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
