/** Takes a Secret out of every list of its namespace, before it is deleted. */

import { eachPullSpec } from '../cluster/each-object.ts';
import { pullSpecFields } from '../cluster/pull-spec-fields.ts';
import { createReader } from '../cluster/reader.ts';
import type { SecretRef } from '../cluster/secret-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { command } from '../line/command.ts';
import { nameWord, scope } from '../line/object-name.ts';
import { CHANGEABLE_KINDS, type PullKindName, pullKind } from '../workloads/kind.ts';
import { hasKnownOwner, listedNames } from '../workloads/pull-spec.ts';
import { changePullSecrets } from './change-lists.ts';
import { type AttachRequest, attachRequest, type Listener, type NamedTarget } from './request.ts';

export interface DetachOptions extends Pick<AttachRequest, 'dryRun' | 'fieldManager' | 'folders'> {
  /** Only the lists of these kinds; left out: every list that can be changed. */
  readonly kinds?: readonly PullKindName[];
  /** Whether to report what loses a login, for which other Secrets are read; left out: yes. */
  readonly checks?: boolean;
}

export type DetachListener = Omit<Listener, 'waiting'>;

/** Takes the Secret out of the lists that can be changed. Throws UserError where one of them still names it. */
export async function detachAll(
  transport: Transport,
  { namespace, name }: SecretRef,
  // The rest of the caller's request is about something else, and must not get into this one.
  { dryRun, fieldManager, folders, kinds = CHANGEABLE_KINDS, checks = true }: DetachOptions,
  listener: DetachListener,
): Promise<void> {
  const targets = await targetsIn(transport, { namespace, name }, kinds);
  if (targets.length === 0) return;
  let isFree = true;
  // The deletion has been agreed to. Lost logins are only reported.
  const agreed = { namespace, targets, yes: true, allowMissing: true, checks };
  const request = attachRequest('detach', name, { dryRun, fieldManager, folders, ...agreed });
  await changePullSecrets(transport, request, {
    ...listener,
    problem(error) {
      isFree = false;
      listener.problem(error);
    },
    waiting: () => undefined,
  });
  if (isFree) return;
  const text = `secret ${namespace}/${name} is still in imagePullSecrets, so it was not deleted`;
  throw new UserError(text, command`regsecret inspect ${nameWord(name)} ${scope(namespace)}`);
}

/**
 * The objects whose list names the Secret, without those that a known owner made. Throws UserError where listing is forbidden.
 */
async function targetsIn(
  transport: Transport,
  { namespace, name }: SecretRef,
  kinds: readonly PullKindName[],
): Promise<NamedTarget[]> {
  const reader = createReader(transport);
  const targets: NamedTarget[] = [];
  for (const kindName of kinds) {
    const kind = pullKind(kindName);
    await eachPullSpec(reader, kind, { namespace, shape: pullSpecFields(kind) }, (pullSpec) => {
      if (hasKnownOwner(pullSpec) || !listedNames(pullSpec.imagePullSecrets).includes(name)) return;
      targets.push({ kind: kindName, name: pullSpec.ref.name });
    });
  }
  const [right] = reader.missingRights.list();
  if (right === undefined) return targets;
  throw new UserError(
    `secret ${namespace}/${name} was not deleted, because regsecret cannot see what uses it: no permission to ${right}`,
    reader.missingRights.grant,
  );
}
