/**
 * How the kubelet treats odd Secrets, in cases where our code once differed or that are easy to get wrong. The unit test checks
 * our code against these facts, the cluster test checks Kubernetes' own code.
 */

export interface KeyringFact {
  readonly title: string;
  /** The contents of Secrets of the type `kubernetes.io/dockerconfigjson`, in the order of the pod's list. */
  readonly payloads: readonly string[];
  readonly image: string;
  /** The user names in the order in which the kubelet tries them, or the error that fails everything. */
  readonly outcome: readonly string[] | string;
}

const auth = (user: string): string => `{"auth":"${Buffer.from(`${user}:p`).toString('base64')}"}`;
const auths = (...entries: readonly (readonly [server: string, entry: string])[]): string =>
  `{"auths":{${entries.map(([server, entry]) => `${JSON.stringify(server)}:${entry}`).join(',')}}}`;
const wrongType = (kind: string, field: string): string =>
  `json: cannot unmarshal ${kind} into Go struct field DockerConfigJSON.auths.${field} of type string`;

export const keyringFacts: readonly KeyringFact[] = [
  {
    title: 'of several values of a wrong type the first in the text is named, not the first of the struct',
    payloads: [auths(['r.io', '{"email":{},"email":"x","password":true}'])],
    image: 'r.io/app',
    outcome: wrongType('object', 'email'),
  },
  {
    title: 'the same with a field name in other letters, which counts as the field',
    payloads: [auths(['r.io', '{"pa\u017fsword":-0,"password":"p","UserName":7}'])],
    image: 'r.io/app',
    outcome: wrongType('number', 'password'),
  },
  {
    title: 'a wrong type in a later spelling of a field is an error although an earlier value was right',
    payloads: [auths(['r.io', '{"auth":"YTpw","AUTH":[]}'])],
    image: 'r.io/app',
    outcome: wrongType('array', 'auth'),
  },
  {
    title: 'the last spelling of a field counts, null does not count',
    payloads: [auths(['r.io', '{"auth":"YTpw","Auth":"Yjpw","AUTH":null}'])],
    image: 'r.io/app',
    outcome: ['b'],
  },
  {
    title: 'one key in several Secrets is tried in their order, another key before or after all of them',
    payloads: [
      auths(['r.io', auth('ada')], ['r.io/acme', auth('rex')]),
      auths(['https://r.io/v2/', auth('grace')], ['r.io/acme/app', auth('linus')]),
      auths(['http://r.io', auth('edsger')]),
    ],
    image: 'r.io/acme/app:v1',
    outcome: ['linus', 'rex', 'ada', 'grace', 'edsger'],
  },
  {
    title: 'a server that is read a second time: what an escape stood for counts',
    payloads: [auths(['r.io/%2561cme', auth('ada')], ['r.io/a%63me', auth('grace')])],
    image: 'r.io/acme/app',
    outcome: ['grace', 'ada'],
  },
  {
    title: 'an exact host comes before one with an asterisk, whatever their paths',
    payloads: [auths(['*.io/acme', auth('ada')], ['r.io', auth('grace')])],
    image: 'r.io/acme/app',
    outcome: ['grace', 'ada'],
  },
  {
    title: "Docker Hub's entry is not tried once another key matches",
    payloads: [auths(['https://index.docker.io/v1/', auth('ada')]), auths(['docker.io/library', auth('grace')])],
    image: 'nginx',
    outcome: ['grace'],
  },
  {
    title: 'an image of localhost gets the credentials of Docker Hub',
    payloads: [auths(['https://index.docker.io/v1/', auth('ada')])],
    image: 'localhost/app',
    outcome: ['ada'],
  },
  {
    title: 'a registry with two underscores is no registry, and its key matches all the same',
    payloads: [auths(['a__b.c', auth('ada')])],
    image: 'a__b.c/app',
    outcome: ['ada'],
  },
  {
    title: 'user info in a server is dropped',
    payloads: [auths(['http://u:p@r.io', auth('ada')])],
    image: 'r.io/app',
    outcome: ['ada'],
  },
  {
    title: 'upper case matches an image that is written in the same upper case, and no other',
    payloads: [auths(['R.io', auth('ada')], ['r.io', auth('grace')])],
    image: 'R.io/app',
    outcome: ['ada'],
  },
  {
    title: 'white space behind the padding of auth, which is an error at its place',
    payloads: [auths(['r.io', '{"auth":"YTpwYQ==\u0085"}'])],
    image: 'r.io/app',
    outcome: 'illegal base64 data at input byte 8',
  },
  {
    title: 'a byte order mark is no white space: without padding the first = is the error',
    payloads: [auths(['r.io', '{"auth":"YTpwYQ==\ufeff"}'])],
    image: 'r.io/app',
    outcome: 'illegal base64 data at input byte 6',
  },
  {
    title: 'one broken entry in any Secret fails all of them',
    payloads: [auths(['r.io', auth('ada')]), auths(['other.io', '{"auth":"notbase64!"}'])],
    image: 'r.io/app',
    outcome: 'illegal base64 data at input byte 9',
  },
];
