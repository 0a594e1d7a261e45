/** Restarts only the controllers of pods that fail because they lack the new login. */
import type { Reader } from '../../cluster/reader.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { buildPullSecret } from '../../domain/pull-secret/build.ts';
import { secretKey } from '../../domain/workloads/references.ts';
import { UserError } from '../../errors.ts';
import { gatherFacts } from '../pods/failing.ts';
import { controllersToRestart } from '../pods/refused-pods.ts';
import { restart } from '../pods/restart.ts';
import type { PlannedSecret } from './plan.ts';
import type { RotateListener, RotateRequest } from './rotate-request.ts';

/** Reports a UserError about one controller, and still restarts the others. */
export async function restartFailing(
  reader: Reader,
  items: readonly PlannedSecret[],
  request: RotateRequest,
  listener: RotateListener,
): Promise<void> {
  const rotated = new Map(items.map((item) => [secretKey(item.ref.namespace, item.ref.name), newLoginsOf(item)]));
  const namespaces = new Set(items.map(({ ref }) => ref.namespace));
  const [only] = namespaces.size === 1 ? namespaces : [];
  const { failing } = await gatherFacts(reader, { namespace: only, cached: false });
  for (const controller of await controllersToRestart(reader, failing, rotated)) {
    try {
      await restart(reader.transport, controller, request);
      listener.restarted(controller.ref);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      listener.problem(controller.ref, error);
    }
  }
}

/** A Secret with only the entries that have the new login. */
function newLoginsOf({ ref, entries }: PlannedSecret): Secret {
  const own = entries.filter(({ state }) => state === 'new' || state === 'has it');
  return buildPullSecret({ ...ref, entries: own.map(({ server, next: { credential } }) => ({ server, credential })) });
}
