/** A program that imports `regsecret/cluster`, compiled and run by package.test.ts where it is installed. */
import type { CoreV1Api } from '@kubernetes/client-node';
import {
  type ApplyPullSecretOptions,
  type AttachPullSecretOptions,
  type AuthEntry,
  applyPullSecret,
  attachPullSecret,
  PullSecretError,
} from 'regsecret/cluster';

const entries: readonly AuthEntry[] = [{ server: 'ghcr.io', credential: { username: 'jane', password: 'secret' } }];
const secret: ApplyPullSecretOptions = { name: 'ci', namespace: 'team-a', entries };
const attachment: AttachPullSecretOptions = { name: 'ci', namespace: 'team-a' };

/** Compiled only, and never called, because there is no cluster here. */
async function bring(api: CoreV1Api): Promise<'created' | 'updated' | 'unchanged'> {
  const action = await applyPullSecret(api, secret);
  const attached: 'updated' | 'unchanged' = await attachPullSecret(api, attachment);
  return attached === 'updated' ? attached : action;
}

// @ts-expect-error a Secret has a namespace
const refused = applyPullSecret({} as CoreV1Api, { name: 'ci', entries }).catch((error: unknown) => error);
const empty = await attachPullSecret({} as CoreV1Api, { ...attachment, name: 'No Name' }).catch(
  (error: unknown) => error,
);
const isKnown = empty instanceof PullSecretError && empty.status === undefined && (await refused) instanceof Error;

process.stdout.write(`${typeof bring}, ${isKnown}\n`);
