/** Which nodes `verify --on-node` asks. */
import { ApiError } from '../../cluster/api-error.ts';
import { listNames, listPages, listRefusal, NODES } from '../../cluster/object-request.ts';
import type { Transport } from '../../cluster/transport.ts';
import { UsageError, UserError } from '../../errors.ts';
import { clusterCommand, words } from '../../line/command.ts';
import { againWith } from '../../line/hint.ts';
import { isObjectName, nameRule } from '../../line/object-name.ts';
import { closest } from '../../text/closest.ts';
import { fieldOf, itemsOf, textOf } from '../../workloads/api-object.ts';

/** At most this many nodes are asked in one run. */
const MAX_NODES = 100;

export interface AskedNode {
  /** Left out where the scheduler chooses. */
  readonly name?: string | undefined;
  /** Why it cannot be asked. */
  readonly trouble?: string | undefined;
}

/** Throws UsageError for a text that no node can be called. */
export function checkNode(choice: string): void {
  if (!isObjectName(choice)) throw new UsageError(nameRule('node'), clusterCommand`kubectl get nodes`);
}

/** The nodes that `choice` means: `any`, `all`, or the name of one. Throws UserError for one that cannot be asked. */
export async function askedNodes(choice: string, transport: Transport): Promise<readonly AskedNode[]> {
  if (choice === 'any') return [{}];
  if (choice === 'all') return allNodes(transport);
  const trouble = await troubleOf(choice, transport);
  if (trouble === undefined) return [{ name: choice }];
  throw new UserError(`node ${choice} cannot be asked: ${trouble}`, clusterCommand`kubectl describe node ${choice}`);
}

/** Undefined also where the node may not be read. */
async function troubleOf(name: string, transport: Transport): Promise<string | undefined> {
  try {
    return troubleIn(await transport.request({ method: 'GET', path: `/api/v1/nodes/${name}` }));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 403) return undefined;
    if (error.status !== 404) throw error;
    const near = closest(name, await listNames(transport, NODES, {}));
    const text = `node ${name} does not exist`;
    if (near === undefined) throw new UserError(text, clusterCommand`kubectl get nodes`);
    throw new UserError(`${text}; did you mean ${near}?`, againWith(words`--on-node=${near}`));
  }
}

async function allNodes(transport: Transport): Promise<AskedNode[]> {
  const found: AskedNode[] = [];
  try {
    for await (const page of listPages(transport, NODES, { shape: FIELDS })) {
      for (const node of page)
        found.push({ name: textOf(fieldOf(node, 'metadata', 'name')), trouble: troubleIn(node) });
    }
  } catch (error) {
    throw error instanceof ApiError ? listRefusal(error, NODES, undefined) : error;
  }
  if (found.length === 0) throw new UserError('there is no node', clusterCommand`kubectl get nodes`);
  const limit = `not more than ${MAX_NODES} nodes are asked in one run`;
  const able = found.filter(({ trouble }) => trouble === undefined).slice(0, MAX_NODES);
  return found.map((node) => ((node.trouble ?? able.includes(node)) ? node : { ...node, trouble: limit }));
}

const FIELDS = {
  metadata: { name: true },
  status: {
    nodeInfo: { operatingSystem: true },
    conditions: [{ type: true, status: true, reason: true, message: true }],
  },
} as const;

function troubleIn(node: unknown): string | undefined {
  const system = fieldOf(node, 'status', 'nodeInfo', 'operatingSystem');
  if (typeof system === 'string' && system !== '' && system !== 'linux') return `it runs ${system}, not linux`;
  const ready = itemsOf(fieldOf(node, 'status', 'conditions')).find((one) => fieldOf(one, 'type') === 'Ready');
  if (fieldOf(ready, 'status') === 'True') return undefined;
  const why = textOf(fieldOf(ready, 'message')) || textOf(fieldOf(ready, 'reason'));
  return `it is not ready${why === '' ? '' : `: ${why}`}`;
}
