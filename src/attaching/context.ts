/** What all steps of one `attach` or `detach` share: the connection, the request, and what has been read so far. */

import type { PodContext } from '../changes/pod-context.ts';
import { readSecret } from '../cluster/read-secrets.ts';
import { createReader, type Reader, readObject } from '../cluster/reader.ts';
import type { SecretRef } from '../cluster/secret-request.ts';
import type { Transport } from '../cluster/transport.ts';
import type { SecretState } from '../diagnosis/facts.ts';
import { diagnoseBriefly } from '../findings/diagnosed-secret.ts';
import type { Finding } from '../findings/finding.ts';
import { accountKey, type FailingFacts, gatherFacts } from '../gather/failing.ts';
import type { Secret } from '../secret/secret.ts';
import { inPortions, oncePerKey } from '../system/concurrency.ts';
import { pullKind } from '../workloads/kind.ts';
import { type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { secretKey } from '../workloads/references.ts';
import { checkSecret, type Usable, usableNamespaces } from './check-secret.ts';
import type { AttachRequest, Listener } from './request.ts';

/** An object of the plan, as it is after writing. */
export interface Done {
  readonly pullSpec: PullSpec;
  readonly changed: boolean;
}

export interface AttachContext extends PodContext {
  readonly request: AttachRequest;
  readonly listener: Listener;
  /** What has been done so far, by `refKey`. */
  readonly done: Map<string, Done>;
  /** The findings of all Secrets that have been checked so far. */
  secretFindings(): readonly Finding[];
  /** The state of a Secret that a list names. */
  stateOf(namespace: string, name: string): Promise<SecretState>;
  /** A service account, undefined where it does not exist or may not be read. */
  accountOf(namespace: string, name: string): Promise<PullSpec | undefined>;
  /** The Secret in each namespace, for `attach -A`. Undefined where it is not needed, or where listing Secrets is forbidden. */
  usable(): Promise<Usable | undefined>;
  /** The facts about all workloads and pods in scope. */
  facts(): Promise<FailingFacts>;
}

/** Planning only reads, so it has no listener. */
export type PlanContext = Omit<AttachContext, 'listener'>;

/** Everything is read when it is first needed, and only once. */
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
    done: new Map(),
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
      // This is more than a check: it decides in which namespaces to write, so `--no-checks` alone does not skip it.
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

/** The state of the Secret `ref`, as pods see it. Throws UserError. */
export async function readState(reader: Reader, ref: SecretRef): Promise<SecretState> {
  const secret = await readSecret(reader, ref);
  return secret === 'missing' || secret === 'forbidden' ? { status: secret } : stateIn(reader, secret);
}

/** The state of a Secret that is there. */
export async function stateIn({ transport }: Reader, secret: Secret): Promise<SecretState> {
  return { status: 'there', ...(await inPortions(diagnoseBriefly(secret, transport.clock.now()), transport.signal)) };
}

async function readFacts(context: AttachContext): Promise<FailingFacts> {
  const { transport, request, usable, secretIn } = context;
  const { namespace = transport.namespace, targets, selections, allNamespaces } = request;
  const accounts = targets.filter(({ kind }) => kind === 'ServiceAccount').map(({ name }) => name);
  const [account] = accounts.length === 1 && selections.length === 0 ? accounts : [];
  // Waits for the Secret, so that its connection can be reused: a new connection costs more than a short list.
  await (allNamespaces ? usable() : secretIn(namespace)).catch(() => undefined);
  const cached = !selections.some(({ by }) => by === 'use');
  return gatherFacts(context, {
    namespace: allNamespaces ? undefined : namespace,
    account,
    cached,
    dependants: request.verb === 'detach',
  });
}
