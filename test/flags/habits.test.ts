/** Command lines that whoever uses kubectl every day types, and the slips beside them. Nothing is contacted. */
import { describe, expect, test } from 'vitest';
import { here } from '../support/here.ts';

type Row = readonly [line: string, code: number, firstLine: string];

/** No kubeconfig is there, so this is as far as a command line that is understood can come. */
const UNDERSTOOD = [1, 'error: no kubeconfig: /nowhere/.kube/config does not exist'] as const;
const LOGIN = '--docker-username=u --docker-password=p --dry-run=client -o name';

const TYPES = 'dockerconfigjson, dockercfg';
const NO_TEMPLATES = "error: option '-o, --output <format>': Templates are not supported; use -o json and jq.";

const missing = (flag: string): string => `error: option '${flag}' argument missing`;
const invalid = (flag: string, choices: string): string =>
  `error: option '${flag}' got an invalid value. Allowed choices are ${choices}.`;

const typed = (line: string): string[] =>
  line.split(' ').flatMap((word) => (word === '' ? [] : [word.replace(/^''$/, '').replaceAll('\\n', '\n')]));

function check(rows: readonly Row[]): void {
  test.each(rows)('%s', async (line, code, firstLine) => {
    const ran = await here(typed(line), { env: { HOME: '/nowhere' }, stdin: 'secret' });
    const [first] = (code === 0 ? ran.stdout : ran.stderr).split('\n');
    expect([ran.code, first]).toEqual([code, firstLine]);
    if (code !== 0) expect(ran.stdout).toBe('');
  });
}

describe('create, with the words of kubectl', () => {
  check([
    [`create secret docker-registry x ${LOGIN}`, 0, 'secret/x'],
    [`create secret generic x ${LOGIN}`, 0, 'secret/x'],
    [`create secret generic x --type=kubernetes.io/dockerconfigjson ${LOGIN}`, 0, 'secret/x'],
    [`create x --type kubernetes.io/dockercfg ${LOGIN}`, 0, 'secret/x'],
    [`create secret generic x --type=Opaque ${LOGIN}`, 2, invalid('--type <type>', TYPES)],
    [`create x --type= ${LOGIN}`, 2, invalid('--type <type>', TYPES)],
    ['create x --type', 2, missing('--type <type>')],
    [`create secret ${LOGIN}`, 2, 'error: create takes the name of the Secret, not its kind'],
    ['create secret', 2, 'error: create takes the name of the Secret, not its kind'],
    ['create secret tls x', 2, 'error: create takes the name of the Secret, not its kind'],
    ['create secrets x', 2, 'error: create takes the name of the Secret, not its kind'],
    [`create secret/secret ${LOGIN}`, 0, 'secret/secret'],
    ['create ghcr.io', 2, 'error: a registry is named with --server'],
    ['create ghcr.io/acme/app:v1', 2, 'error: a registry is named with --server'],
    ['create registry.example.com:5000', 2, 'error: a registry is named with --server'],
    ['create https://quay.io', 2, 'error: a registry is named with --server'],
    [`create registry.example.com ${LOGIN}`, 2, 'error: a registry is named with --server'],
    [`create secret/registry.example.com ${LOGIN}`, 0, 'secret/registry.example.com'],
    [`create secret docker-registry registry.example.com ${LOGIN}`, 0, 'secret/registry.example.com'],
    [`create registry.example.com --docker-server=r.io ${LOGIN}`, 0, 'secret/registry.example.com'],
    [`create regcred.v1 ${LOGIN}`, 0, 'secret/regcred.v1'],
    [`create ghcr.io --docker-server=ghcr.io ${LOGIN}`, 0, 'secret/ghcr.io'],
    ['create x --server a.io --server b.io --username u --password-stdin --dry-run=client -o name', 0, 'secret/x'],
    ['create x -u jane', 2, "error: unknown option '-u'"],
    ['create x --username a --username b', 2, 'error: --username is given twice, and one run takes one login'],
    [
      'create x --password-env A --password-env B',
      2,
      'error: --password-env is given twice, and one run takes one login',
    ],
    [
      `create x --username u --username u ${LOGIN.replace('--docker-username=u --docker-password=p', '--password-stdin')}`,
      0,
      'secret/x',
    ],
    ['create x -p secret', 2, "error: unknown option '-p'"],
    ['create x -psecret', 2, "error: unknown option '-p'"],
    ['create x --password secret', 2, "error: unknown option '--password'"],
    ['create x --password=secret', 2, "error: unknown option '--password'"],
    ['create x -f config.json', 2, "error: unknown option '-f'"],
    ['create x --server a.io --username USER --password-stdin', 2, 'error: USER stands for a user name'],
    ['create x --user jane --password-stdin', 2, 'error: there is a password, but no user name'],
    ['create x --from-file', 2, missing('--from-file <file>')],
  ]);
});

describe('a dry run without a value', () => {
  const invalidWhere =
    'error: option \'--dry-run <where>\' got an invalid value. It must be "none", "server", or "client".';
  const bare = LOGIN.replace('--dry-run=client', '');
  check([
    [`create x ${bare} --dry-run`, 0, 'secret/x'],
    [`create --dry-run x ${bare}`, 0, 'secret/x'],
    [`create x --dry-run ${bare}`, 0, 'secret/x'],
    [`create x ${bare} --dry-run client`, 0, 'secret/x'],
    [`create --dry-run client x ${bare}`, 0, 'secret/x'],
    ['attach pull --sa default --dry-run none', ...UNDERSTOOD],
    ['attach pull --dry-run server --sa default', ...UNDERSTOOD],
    ['attach pull --sa default --dry-run=', 2, invalidWhere],
    ['attach pull --sa default --dry-run=yes', 2, invalidWhere],
    [`create x ${bare} -- --dry-run`, 2, 'error: create takes the name of one Secret, and 2 are given'],
    ['attach --dry-run pull --sa default', ...UNDERSTOOD],
    ['attach pull --pod web --recreate --yes', ...UNDERSTOOD],
    ['list --dry-run', 2, "error: unknown option '--dry-run'"],
  ]);

  test('a command that is proposed has it, too', async () => {
    const { stderr } = await here(typed('attach pull --dry-run deploy/web'));
    expect(stderr).toContain('\nhint: regsecret attach pull --to deploy/web --dry-run=client\n');
  });
});

describe('flags of kubectl that change nothing here', () => {
  check([
    [`create x ${LOGIN} --show-managed-fields`, 0, 'secret/x'],
    [`create x ${LOGIN} --show-managed-fields=false`, 0, 'secret/x'],
    [`create x ${LOGIN} --validate`, 0, 'secret/x'],
    [`create x ${LOGIN} --validate=strict`, 0, 'secret/x'],
    [`create x ${LOGIN} --validate=ignore`, 0, 'secret/x'],
    [`create x ${LOGIN} --validate=foo`, 2, 'error: invalid argument for "--validate"'],
    [`create x ${LOGIN} --allow-missing-template-keys=true`, 0, 'secret/x'],
    [`create x ${LOGIN} --cache-dir=/tmp/c --disable-compression --match-server-version`, 0, 'secret/x'],
    [`--cache-dir /tmp/c --disable-compression create x ${LOGIN}`, 0, 'secret/x'],
    ['list --cache-dir', 2, missing('--cache-dir <folder>')],
    ['list --disable-compresion', 2, "error: unknown option '--disable-compresion'"],
    ['list --template {{.x}}', 2, "error: unknown option '--template'"],
    ['list -o jsonpath={.items}', 2, NO_TEMPLATES],
    [`create x --dry-run=client -o go-template={{.data}}`, 2, NO_TEMPLATES],
    ['list -o jsonpaths', 2, invalid('-o, --output <format>', 'wide, json, yaml, name')],
    ['list -s https://k.example.com', 2, "error: unknown option '-s'"],
    ['list --save-config', 2, "error: unknown option '--save-config'"],
  ]);
});

const BAD_NAME = 'error: the name of a secret has only a-z, 0-9, - and ., with a letter or digit at both ends';

const BAD_NAMESPACE = 'error: the name of a namespace has only a-z, 0-9 and -, with a letter or digit at both ends';

describe('list, inspect and verify, as kubectl gets and describes', () => {
  check([
    ['get secrets', ...UNDERSTOOD],
    ['get secret pull other', ...UNDERSTOOD],
    ['describe secret pull', ...UNDERSTOOD],
    ['list pull other', ...UNDERSTOOD],
    ['list secret/pull', ...UNDERSTOOD],
    ['list pull -A', ...UNDERSTOOD],
    ['list -l app=web,team!=a --no-headers', ...UNDERSTOOD],
    ['list --selector app=web', ...UNDERSTOOD],
    ["list -l ''", ...UNDERSTOOD],
    ['list --problems --no-headers --sort-by age', ...UNDERSTOOD],
    ['list --sort-by .metadata.creationTimestamp', ...UNDERSTOOD],
    ['list --sort-by={.metadata.name}', ...UNDERSTOOD],
    ['list -A -o name', ...UNDERSTOOD],
    ['list -l', 2, missing('-l, --selector <labels>')],
    ['list pull -l app=web', 2, 'error: names and -l cannot be used together'],
    ['list --sort-by size', 2, invalid('--sort-by <column>', 'name, namespace, type, problems, age')],
    ['list --sort-by=', 2, invalid('--sort-by <column>', 'name, namespace, type, problems, age')],
    ['list --problem', 2, "error: unknown option '--problem'"],
    ['list --no-header', 2, "error: unknown option '--no-header'"],
    ['list -A --server ghcr.io --username janedoe', ...UNDERSTOOD],
    ['list pull --username janedoe --username janedoe', ...UNDERSTOOD],
    ['list --server a.io --server b.io', ...UNDERSTOOD],
    ['list --username a --username b', 2, 'error: --username is given twice, and one run looks for one user'],
    ['list --server', 2, missing('--server <server>')],
    ['list Pull', 2, BAD_NAME],
    ["list ''", 2, BAD_NAME],
    ['list a\\nb', 2, BAD_NAME],
    ['list -A -n a', 2, 'error: --all-namespaces and --namespace cannot be used together'],
    ['inspect pull other', ...UNDERSTOOD],
    ['inspect secret/pull secret/other -o json', ...UNDERSTOOD],
    ['inspect pull Other', 2, BAD_NAME],
    ['inspect -A', 2, 'error: inspect shows Secrets of one namespace'],
    ['verify pull other', ...UNDERSTOOD],
    ['verify -A', ...UNDERSTOOD],
    ['verify pull -A', ...UNDERSTOOD],
    ['verify pull Other', 2, BAD_NAME],
    [
      'verify pull --image ghcr.io/Acme/app',
      2,
      'error: --image ghcr.io/Acme/app is not an image: invalid reference format: repository name (Acme/app) must be lowercase',
    ],
    ['verify -A -n a', 2, 'error: --all-namespaces and --namespace cannot be used together'],
    ['verify -A --server ghcr.io', 2, 'error: -A and --server cannot be used together'],
    ['verify -A -f secret.yaml', 2, 'error: -A and -f cannot be used together'],
    ['verify -A --image ghcr.io/acme/app:v1', 2, 'error: -A and --image cannot be used together'],
  ]);
});

describe('attach and detach in all namespaces', () => {
  check([
    ['attach pull --sa default -A', ...UNDERSTOOD],
    ['attach pull --sa default --to sa/ci -A', ...UNDERSTOOD],
    ['attach secret/pull --all-serviceaccounts -A', ...UNDERSTOOD],
    ['detach pull -A', ...UNDERSTOOD],
    ['detach pull --sa default -A', ...UNDERSTOOD],
    ['attach pull -A', 2, 'error: -A says where to attach, but not what'],
    ['attach pull --to deploy/web -A', 2, 'error: -A cannot be combined with the name of a deployment'],
    ['detach pull --pod web -A', 2, 'error: -A cannot be combined with the name of a pod'],
    ['attach pull --sa Default -A', 2, BAD_NAME.replace('secret', 'serviceaccount')],
    ["attach pull --sa '' -A", 2, 'error: --serviceaccount has an empty value'],
    ['attach pull --sa', 2, missing('--sa, --serviceaccount <name>')],
    ['detach pull -A -f a.yaml', 2, 'error: -A says where to detach, but not what'],
  ]);
});

describe('why and doctor', () => {
  check([
    ['why pod/x pod/y', ...UNDERSTOOD],
    ['why pods x y', ...UNDERSTOOD],
    ['list rbac', ...UNDERSTOOD],
    ['why pod/x -w', ...UNDERSTOOD],
    ['why pod/x --watch=true', ...UNDERSTOOD],
    ['why --watch', 2, 'error: --watch needs a target'],
    ['why -A --watch', 2, 'error: --watch needs a target'],
    ['why -f nowhere --watch', 2, 'error: --watch is for the cluster, not for files'],
    ['why pod/x --watch -o sarif', 2, 'error: --watch cannot print sarif'],
    ['check -A -q', ...UNDERSTOOD],
    ['doctor nowhere/a.yaml nowhere/b.yaml', 1, 'error: cannot read nowhere/a.yaml: no such file or directory'],
    ['doctor ./nowhere', 1, 'error: cannot read ./nowhere: no such file or directory'],
    ['doctor -f nowhere/a nowhere/b', 1, 'error: cannot read nowhere/a: no such file or directory'],
    ['doctor nowhere/', 1, 'error: cannot read nowhere/: no such file or directory'],
    ['doctor ns/team-01', 2, 'error: a namespace is named with -n'],
    [
      'why 127.0.0.1:5000',
      2,
      'error: 127.0.0.1:5000 is a registry; as an image, it would be docker.io/library/127.0.0.1:5000',
    ],
    ['why --image 127.0.0.1:5000', ...UNDERSTOOD],
    ['inspect 127.0.0.1:5000', 2, 'error: inspect takes the name of a Secret, not a registry'],
    ['why team-04/shop', 2, 'error: a target is KIND/NAME, with a kind that has pull secrets'],
    ['doctor nowhere/a.yaml --image nginx:1', 2, 'error: -f cannot be combined with targets'],
    ['doctor -l team=a', ...UNDERSTOOD],
    ['why --selector team=a --offline', ...UNDERSTOOD],
    ['doctor -l', 2, missing('-l, --selector <labels>')],
    ["doctor -l ''", 2, 'error: --selector has an empty value'],
    ['doctor -l team=a -A', ...UNDERSTOOD],
    ['doctor -A -l team=a', ...UNDERSTOOD],
    ['sync -l pulls=private -A', ...UNDERSTOOD],
    ['remove --server ghcr.io -l a=b -A', ...UNDERSTOOD],
    ['doctor -l team=a -n x', 2, 'error: -l and --namespace cannot be used together'],
    ['doctor -l team=a pod/x', 2, 'error: -l cannot be combined with targets'],
    ['doctor -l team=a --image nginx:1', 2, 'error: -l cannot be combined with targets'],
    ['doctor -l team=a -f nowhere', 2, 'error: -f cannot be combined with targets'],
    ['doctor -l team=a --watch', 2, 'error: --watch needs a target'],
    ['doctor deplyo/web', 2, 'error: a target is KIND/NAME, with a kind that has pull secrets'],
    ['why pod', 2, 'error: "pod" is a kind without a name'],
    ["why ''", 2, BAD_NAME.replace('secret', 'pod')],
    ['why web\\nx', 2, BAD_NAME.replace('secret', 'pod')],
    ['doctor -f', 2, missing('-f, --filename <file>')],
  ]);
});

describe('flags of every command', () => {
  check([
    ['list --as jane --as-user-extra scopes=a --as-user-extra scopes=b', ...UNDERSTOOD],
    ['list --as jane --as-user-extra scopes', 2, 'error: --as-user-extra takes a key and a value'],
    ['list --as jane --as-user-extra =a', 2, 'error: --as-user-extra takes a key and a value'],
    ["list --as jane --as-user-extra ''", 2, 'error: --as-user-extra takes a key and a value'],
    ['list --as-user-extra', 2, missing('--as-user-extra <key=value>')],
    ['list -n Team', 2, BAD_NAMESPACE],
    ['-n a/b list', 2, BAD_NAMESPACE],
    [`create x ${LOGIN} -n team_a`, 2, BAD_NAMESPACE],
    ['list --warnings-as-errors', ...UNDERSTOOD],
    ['--warnings-as-errors=true list', ...UNDERSTOOD],
    ['list --warnings-as-errors=maybe', 2, 'error: invalid argument for "--warnings-as-errors"'],
    ['list -q', ...UNDERSTOOD],
    ['-q list', ...UNDERSTOOD],
    ['list --quiet=true', ...UNDERSTOOD],
    ['list --quite', 2, "error: unknown option '--quite'"],
    ['list -v=6', ...UNDERSTOOD],
    ['list -v 8', ...UNDERSTOOD],
    ['list -v9 --v=10', ...UNDERSTOOD],
    ['-v=6 list', ...UNDERSTOOD],
    ['-v 6 -n team why pod/x', ...UNDERSTOOD],
    ['why pod/x -v', ...UNDERSTOOD],
    ['why pod/x -v=true', ...UNDERSTOOD],
    ['why -v=6 pod/x', ...UNDERSTOOD],
    ['list -v', 2, "error: unknown option '-v'"],
    ['list -v=', 2, "error: option '--v <level>' got an invalid value. It must be a number, as in -v=6."],
    ['list -v=six', 2, "error: option '--v <level>' got an invalid value. It must be a number, as in -v=6."],
    ['list --v', 2, missing('--v <level>')],
    ['options', 0, 'Show all flags of a command; without one those that every command has.'],
    ['help options', 0, 'Show all flags of a command; without one those that every command has.'],
    [
      'options x',
      2,
      "error: argument 'command' got an invalid value. Allowed choices are create, attach, detach, sync, rotate, remove, delete, inspect, list, verify, doctor, why, rbac, options, completion, version.",
    ],
    ['optons', 2, "error: unknown command 'optons'"],
    ['rm regcred', 2, "error: unknown command 'rm'"],
    ['secrt regcred', 2, "error: unknown command 'secrt'"],
    ['undo', 2, "error: unknown command 'undo'"],
    ['Hunter2! regcred', 2, 'error: unknown command'],
  ]);
});

describe('kinds and targets where kubectl has them', () => {
  check([
    ['delete secret regcred --yes', ...UNDERSTOOD],
    ['rotate secret regcred --server ghcr.io --username u --password-stdin --no-verify', ...UNDERSTOOD],
    ['remove secret regcred --server ghcr.io', ...UNDERSTOOD],
    ['attach secret regcred --sa default', ...UNDERSTOOD],
    ['attach regcred sa/default', 2, 'error: a target is named with --to'],
    ['create x --docker-server=r.io', 2, 'error: there is no user name and no password'],
    ['attach sa default', 2, 'error: a target is named with --to'],
    ['detach regcred deploy/web', 2, 'error: a target is named with --from'],
    ['remove registry.example.com', 2, 'error: a registry is named with --server'],
    ['remove x', 2, 'error: no registry is named'],
    [`create docker-registry x ${LOGIN}`, 0, 'secret/x'],
    [`create docker-registry ${LOGIN}`, 0, 'secret/docker-registry'],
  ]);

  test.each([
    ['attach regcred sa/default', 'hint: regsecret attach regcred --to sa/default'],
    ['attach sa default', 'hint: regsecret attach --to sa/default'],
    ['detach regcred deploy/web', 'hint: regsecret detach regcred --from deploy/web'],
    ['remove registry.example.com', 'hint: regsecret remove --server registry.example.com'],
    ['doctor ns/team-01', 'hint: regsecret doctor -n team-01'],
    ['doctor namespace/team-01 --context c', 'hint: regsecret doctor --context c -n team-01'],
    ['why team-04/shop', 'hint: regsecret why deployment/shop -n team-04'],
    [
      'why 127.0.0.1:5000 -n lab',
      'hint: regsecret why -n lab 127.0.0.1:5000/NAME:TAG for an image there, or regsecret verify --server 127.0.0.1:5000 for your login',
    ],
    [
      'verify localhost.local:5000',
      'hint: regsecret list says which Secret has localhost.local:5000, and regsecret verify --server localhost.local:5000 checks your own login',
    ],
    ['why svc/shop', 'hint: regsecret why deployment/NAME'],
    ['why deplyo/shop', 'hint: regsecret why deploy/shop'],
    // A folder of the repository that is called as a kind is.
    ['doctor deploy', 'hint: regsecret doctor -f deploy'],
    ['doctor deploy --strict', 'hint: regsecret doctor -f deploy --strict'],
    ['doctor -n lab --watch', 'hint: regsecret doctor -n lab lists those that fail; pass one of them to --watch'],
    ['doctor -A --watch', 'hint: regsecret doctor -A lists those that fail; pass one of them to --watch'],
    ['doctor deploy -n team-04', 'hint: regsecret why -n team-04 deploy/NAME'],
    ['doctor deploy -A', 'hint: regsecret why deploy/NAME'],
    ['why pods -n team-04', 'hint: regsecret doctor -n team-04'],
    ['doctor deployments -A', 'hint: regsecret doctor -A'],
    ['doctor secrets -l team=a', 'hint: regsecret doctor -l team=a'],
    ['doctor sts', 'hint: regsecret why sts/NAME'],
    [
      'create secret docker-registry x --docker-server=ghcr.io',
      "hint: take docker's login with --server ghcr.io in place of --docker-server, or add --docker-username USER --password-stdin",
    ],
    ['create x --docker-email=a@b.c', 'hint: add --docker-username USER --password-stdin and pipe the password in'],
    ['rbac --for deployer list', 'hint: regsecret rbac list --for sa/deployer'],
    ['rbac attach deploy/web', 'hint: regsecret rbac attach --to deploy/web'],
    ['rbac --for sa/ci remove ghcr.io', 'hint: regsecret rbac --for sa/ci remove --server ghcr.io'],
    ['rbac why svc/web', 'hint: regsecret rbac why deployment/NAME'],
    ['rbac sync shop', "hint: regsecret rbac sync shop --to 'team-*'"],
    ['rbac create x --server ghcr.io --attach web', 'hint: --attach sa/web, or --attach deployment/web'],
    ['rbac --for sa/ci docter -n build', '(Did you mean doctor?)'],
    [
      'rbac --for deployer create pull -n team --attach sa/default',
      'hint: regsecret rbac create pull -n team --attach sa/default --for sa/deployer',
    ],
    ['rbac --for deployer create --username Hunter2!', 'hint: --for sa/deployer'],
    ['rbac --for ci:deployer list', 'hint: regsecret rbac list --for sa/ci:deployer'],
    ['rbac --for x! list', 'hint: --for sa/NAME'],
    ['rbac --for sa/ci/deployer list', 'hint: regsecret rbac list --for sa/ci:deployer'],
    ['rbac --for ci/deployer list', 'hint: regsecret rbac list --for sa/ci:deployer'],
    ['rbac --for system:serviceaccount:ci:deployer list', 'hint: regsecret rbac list --for sa/ci:deployer'],
    ['rbac --for serviceaccount:ci:deployer list', 'hint: regsecret rbac list --for sa/ci:deployer'],
    ['rbac --for serviceaccount:deployer list', 'hint: regsecret rbac list --for sa/deployer'],
    ['rbac --for ServiceAccount/deployer list', 'hint: regsecret rbac list --for sa/deployer'],
    ['rbac --for sa:deployer list', 'hint: regsecret rbac list --for sa/deployer'],
    ['rbac --for users/jane list', 'hint: regsecret rbac list --for user/jane'],
    ['rbac --for group:devs list', 'hint: regsecret rbac list --for group/devs'],
    ['rbac --for group:a:b list', 'hint: --for group/NAME'],
    ['rbac --for system:serviceaccounts:ci list', 'hint: --for sa/NAME'],
    ['rbac --for system:masters list', 'hint: --for sa/NAME'],
    ['rbac --for sa/ list', 'hint: --for sa/NAME'],
    ['rbac --for a/b/c list', 'hint: --for sa/NAME'],
    ['sync --to a -A', 'hint: regsecret sync --to a'],
    ['sync --to a -l b=c', 'hint: regsecret sync --to a, or regsecret sync -l b=c'],
    ['doctor -A -n a --offline', 'hint: regsecret doctor -A --offline'],
    ['doctor -l app=api -n a --strict', 'hint: regsecret doctor -l app=api --strict'],
    ['doctor --only missing-secert --strict', 'hint: regsecret doctor --only missing-secret --strict'],
    ['why web,worker', 'hint: regsecret why web worker'],
    ['doctor deployment/a,deployment/b', 'hint: regsecret doctor deployment/a deployment/b'],
    ['why deployment/a,b -v', 'hint: regsecret why deployment/a deployment/b -v'],
    ['create secret regcreds --server ghcr.io', 'hint: regsecret create regcreds --server ghcr.io'],
    ['rotate --server ghcr.io --verify', '(rotate always verifies; --no-verify leaves it out.)'],
    ['lint deploy', '(Did you mean regsecret doctor -f deploy?)'],
    ['validate deploy.yaml', '(Did you mean regsecret doctor -f deploy.yaml?)'],
    ['verify -A --image ghcr.io/a/b:v1', 'hint: regsecret verify -A, or regsecret verify --image ghcr.io/a/b:v1'],
    ['verify -A -f a.yaml', 'hint: regsecret verify -A, or regsecret verify -f a.yaml'],
    ['sync -A --server a.io --refresh 1h --dry-run=client', 'hint: regsecret sync --server a.io -A --dry-run=client'],
    ['list -A -n a --problems', 'hint: regsecret list -A --problems'],
    ['sync a/b/c -l x=y', 'hint: regsecret sync NAME'],
    ['detach pull --dry-run=server', 'hint: regsecret detach pull --serviceaccount default --dry-run=server'],
    ['remove x --dry-run=client -n a', 'hint: regsecret remove -n a x --server HOST --dry-run=client'],
    ['remove -A --dry-run=client', 'hint: regsecret remove --server HOST -A --dry-run=client'],
    ['remove x! --dry-run=client', 'hint: --server HOST'],
    ['rotate', 'hint: regsecret rotate --server HOST'],
    ['rotate a b -n team-a', 'hint: regsecret rotate -n team-a a b --server HOST'],
    ['rotate -A --dry-run=client', 'hint: regsecret rotate --server HOST -A --dry-run=client'],
    ['rotate -l team=a --restart --context b', 'hint: regsecret rotate --context b --server HOST -l team=a --restart'],
    ['rotate --to-context a --any-user', 'hint: regsecret rotate --server HOST --any-user --to-context a'],
    ['sync x --dry-run=client', "hint: regsecret sync x --to 'team-*' --dry-run=client"],
    ['sync x --watch', "hint: regsecret sync x --to 'team-*' --dry-run=client"],
    ['sync x --attach sa/default', "hint: regsecret sync x --to 'team-*' --dry-run=client --attach sa/default"],
    ['sync x --to-context b --dry-run=server', "hint: regsecret sync x --to 'team-*' --to-context b --dry-run=server"],
    ['attach pull --wait --timeout 30s', 'hint: regsecret attach pull --serviceaccount default --timeout 30s --wait'],
    [
      'delete x -n a -A --owned --force --to-context c',
      'hint: regsecret delete x -n a -A --force --owned --yes --to-context c',
    ],
    ['attach default', 'hint: say --to KIND/NAME or --serviceaccount NAME'],
    ['attach pull --dry-run=client -n a', 'hint: regsecret attach -n a pull --serviceaccount default --dry-run=client'],
    ['rm regcred', '(Did you mean regsecret remove regcred?)'],
    ['login ghcr.io', '(Did you mean regsecret create --server ghcr.io?)'],
    [
      'login r.example.com:5000 --username jane',
      '(Did you mean regsecret create --server r.example.com:5000 --username jane?)',
    ],
    [
      'login ghcr.io -u jane --password-stdin',
      '(Did you mean regsecret create --server ghcr.io --username jane --password-stdin?)',
    ],
    ['login ghcr.io -u jane -p Hunter2', '(Did you mean regsecret create --server ghcr.io --username jane?)'],
    ['login ghcr.io -u jane:Hunter2', '(Did you mean regsecret create --server ghcr.io --username USER?)'],
    ['logout ghcr.io -u jane', '(Did you mean regsecret remove --server ghcr.io?)'],
    ['logout ghcr.io', '(Did you mean regsecret remove --server ghcr.io?)'],
    ['login hunter2', '(Did you mean create?)'],
    ['logout', '(Did you mean remove?)'],
    ['status', '(Did you mean doctor?)'],
    ['doctr -A', '(Did you mean regsecret doctor -A?)'],
    ['whi pod/web -n team-a', '(Did you mean regsecret why pod/web -n team-a?)'],
    ['creat pull --username bob', '(Did you mean regsecret create pull --username bob?)'],
    ['creat pull --username bob:Hunter2', '(Did you mean create?)'],
    ['diagnose deploy/web', '(Did you mean regsecret doctor deploy/web?)'],
    ['logs pod/web', '(Did you mean regsecret why pod/web?)'],
    ['cp pull', '(Did you mean regsecret sync pull?)'],
    ['apply x', '(Did you mean regsecret create x?)'],
    ['apply -f deploy', '(Did you mean regsecret attach -f deploy?)'],
    ['fix -A', '(Did you mean regsecret doctor -A?)'],
    ['scan', '(Did you mean doctor?)'],
    ['tags ghcr.io/acme/app', '(Did you mean regsecret why ghcr.io/acme/app?)'],
    ['decode pull', '(Did you mean regsecret inspect pull?)'],
    ['view pull', '(Did you mean regsecret inspect pull?)'],
    ['view Hunter2!', '(Did you mean inspect?)'],
    ['events pod/web -n team-a', '(Did you mean regsecret why pod/web -n team-a?)'],
    ['debug pod/web', '(Did you mean regsecret why pod/web?)'],
    ['status deploy/web', '(Did you mean regsecret doctor deploy/web?)'],
    ['add regcred --server ghcr.io', '(Did you mean regsecret create regcred --server ghcr.io?)'],
    ['edit regcred', '(Did you mean regsecret create regcred?)'],
    ['test regcred', '(Did you mean regsecret verify regcred?)'],
    ['diff regcred', '(Did you mean regsecret create --dry-run=server regcred?)'],
    ['replicate regcred --to team-b', '(Did you mean regsecret sync regcred --to team-b?)'],
    ['validate -f deploy', '(Did you mean regsecret doctor -f deploy?)'],
    ['debug pod/web --context a;b', '(Did you mean why?)'],
    ['create pull --server a.io b.io', 'hint: regsecret create pull --server a.io --server b.io'],
    ['create --server a.io quay.io -n team', 'hint: regsecret create -n team --server a.io --server quay.io'],
    ['create --server a.io b.io:5000', 'hint: regsecret create --server a.io --server b.io:5000'],
    [
      'remove pull --server a.io b.io --dry-run=client',
      'hint: regsecret remove pull --server a.io --server b.io --dry-run=client',
    ],
    ['verify -A --all', 'hint: regsecret verify -A, or regsecret verify --all'],
    ['doctor -n a -n b', "hint: regsecret doctor -l 'kubernetes.io/metadata.name in (a,b)'"],
    ['list -n a,b', 'hint: run it once for each, or with -A'],
    ['doctor -n team-* --strict', 'hint: regsecret doctor -A --strict'],
    ['why -n team-? --context c', 'hint: regsecret why --context c -A'],
    ['list pull -n * --problems', 'hint: regsecret list pull -A --problems'],
    ['verify pull -n team-*', 'hint: regsecret verify pull -A'],
    // What -A does not go with.
    ['why pod/x -n team-*', 'hint: run it once for each'],
    ['doctor -f a.yaml -n team-*', 'hint: run it once for each'],
    ['verify --image ghcr.io/a/b:v1 -n team-*', 'hint: run it once for each'],
    ['sync pull -n team-* --dry-run=client', "hint: regsecret sync pull --to 'team-*' --dry-run=client"],
    ['sync pull -n team-* --to a', 'hint: run it once for each'],
    ['create pull --server r.io -n team-[a-c]', "hint: regsecret sync pull --to 'team-[a-c]' --server r.io"],
    ['create pull -n Hunter2*', 'hint: run it once for each'],
    // It would be many more.
    ['delete pull -n team-*', 'hint: run it once for each'],
    [
      'attach pull --sa default -n a,b',
      'hint: regsecret attach pull -n a --sa default && regsecret attach pull -n b --sa default',
    ],
    // Without a login, sync would bring another Secret there.
    ['create -n a,b', 'hint: regsecret sync --to a,b --server HOST'],
    [
      'create secret docker-registry x -n a -n b --context c',
      'hint: regsecret sync --context c x --to a,b --server HOST',
    ],
    [
      'create pull -n a,b --server r.io --dry-run=client',
      'hint: regsecret sync pull --to a,b --server r.io --dry-run=client',
    ],
    ['create pull --all -n a --namespace=b -o json', 'hint: regsecret sync pull --to a,b --all -o json'],
    [
      'create -n a,b --from-file f --attach sa/default --kubeconfig k',
      'hint: regsecret sync --kubeconfig k --to a,b --from-file f --attach sa/default',
    ],
    // What may be a password, and what sync does not have.
    ['create pull -n a,b --username jane --password-stdin', 'hint: use sync, with --to a,b in place of -n'],
    ['create Hunter2! -n a,b --server r.io', 'hint: use sync, with --to a,b in place of -n'],
    ['create pull -n a,b --server r.io --replace', 'hint: use sync, with --to a,b in place of -n'],
    ['create pull -n a,b --server r.io --attach deploy/web', 'hint: use sync, with --to a,b in place of -n'],
    ['create pull -n a,b --server r.io -o yaml', 'hint: use sync, with --to a,b in place of -n'],
    ['create pull -n Hunter2!,b', 'hint: run it once for each'],
    [
      'sync pull -n a,b --attach all --dry-run=server',
      'hint: regsecret sync pull --to a,b --attach all --dry-run=server',
    ],
    ['sync Hunter2! -n a,b', 'hint: use --to a,b in place of -n'],
    ['sync pull -n a,b --to c', 'hint: run it once for each'],
    ['sync pull -n a,b -A', 'hint: run it once for each'],
    ['sync pull --to a b', 'hint: regsecret sync pull --to a,b'],
    ['sync pull --to a,b c d --dry-run=client -n e', 'hint: regsecret sync pull -n e --to a,b,c,d --dry-run=client'],
    ['sync secret/pull --to=a b --context c', 'hint: regsecret sync --context c pull --to a,b'],
    // Which of them is the Secret?
    ['sync --to a b pull', 'hint: regsecret sync --help'],
    ['sync pull --to a Hunter2!', 'hint: regsecret sync --help'],
    ['create pull --server r.io --attach default', 'hint: regsecret create pull --attach sa/default --server r.io'],
    [
      'create --attach sa/a --attach b --username Hunter2!',
      'hint: --attach sa/a --attach sa/b, or --attach sa/a --attach deployment/b',
    ],
    ['create pull --server r.io --attach deplyo', 'hint: regsecret create pull --attach deploy/NAME --server r.io'],
    [
      'create pull --server r.io --attach Hunter2!',
      'hint: regsecret create pull --attach deployment/NAME --server r.io',
    ],
    ['sync pull --to a --attach default', 'hint: regsecret sync pull --attach sa/default --to a'],
    ['rbac -n team', 'hint: regsecret rbac --help'],
    [
      'create x --user bob --password-stdin --server r.io --context c',
      'hint: regsecret create --context c x --username bob --server r.io --password-stdin',
    ],
    ['sync --to x --user bob --password-stdin', 'hint: regsecret sync --username bob --password-stdin --to x'],
    ['create x --user bob --docker-password=p', 'hint: --username bob'],
  ])('%s', async (line, second) => {
    const { code, stderr } = await here(typed(line), { stdin: 'secret' });
    expect([code, stderr.split('\n')[1]]).toEqual([2, second]);
  });
});

describe('what an unknown flag means', () => {
  test.each([
    ['create -u jane', '(Did you mean regsecret create --username jane?)'],
    ['create -u=jane', '(Did you mean regsecret create --username jane?)'],
    ['create -u jane:Hunter2', '(Did you mean regsecret create --username USER?)'],
    ['create -u $(whoami)', '(Did you mean regsecret create --username USER?)'],
    [
      'create --server a.io -u jane --password-stdin',
      '(Did you mean regsecret create --server a.io --username jane --password-stdin?)',
    ],
    [
      'create --username jane --password Hunter2',
      '(Did you mean regsecret create --username jane --password-stdin < FILE? --password would show the password to every user of this machine.)',
    ],
    [
      'create -p secret',
      '(Did you mean regsecret create --username USER --password-stdin < FILE? -p would show the password to every user of this machine.)',
    ],
    [
      'verify --password=secret',
      '(Did you mean regsecret verify --username USER --password-stdin < FILE? --password would show the password to every user of this machine.)',
    ],
    [
      'create pull --server a.io -u jane -pHunter2',
      '(Did you mean regsecret create pull --server a.io --username jane --password-stdin < FILE? -p would show the password to every user of this machine.)',
    ],
    ['create Hunter2! -u jane', '(Did you mean --username?)'],
    ['create -f config.json', '(Did you mean regsecret create --from-file config.json?)'],
    ['list -s https://k.example.com', '(Did you mean --api-server?)'],
    ['create -s ghcr.io', '(Did you mean regsecret create --server ghcr.io?)'],
    ['create --registry ghcr.io', '(Did you mean regsecret create --server ghcr.io?)'],
    ['attach -sa default', '(Did you mean --sa?)'],
    ['delete pull --server ghcr.io', '(Did you mean remove --server?)'],
    ['doctor --file deploy', '(Did you mean regsecret doctor --filename deploy?)'],
    ['create --file config.json', '(Did you mean regsecret create --from-file config.json?)'],
    ['attach regcred --deploy web', '(Did you mean --to deploy/web?)'],
    ['attach --deployment=web regcred', '(Did you mean --to deployment/web?)'],
    ['detach --sts db', '(Did you mean --from sts/db?)'],
    ['attach --deployment Hunter2!', '(Did you mean --to deployment/NAME?)'],
    ['sync pull --label pull=yes', '(Did you mean regsecret sync pull --selector pull=yes?)'],
    ['sync pull --to-selector pull=yes', '(Did you mean regsecret sync pull --selector pull=yes?)'],
    ['sync --to-selector=pull=yes pull -n a', '(Did you mean regsecret sync --selector pull=yes pull -n a?)'],
    ['rbac sync pull --to-selector pull=yes', '(Did you mean rbac sync pull --selector pull=yes?)'],
    ['sync pull --to-selector', '(Did you mean --selector?)'],
    ["sync pull --to-selector 'pull in (a)'", '(Did you mean --selector?)'],
    ['sync Hunter2! --to-selector pull=yes', '(Did you mean --selector?)'],
    ['create pull --pasword-file Hunter2', '(Did you mean --password-file?)'],
    ['attach pull --pwd hunter2', '(Did you mean --pod?)'],
    ['create pull --passwordstdin Hunter2', '(Did you mean --password-stdin?)'],
    ['sync --from platform/pull --to x', '(Did you mean regsecret sync pull -n platform --to x?)'],
    ['sync pull --from=platform -A', '(Did you mean regsecret sync -n platform pull -A?)'],
    ['sync --from Hunter2!', '(Did you mean regsecret sync NAME -n NAMESPACE?)'],
    ['create --copy-from platform', '(Did you mean regsecret sync -n platform --to NAMESPACE?)'],
    ['doctor --exclude shop', '(-l chooses namespaces by their labels, and --ignore leaves out findings.)'],
    ['list --template {{.x}}', '(Templates are not supported; use -o json and jq.)'],
    ['list -v', '(Did you mean -v=6?)'],
    ['list --contxt c', '(Did you mean regsecret list --context c?)'],
    ['inspect -u jane', 'hint: regsecret inspect --help'],
    ['why --zzzzzzzz', 'hint: regsecret why --help'],
    ['doctor --zzzzzzzz', 'hint: regsecret doctor --help'],
    ['why a.io/b:v1 --for deploy/web', '(Did you mean regsecret why deploy/web --image a.io/b:v1?)'],
    ['why --image a.io/b:v1 --for=deploy/web', '(Did you mean regsecret why deploy/web --image a.io/b:v1?)'],
    ['why Hunter2! --for web', '(Did you mean regsecret why KIND/NAME --image IMAGE?)'],
    ['doctor --errors-only', '(Did you mean regsecret doctor --errors?)'],
    ['doctor --problems', '(Did you mean regsecret doctor --errors?)'],
    ['doctor --fail-on=warning', '(Did you mean --strict?)'],
    ['doctor -f deploy --fail-on warning', '(Did you mean --strict?)'],
    ['doctor -a', '(Did you mean regsecret doctor -A?)'],
    ['create x -a', 'hint: regsecret create --help'],
    ['delete pull -y', '(Did you mean regsecret delete pull --yes?)'],
    ['attach -f k8s -w', '(Did you mean regsecret attach -f k8s --write?)'],
    ['sync -A -w', '(Did you mean regsecret sync -A --watch?)'],
    ['doctor -A --wait', '(Did you mean regsecret doctor -A --watch?)'],
    ["rotate --to 'team-*'", '(rotate takes -A, or -l for the namespaces with a label.)'],
    ['remove --to team-a', '(remove takes -A, or -l for the namespaces with a label.)'],
    ["doctor --to 'team-*'", '(doctor takes -A, or -l for the namespaces with a label.)'],
    ['attach --pod solo --secret regcreds', '(the name of a Secret is an argument: attach NAME.)'],
    ['create --secret regcreds', '(the name of a Secret is an argument: create NAME.)'],
    ['attach --sa default -y', '(Did you mean regsecret attach --sa default --yes?)'],
    ['create pull --yes', '(create does not ask before it writes: leave out --yes.)'],
    ['create pull -y', '(create does not ask before it writes: leave out -y.)'],
    ['inspect --show-password', '(Did you mean regsecret inspect --reveal?)'],
    ['inspect pull --decode', '(Did you mean regsecret inspect pull --reveal?)'],
    ['doctor -A --fix', '(doctor prints the commands that fix what it finds, and runs none of them.)'],
    ['why pod/web --fix', '(why prints the commands that fix what it finds, and runs none of them.)'],
    ['why deploy/web --severity error', '(Did you mean --errors?)'],
    ['list --errors', '(Did you mean regsecret list --problems?)'],
    ['list --errors-only', '(Did you mean regsecret list --problems?)'],
    ['list -s ghcr.io', '(Did you mean regsecret list --server ghcr.io?)'],
    ['list --registry ghcr.io', '(Did you mean regsecret list --server ghcr.io?)'],
    ['list -A -u janedoe', '(Did you mean regsecret list -A --username janedoe?)'],
    ['doctor --server ghcr.io', '(Did you mean verify --server?)'],
    ['list --all', '(Did you mean -A?)'],
    ['detach pull --all', '(Did you mean -A?)'],
    [
      'create pull --server a.io --dryrun=client',
      '(Did you mean regsecret create pull --server a.io --dry-run=client?)',
    ],
    [
      'attach pull --all-workloads',
      '(Did you mean --used --restart? It attaches to the service accounts that pods and workloads use; --all-serviceaccounts to every one.)',
    ],
    [
      'attach pull --all',
      '(Did you mean --used --restart? It attaches to the service accounts that pods and workloads use; --all-serviceaccounts to every one.)',
    ],
    ['inspect --image ghcr.io/acme/app:v1', '(Did you mean verify --image?)'],
    ['doctor --format json', '(Did you mean -o json?)'],
    ['delete pull --all', 'hint: regsecret delete --help'],
    ['create pull -A', '(Did you mean sync -A?)'],
    ['create pull -l team=a', '(Did you mean sync -l?)'],
    ['create pull --all-namespaces', '(Did you mean sync --all-namespaces?)'],
    ['inspect -A', 'hint: regsecret list -A -o wide'],
    ['inspect -A -o json', 'hint: regsecret list -o json -A'],
    ['inspect secret pull --all-namespaces', 'hint: regsecret list pull -A -o wide'],
    ['--context east inspect pull -n team -A', 'hint: regsecret list pull --context east -A -o wide'],
    ['inspect Hunter2! -A', 'hint: regsecret list -A -o wide'],
  ])('%s', async (line, second) => {
    const { code, stderr } = await here(typed(line));
    expect([code, stderr.split('\n')[1]]).toEqual([2, second]);
  });
});

describe('-q', () => {
  const login = ['create', 'x', '--docker-username=u', '--docker-password=p', '--dry-run=client'];

  test('leaves the result', async () => {
    expect(await here([...login, '-q'])).toEqual({ code: 0, stdout: 'secret/x created (dry run)\n', stderr: '' });
  });

  test('without it, what the result does not know is said; with a manifest on stdout, there is none', async () => {
    const said = '--dry-run=client does not ask the cluster: with --dry-run=server you see what would change there\n';
    expect((await here(login)).stderr).toContain(said);
    expect((await here([...login, '-o', 'yaml'], { secretOnStdout: true })).stderr).not.toContain(said);
  });

  test.each([
    ['yaml', [], true],
    ['json', [], true],
    ['name', [], false],
    ['yaml', ['--replace'], false],
    ['yaml', ['--append-hash'], false],
    ['yaml', ['-q'], false],
  ])(
    'without it, -o %s %j says what kubectl apply would do, where create does not do the same',
    async (output, flags, isSaid) => {
      const said =
        'applying this takes all other logins out of a Secret that exists; create without --dry-run keeps them\n';
      const { stderr } = await here([...login, '-o', output, ...flags], { secretOnStdout: true });
      expect(stderr.split(said)).toHaveLength(isSaid ? 2 : 1);
    },
  );

  test('leaves an error with its hint', async () => {
    expect((await here(['create', 'ghcr.io', '-q'])).stderr).toBe(
      'error: a registry is named with --server\nhint: regsecret create --server ghcr.io\n',
    );
  });
});

describe('colours where there is no terminal', () => {
  test.each([
    [{ FORCE_COLOR: '1' }, true],
    [{ CLICOLOR_FORCE: '1' }, true],
    [{ FORCE_COLOR: '1', TERM: 'dumb' }, true],
    [{ FORCE_COLOR: '0' }, false],
    [{ CLICOLOR_FORCE: '0' }, false],
    [{ FORCE_COLOR: '' }, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%j', async (env, isColoured) => {
    expect((await here(['create', 'ghcr.io'], { env })).stderr.includes('\u001b[')).toBe(isColoured);
  });
});
