/** Image names that cannot be pulled, and images that a node already has. */
import type { Puller } from '../../src/diagnosis/facts.ts';
import { IMAGE, podWith, templateWith, type World } from '../support/pull-facts.ts';
import {
  both,
  forbidden,
  good,
  jane,
  list,
  noCredential,
  quay,
  reportsAsEver,
  type Situation,
} from '../support/pull-situation.ts';

const never = 'is not present with pull policy of Never';
const onNode = (...nodeImages: string[]): World => ({ nodeImages });
const neverPulled = (image: string): Puller =>
  podWith({ image, policy: 'Never', reason: 'ErrImageNeverPull', status: never });
const digest = `sha256:${'1'.repeat(64)}`;
const otherDigest = `sha256:${'2'.repeat(64)}`;

const names: readonly Situation[] = [
  [
    'CRI-O takes no short name',
    podWith({ image: 'web', reason: 'ImageInspectError', status: 'short-name "web" did not resolve' }),
    { says: both(forbidden) },
  ],
  ['the kubelet says so without a message', podWith({ image: 'web', reason: 'InvalidImageName', status: '' }), {}],
  [
    'a message of 300 characters is kept',
    podWith({ list: list('regcred'), status: 'x'.repeat(300) }),
    { secrets: { regcred: good } },
  ],
  [
    'of a longer one the end is kept',
    podWith({ list: list('regcred'), status: `${'x'.repeat(300)}y` }),
    { secrets: { regcred: good } },
  ],
  [
    'no message, but a reason',
    podWith({ list: list('regcred'), status: '', reason: 'RegistryGone' }),
    { secrets: { regcred: good } },
  ],
  [
    'an undecodable list in the words of the reason',
    podWith({ list: list('a'), status: '', reason: 'illegal base64 data at input byte 9' }),
    { secrets: { a: 'forbidden' } },
  ],
  [
    'undecodable, and all may be read: it is something else',
    podWith({ list: list('quay'), reason: 'unexpected end of JSON input', status: '' }),
    { secrets: { quay } },
  ],
  ['no image at all', podWith({ list: list('regcred'), image: '' }), { secrets: { regcred: good } }],
];

const nodes: readonly Situation[] = [
  ['the node has it by its whole name', neverPulled('nginx'), onNode('docker.io/library/nginx:latest')],
  ['the node has another tag', neverPulled('nginx'), onNode('docker.io/library/nginx:1')],
  ['the node has another path', neverPulled('nginx'), onNode('docker.io/acme/nginx:latest')],
  ['the node has it of another registry', neverPulled('nginx'), onNode('ghcr.io/library/nginx:latest')],
  ['the node has the digest', neverPulled(`r.io/a@${digest}`), onNode('r.io/a:v1', `r.io/a@${digest}`)],
  ['the node has another digest', neverPulled(`r.io/a@${digest}`), onNode(`r.io/a@${otherDigest}`)],
  ['the node says the digest of a tag, which may be another', neverPulled('r.io/a'), onNode(`r.io/a@${digest}`)],
  ['the node has names that are none', neverPulled('r.io/a:v1'), onNode('<none>:<none>', 'r.io/A:v1')],
  ['pulled whenever, so what the node has is no matter', podWith({ status: noCredential }), onNode(IMAGE)],
  [
    'it runs, so the node may have it',
    podWith({ policy: 'IfNotPresent', status: 'runs' }),
    { ...onNode(IMAGE), says: jane },
  ],
  ['it may not be pulled, and nobody has tried', podWith({ policy: 'Never' }), { secrets: {}, says: jane }],
  ['it may not be pulled, and its template says so', templateWith({ policy: 'Never' }), { says: jane }],
];

reportsAsEver('names', names);
reportsAsEver('nodes', nodes);
