/** Finds images for which the files have no login. */
import { hasLogin } from '../../domain/diagnosis/attempt.ts';
import type { SecretState } from '../../domain/diagnosis/facts.ts';
import { type ImagePull, imagePull, stateOf } from '../../domain/diagnosis/image-pull.ts';
import { isPullSecretType } from '../../domain/keyring/secret.ts';
import type { Inventory, PlacedPullSpec } from './inventory.ts';
import { factsFor, pullerIn } from './manifest-facts.ts';

/** Leaves out images of an object that names a missing or broken Secret, because that has a finding of its own. */
export function imagesWithoutLogin(placed: PlacedPullSpec, inventory: Inventory, now: number): string[] {
  const [puller, facts] = [pullerIn(placed), factsFor(placed, inventory, now)];
  return puller.images.flatMap((use) => {
    const pull = imagePull(puller, use, facts);
    const isPulled = use.policy !== 'Never' && pull.attempt.reason !== 'invalid image';
    return isPulled && hasSoundList(pull) && !hasLogin(pull.attempt) ? [use.image] : [];
  });
}

/** Whether every Secret of the list is in the files, and can be used. */
export function hasSoundList(pull: ImagePull): boolean {
  return pull.applied.names.every((name) => isSound(stateOf(pull, name)));
}

/** Whether a Secret can be used. What is wrong with any other has a finding of its own. */
function isSound(state: SecretState | undefined): boolean {
  return state?.status === 'there' && isPullSecretType(state.contents.type) && state.contents.failure === undefined;
}
