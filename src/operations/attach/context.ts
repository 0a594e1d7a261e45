/** What all parts of one attaching or detaching share: the connection, what was asked, and what has been looked up. */

import type { Transport } from '../../cluster/client/transport.ts';
import { readSecret } from '../../cluster/read-secrets.ts';
import { createReader, type Reader, readObject } from '../../cluster/reader.ts';
import type { SecretRef } from '../../cluster/secret-request.ts';
import { inPortions, oncePerKey } from '../../concurrency.ts';
import type { SecretState } from '../../domain/diagnosis/facts.ts';
import { diagnoseBriefly } from '../../domain/findings/diagnosed-secret.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { pullKind } from '../../domain/workloads/kind.ts';
import { type PullSpec, pullSpecOf } from '../../domain/workloads/pull-spec.ts';
import { secretKey } from '../../domain/workloads/references.ts';
import { accountKey, type FailingFacts, gatherFacts } from '../pods/failing.ts';
import type { PodContext } from '../pods/pod-context.ts';
import { checkSecret, type Usable, usableNamespaces } from './check-secret.ts';
import type { AttachRequest, Listener } from './request.ts';

export interface AttachContext extends PodContext {
  readonly request: AttachRequest;
  readonly listener: Listener;
  /** Of all Secrets that have been looked at. */
  secretFindings(): readonly Finding[];
  /** Another Secret, which a list names. */
  stateOf(namespace: string, name: string): Promise<SecretState>;
  /** A service account, undefined where it does not exist or may not be read. */
  accountOf(namespace: string, name: string): Promise<PullSpec | undefined>;
  /** What the Secret is in each namespace, where all of them are concerned and it may be asked. */
  usable(): Promise<Usable | undefined>;
  /** Of all that is in scope. */
  facts(): Promise<FailingFacts>;
}

/** A plan reads, and says nothing. */
export type PlanContext = Omit<AttachContext, 'listener'>;

/** Everything is looked up when it is asked for first, and once. */
export function createContext(transport: Transport, request: AttachRequest, listener: Listener): AttachContext {
  const reader = createReader(transport);
  const [secrets, accounts] = [oncePerKey<Secret | undefined>(), oncePerKey<PullSpec | undefined>()];
  const states = oncePerKey<SecretState>();
  const [scope, all] = [oncePerKey<FailingFacts>(), oncePerKey<Usable | undefined>()];
  const findings: Finding[] = [];
  const checks = request.checks && request.verb === 'attach';
  const context: AttachContext = {
    ...reader,
    request,
    listener,
    async secretIn(namespace) {
      if (!checks) return undefined;
      return secrets(namespace, async () => {
        const found = await checkSecret(reader, namespace, request);
        findings.push(...(found?.findings ?? []));
        return found?.secret;
      });
    },
    secretFindings: () => findings,
    stateOf: (namespace, name) => states(secretKey(namespace, name), () => readState(reader, { namespace, name })),
    accountOf: (namespace, name) => accounts(accountKey(namespace, name), () => readAccount(reader, namespace, name)),
    async usable() {
      // Not only a check: it says where to write.
      if (request.verb === 'detach' || !request.allNamespaces || request.known !== undefined) return undefined;
      if (!checks && request.allowMissing) return undefined;
      return all('', () => usableNamespaces(reader, request.secret));
    },
    facts: () => scope('', () => readFacts(context)),
  };
  return context;
}

async function readAccount(reader: Reader, namespace: string, name: string): Promise<PullSpec | undefined> {
  const kind = pullKind('ServiceAccount');
  return pullSpecOf(kind, await readObject(reader, kind, { namespace, name }));
}

/** What pods have of the Secret `ref`. Throws UserError. */
export async function readState(reader: Reader, ref: SecretRef): Promise<SecretState> {
  const secret = await readSecret(reader, ref);
  if (secret === 'missing' || secret === 'forbidden') return { status: secret };
  return { status: 'there', ...(await inPortions(diagnoseBriefly(secret, Date.now()), reader.transport.signal)) };
}

async function readFacts(context: AttachContext): Promise<FailingFacts> {
  const { transport, request, usable, secretIn } = context;
  const { targets, selections, allNamespaces } = request;
  const accounts = targets.filter(({ kind }) => kind === 'ServiceAccount').map(({ name }) => name);
  const [account] = accounts.length === 1 && selections.length === 0 ? accounts : [];
  const { namespace } = transport;
  // The connection on which the Secret came is free then, and a new one costs more than a short list.
  await (allNamespaces ? usable() : secretIn(namespace)).catch(() => undefined);
  const cached = !selections.some(({ by }) => by === 'use');
  return gatherFacts(context, {
    namespace: allNamespaces ? undefined : namespace,
    account,
    cached,
    dependants: request.verb === 'detach',
  });
}
