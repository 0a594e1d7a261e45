/** Asks the API server who we are and prints the answer. Its flags are JSON in its argument or on stdin. */

import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import { connect } from '../../src/cluster/transport.ts';
import { UserError } from '../../src/errors.ts';
import { processIo } from '../../src/system/io.ts';
import { shownHint } from './hints.ts';

export const SELF_SUBJECT_REVIEW: ApiRequest = {
  method: 'POST',
  path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
  body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let stderr = '';
  const own = processIo();
  const write = (written: string) => {
    stderr += written;
  };
  const io = { ...own, stderr: { ...own.stderr, write } };
  try {
    const transport = await connect(JSON.parse(process.argv[2] ?? (await text(process.stdin))), io);
    const review = await transport.request<{ status: { userInfo: unknown } }>(SELF_SUBJECT_REVIEW);
    transport.close();
    console.log(JSON.stringify({ user: review.status.userInfo, namespace: transport.namespace, stderr }));
  } catch (error) {
    const { message, hint } = error as UserError;
    console.log(
      JSON.stringify({ error: error instanceof UserError ? `${message} (${shownHint(hint)})` : message, stderr }),
    );
  }
}
