/** Asks kubelets which pods may use an image that is on their node, where that decides what is said of a pod. */
import { ApiError } from '../cluster/api-error.ts';
import { NODES, objectPath } from '../cluster/object-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { mayWithhold, type NodeFacts, type PullFacts } from '../diagnosis/facts.ts';
import { UserError } from '../errors.ts';
import { forEachLimit } from '../system/concurrency.ts';
import { type Verification, verificationIn } from '../workloads/image-verification.ts';
import type { Collector } from './collector.ts';

/** Parallel requests. */
const CONCURRENCY = 16;
/** The API server waits far longer for a node that is down. */
const ANSWER_MS = 5_000;

/**
 * `facts` with the settings of the nodes `names`, each read and asked at most once. The right for that,
 * `get nodes/proxy`, is as good as a shell on the node: who has it uses it, and nobody is told to get it. Throws Interrupted.
 */
export async function withVerification(
  names: readonly string[],
  facts: PullFacts,
  collector: Collector,
): Promise<PullFacts> {
  const nodes = new Map(facts.nodes);
  await forEachLimit(CONCURRENCY, names, async (name) => {
    const node = await collector.node(name);
    if (node !== undefined) nodes.set(name, node);
  });
  const asked = names.filter((name) => mayAnswer(nodes.get(name)));
  const ask = async (name: string): Promise<boolean> => {
    const verification = await askKubelet(name, collector.transport);
    const node = nodes.get(name);
    if (node !== undefined && verification !== 'forbidden') nodes.set(name, { ...node, verification });
    return verification !== 'forbidden';
  };
  const [first, ...others] = asked;
  // Who may not ask one kubelet may ask none.
  if (first !== undefined && (await ask(first))) {
    await forEachLimit(CONCURRENCY, others, async (name) => void (await ask(name)));
  }
  return { ...facts, nodes };
}

/** Whether the settings can differ from those that the version has in any case. */
function mayAnswer(node: NodeFacts | undefined): boolean {
  return node?.exists === true && mayWithhold('', node);
}

/** Undefined where the kubelet does not answer, or says nothing that is known. Only the API server is asked, never a node itself. */
async function askKubelet(name: string, transport: Transport): Promise<Verification | 'forbidden' | undefined> {
  const path = `${objectPath(NODES, undefined, name)}/proxy/configz`;
  const late = new AbortController();
  const read = async (): Promise<unknown> => {
    try {
      return await transport.request({ method: 'GET', path, once: true });
    } catch (error) {
      if (error instanceof ApiError) return error.status === 403 ? 'forbidden' : undefined;
      if (error instanceof UserError) return undefined;
      throw error;
    } finally {
      late.abort();
    }
  };
  const wait = transport.clock
    .pause(ANSWER_MS, AbortSignal.any([late.signal, transport.signal]))
    .catch(() => undefined);
  const answer = await Promise.race([read(), wait]);
  transport.signal.throwIfAborted();
  return answer === 'forbidden' ? answer : verificationIn(answer);
}
