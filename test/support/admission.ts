/** Admission under a test's control: webhooks on a server of their own, and policies, for the Secrets of some namespaces. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { issueCertificate, readAuthority } from '../environment/certificate.ts';
import { api, cluster, waitFor } from '../environment/use.ts';
import { created, freshName } from './attach-world.ts';

/** What a webhook answers. With `never` it does not answer at all. */
export type Verdict =
  | 'never'
  | {
      readonly allowed: boolean;
      readonly patch?: readonly object[];
      readonly status?: { readonly code: number; readonly message: string };
      /** Delays the answer until this has resolved. */
      readonly after?: () => Promise<unknown>;
    };

const ALLOWED: Exclude<Verdict, 'never'> = { allowed: true };

/** A Secret as it would be stored. */
interface Asked {
  readonly object: { readonly metadata: { readonly name?: string } };
}

export interface Admission {
  close(): Promise<void>;
}

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const SECRETS = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] };

/**
 * Starts a webhook that gives `verdict` for the Secrets called `regsecret` of a namespace and allows all others. Returns once the
 * API server calls it.
 */
export async function startWebhook(
  kind: 'Validating' | 'Mutating',
  namespace: string,
  verdict: Verdict,
): Promise<Admission> {
  const { caFile, caKeyFile } = cluster();
  const authority = readAuthority({ certFile: caFile, keyFile: caKeyFile });
  const { certificate, key } = issueCertificate(authority, { commonName: 'webhook' }, ['127.0.0.1']);
  let asked = 0;
  const server = createServer({ cert: certificate, key }, async (incoming, answer) => {
    const { request } = (await json(incoming)) as { request: Asked & { uid: string } };
    asked += 1;
    const given = request.object.metadata.name === 'regsecret' ? verdict : ALLOWED;
    if (given === 'never') return;
    const { after, ...response } = given;
    await after?.();
    const patch = response.patch === undefined ? {} : { patchType: 'JSONPatch', patch: encoded(response.patch) };
    const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ ...review, response: { ...response, ...patch, uid: request.uid } }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const name = freshName('webhook');
  const path = `${GROUP}/${kind.toLowerCase()}webhookconfigurations`;
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const webhook = {
    name: `${name}.example.com`,
    clientConfig: { url, caBundle: readFileSync(caFile).toString('base64') },
    rules: [SECRETS],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    // 30 seconds because the machine may be slow; 1 for a webhook that never answers, so that the test does not wait longer.
    timeoutSeconds: verdict === 'never' ? 1 : 30,
    failurePolicy: 'Fail',
  };
  await created(path, { metadata: { name }, webhooks: [webhook] });
  const isAsked = async (): Promise<boolean> => {
    await tryOut(namespace);
    return asked > 0;
  };
  await waitFor(isAsked, { what: `${name} to be asked` });
  return {
    async close() {
      await api('DELETE', `${path}/${name}`);
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/**
 * Starts a policy that refuses every Secret called `name` in the namespaces with the label `fleet`. Returns once it is in force
 * in `probe`.
 */
export async function startPolicy(fleet: string, probe: string, name: string): Promise<Admission> {
  const policy = freshName('policy');
  const expression = `object.metadata.name != '${name}' && object.metadata.name != 'probe'`;
  await created(`${GROUP}/validatingadmissionpolicies`, {
    metadata: { name: policy },
    spec: {
      matchConstraints: { resourceRules: [SECRETS], namespaceSelector: { matchLabels: { fleet } } },
      validations: [{ expression, message: 'no such Secrets here' }],
    },
  });
  await created(`${GROUP}/validatingadmissionpolicybindings`, {
    metadata: { name: policy },
    spec: { policyName: policy, validationActions: ['Deny'] },
  });
  await waitFor(async () => (await tryOut(probe)) !== 201, { what: `${policy} to be in force` });
  return {
    async close() {
      for (const kind of ['validatingadmissionpolicybindings', 'validatingadmissionpolicies'])
        await api('DELETE', `${GROUP}/${kind}/${policy}`);
    },
  };
}

/** The HTTP status of a dry-run create of a Secret called `probe`. */
async function tryOut(namespace: string): Promise<number> {
  const path = `/api/v1/namespaces/${namespace}/secrets?dryRun=All`;
  return (await api('POST', path, { metadata: { name: 'probe' } })).status;
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
