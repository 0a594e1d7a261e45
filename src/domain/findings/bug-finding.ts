/** An object over which our own code fails: one finding, so that the others are judged. */
import { isBug } from '../../errors.ts';
import { finding } from './catalog.ts';
import type { Finding, FindingObject } from './finding.ts';

/** What is said of `object` when `error` came as it was judged. Throws every error that is no bug. */
export function bugFinding(object: FindingObject, error: unknown): Finding {
  if (!isBug(error)) throw error;
  return finding('unread-object', object, { reason: error.name, bug: true });
}
