/** Damages a recorded answer as a bad proxy, a buggy server or an unrelated server would. */
import { fc } from './fast-check.ts';
import type { Recorded } from './replay.ts';

export type Change = (answer: Recorded) => Recorded | undefined;

const ODD_VALUES: readonly unknown[] = [
  ...[null, [], {}, '', 'x', 0, -1, 1e308, true, false, [null], [[]], [{}], { a: null }, ['x'], { items: null }],
  ...[
    'x'.repeat(10_000),
    JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`),
    '2026-13-45T99:99:99Z',
    '\u0000\u001b[2J',
  ],
];
const ODD_BODIES = [
  ...['', 'null', '[]', '{}', '"x"', '0', 'true', '[null]', '{"items":null}', '{"items":[null]}', '{"items":{}}'],
  ...['<html><body>Sign in</body></html>', '{', '{"kind":"Status"}', '{"kind":"Status","status":"Success"}'],
  ...['{"kind":"Status","code":"x","message":7,"details":[]}', '\ufeff{}', '{"metadata":null}', '{"apiVersion":"v2"}'],
];
const STATUSES = [
  ...[200, 201, 202, 204, 206, 301, 302, 307, 400, 401, 403, 404, 405, 406, 409, 410, 415, 418, 422, 429],
  ...[500, 501, 502, 503, 504, 599],
];
const HEADERS: readonly [string, string | undefined][] = [
  ['content-type', 'text/html'],
  ['content-type', undefined],
  ['content-type', 'application/vnd.kubernetes.protobuf'],
  ['content-type', 'application/json; charset=latin1'],
  ['location', '/'],
  ['location', 'https://x.invalid/'],
  ['www-authenticate', undefined],
  ['www-authenticate', 'Bearer'],
  ['www-authenticate', 'Bearer realm="",service=7'],
  ['www-authenticate', 'Basic realm="a", Bearer realm="http://127.0.0.1:1/token"'],
  ['www-authenticate', 'Negotiate, =,"'],
  ['retry-after', '-1'],
  ['retry-after', '0'],
  ['docker-content-digest', 'x'],
  ['warning', '299 - "x'],
];

const replaced = fc.record({ at: fc.nat(), value: fc.constantFrom(...ODD_VALUES) }).map(
  ({ at, value }): Change =>
    (answer) =>
      withTree(answer, (tree) => replaceNode(tree, at, () => value)),
);
const deleted = fc.nat().map(
  (at): Change =>
    (answer) =>
      withTree(answer, (tree) => replaceNode(tree, at, () => undefined)),
);
const repeated = fc.nat().map(
  (at): Change =>
    (answer) =>
      withTree(answer, (tree) => replaceNode(tree, at, (node) => [node, node, node])),
);
const cut = fc.double({ min: 0, max: 1, noNaN: true }).map(
  (share): Change =>
    (answer) => ({ ...answer, body: answer.body.subarray(0, Math.floor(answer.body.length * share)) }),
);
const flipped = fc.record({ at: fc.nat(), byte: fc.nat(255) }).map(
  ({ at, byte }): Change =>
    (answer) => {
      const body = Buffer.from(answer.body);
      if (body.length > 0) body[at % body.length] = byte;
      return { ...answer, body };
    },
);
const body = fc.constantFrom(...ODD_BODIES).map(
  (text): Change =>
    (answer) => ({ ...answer, body: Buffer.from(text) }),
);
const status = fc.constantFrom(...STATUSES).map(
  (code): Change =>
    (answer) => ({ ...answer, status: code }),
);
const header = fc.constantFrom(...HEADERS).map(
  ([name, value]): Change =>
    (answer) => ({ ...answer, headers: { ...answer.headers, [name]: value } }),
);
const lost = fc.constant<Change>(() => undefined);

/** One or two changes to an answer. */
export const changes: fc.Arbitrary<Change> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: replaced },
      { weight: 2, arbitrary: deleted },
      { weight: 2, arbitrary: repeated },
      { weight: 2, arbitrary: cut },
      { weight: 1, arbitrary: flipped },
      { weight: 3, arbitrary: body },
      { weight: 2, arbitrary: status },
      { weight: 1, arbitrary: header },
      { weight: 1, arbitrary: lost },
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map(
    (all): Change =>
      (answer) =>
        all.reduce<Recorded | undefined>((one, change) => one && change(one), answer),
  );

function withTree(answer: Recorded, change: (tree: unknown) => unknown): Recorded {
  try {
    const changed = change(JSON.parse(answer.body.toString()));
    return { ...answer, body: Buffer.from(JSON.stringify(changed) ?? '') };
  } catch {
    // The body is not JSON, for example because it answers a HEAD request.
    return answer;
  }
}

/** The tree with one node replaced by what `change` returns. Node numbers wrap around. */
function replaceNode(tree: unknown, at: number, change: (node: unknown) => unknown): unknown {
  let left = at % countNodes(tree);
  const walk = (node: unknown): unknown => {
    if (left-- === 0) return change(node);
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]));
  };
  return walk(tree);
}

function countNodes(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 1;
  return Object.values(node).reduce<number>((sum, value) => sum + countNodes(value), 1);
}
