/** An API server that puts a given text wherever a user can write one: names, keys, messages and refusals. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError } from '../../src/cluster/api-error.ts';
import { CANARY } from './canary.ts';
import { type Stored, stored, storedObjects } from './stored-objects.ts';

export interface HostileServer {
  readonly url: string;
  close(): void;
}

/** With `refusing`, every request is refused with `text` as the message. */
export async function startHostileServer(text: string, refusing: boolean): Promise<HostileServer> {
  const transport = storedObjects(objectsWith(text));
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    warn(response, text);
    try {
      if (refusing || request.method !== 'GET') throw new ApiError(422, text, text);
      const query = Object.fromEntries(searchParams);
      respond(response, 200, await transport.request({ method: 'GET', path: pathname, query }));
    } catch (error) {
      const { status, reason, message } = error as ApiError;
      const causes = [{ reason: text, message: text, field: text }];
      const details = { name: text, kind: 'secrets', causes };
      respond(response, status, { kind: 'Status', reason, message: `${message} ${text}`, details });
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Sends the text as a warning header, or a fixed text where a header cannot hold it. */
function warn(response: ServerResponse, text: string): void {
  try {
    response.setHeader('warning', `299 - "${text}"`);
  } catch {
    response.setHeader('warning', '299 - "evil ##[error]"');
  }
}

function secret(name: string, auths: object, metadata: object = {}, type = 'kubernetes.io/dockerconfigjson'): Stored {
  const data = { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') };
  return ['Secret', { metadata: { namespace: 'team', name, uid: name, ...metadata }, type, data }];
}

function objectsWith(text: string): Stored[] {
  // A URL path cannot hold a lone surrogate.
  const name = text.toWellFormed();
  const login = { username: text, password: CANARY, email: text };
  const metadata = { annotations: { 'regsecret/expires-at': text }, labels: { app: text } };
  const waiting = { reason: text, message: text };
  const rest = {
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'app', image: text, imageID: text, state: { waiting } }],
      conditions: [{ type: text, status: text, reason: text, message: text }],
    },
  };
  const waits = (pod: string, image: string, owner?: string): Stored =>
    stored('Pod', pod, {
      ...{ list: ['pull', text, 'gone'], account: text, image, spec: { nodeName: text }, rest },
      ...(owner === undefined ? {} : { owner }),
    });
  const event = {
    metadata: { namespace: 'team', name: 'event' },
    involvedObject: { kind: 'Pod', name: 'web', uid: 'web', namespace: 'team', fieldPath: 'spec.containers{app}' },
    ...{ type: 'Warning', reason: 'Failed', message: `Failed to pull image: ${text}`, source: { component: text } },
  };
  return [
    secret('pull', { '127.0.0.1:1': login, [text]: login, [`x.invalid/${text}`]: login }, metadata),
    secret('broken', { [text]: { auth: '***' }, [`${text}/a`]: {} }),
    secret('odd', { 'x.invalid': login }, {}, text),
    secret(name, { 'x.invalid': login }, metadata),
    stored('ServiceAccount', 'default', { list: ['pull', text], metadata }),
    stored('ServiceAccount', name, { list: [text] }),
    waits('web', '127.0.0.1:1/org/app:v1'),
    waits('bad', text),
    waits('made', `x.invalid/${text}`, `${text}/${text}`),
    waits(name, `127.0.0.1:1/${text}`, 'ReplicaSet/rs'),
    stored('ReplicaSet', 'rs', { owner: `Deployment/${text}`, list: [text] }),
    stored('Deployment', name, { list: [text], image: text }),
    stored('Deployment', 'web', { list: ['pull', text], account: text, spec: { paused: true } }),
    stored('CronJob', 'nightly', { image: text, metadata: { annotations: { 'meta.helm.sh/release-name': text } } }),
    ['Event', event],
    ['Event', { ...event, reason: text }],
    ['Node', { metadata: { name }, status: { nodeInfo: { kubeletVersion: text }, images: [{ names: [text] }] } }],
  ];
}
