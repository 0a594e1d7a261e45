/** Command lines that everyday users of kubectl type, and mistakes in them. Nothing is contacted. */
import { describe, expect, test } from 'vitest';
import { here } from '../support/here.ts';
import { check, LOGIN, typed, UNDERSTOOD } from '../support/typed-line.ts';

const TYPES = 'dockerconfigjson, dockercfg';
const NO_TEMPLATES = "error: option '-o, --output <format>': Templates are not supported; use -o json and jq.";

const missing = (flag: string): string => `error: option '${flag}' argument missing`;
const invalid = (flag: string, choices: string): string =>
  `error: option '${flag}' got an invalid value. Allowed choices are ${choices}.`;

describe('create, with the words of kubectl', () => {
  check([
    [`create secret docker-registry x ${LOGIN}`, 0, 'secret/x'],
    [`create secret generic x ${LOGIN}`, 0, 'secret/x'],
    [`create secret generic x --type=kubernetes.io/dockerconfigjson ${LOGIN}`, 0, 'secret/x'],
    [`create x --type kubernetes.io/dockercfg ${LOGIN}`, 0, 'secret/x'],
    [`create secret generic x --type=Opaque ${LOGIN}`, 2, invalid('--type <type>', TYPES)],
    [`create x --type= ${LOGIN}`, 2, invalid('--type <type>', TYPES)],
    ['create x --type', 2, missing('--type <type>')],
    // What kubectl accepts beside its flags is a name.
    [`create secret ${LOGIN}`, 0, 'secret/secret'],
    [`create ghcr.io ${LOGIN}`, 0, 'secret/ghcr.io'],
    [`create my.secret ${LOGIN}`, 0, 'secret/my.secret'],
    [`create 127.0.0.1 ${LOGIN}`, 0, 'secret/127.0.0.1'],
    [`create 123 ${LOGIN}`, 0, 'secret/123'],
    ['create secret', 2, 'error: create takes the name of the Secret, not its kind'],
    ['create secret tls x', 2, 'error: create takes the name of the Secret, not its kind'],
    ['create secrets x', 2, 'error: create takes the name of the Secret, not its kind'],
    [`create secret/secret ${LOGIN}`, 0, 'secret/secret'],
    ['create ghcr.io', 2, 'error: use --server for a registry'],
    ['create ghcr.io/acme/app:v1', 2, 'error: use --server for a registry'],
    ['create registry.example.com:5000', 2, 'error: use --server for a registry'],
    ['create https://quay.io', 2, 'error: use --server for a registry'],
    [`create registry.example.com ${LOGIN}`, 0, 'secret/registry.example.com'],
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
    ['create x --server a.io --username USER --password-stdin', 2, 'error: USER stands for a username'],
    ['create x --user jane --password-stdin', 2, 'error: there is a password, but no username'],
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
    expect(stderr).toContain('\nhint: regsecret attach pull --dry-run=client --to deploy/web\n');
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
    ['inspect -A', 2, "error: unknown option '-A'"],
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
    ['attach pull -A', 2, 'error: -A selects namespaces, but nothing to attach'],
    ['attach pull --to deploy/web -A', 2, 'error: -A cannot be combined with the name of a deployment'],
    ['detach pull --pod web -A', 2, 'error: -A cannot be combined with the name of a pod'],
    ['attach pull --sa Default -A', 2, BAD_NAME.replace('secret', 'serviceaccount')],
    ["attach pull --sa '' -A", 2, 'error: --serviceaccount has an empty value'],
    ['attach pull --sa', 2, missing('--sa, --serviceaccount <name>')],
    ['detach pull -A -f a.yaml', 2, 'error: -A selects namespaces, but nothing to detach'],
  ]);
});

describe('why and doctor', () => {
  check([
    ['why pod/x pod/y', ...UNDERSTOOD],
    ['why pods x y', ...UNDERSTOOD],
    ['list rbac', ...UNDERSTOOD],
    ['why pod/x -w', ...UNDERSTOOD],
    ['why pod/x --watch=true', ...UNDERSTOOD],
    ['why --watch', ...UNDERSTOOD],
    ['doctor -A -w --timeout 150s', ...UNDERSTOOD],
    ['doctor -A -w -o sarif', 2, 'error: --watch cannot print sarif'],
    ["doctor -n 'team-*'", 2, 'error: a command works in one namespace'],
    ['doctor -A -n x -w', 2, 'error: --all-namespaces and --namespace cannot be used together'],
    ['why -f nowhere --watch', 2, 'error: --watch is for the cluster, not for files'],
    ['why pod/x --watch -o sarif', 2, 'error: --watch cannot print sarif'],
    ['check -A -q', ...UNDERSTOOD],
    ['doctor nowhere/a.yaml nowhere/b.yaml', 1, 'error: cannot read nowhere/a.yaml: no such file or directory'],
    ['doctor ./nowhere', 1, 'error: cannot read ./nowhere: no such file or directory'],
    ['doctor -f nowhere/a nowhere/b', 1, 'error: cannot read nowhere/a: no such file or directory'],
    ['doctor nowhere/', 1, 'error: cannot read nowhere/: no such file or directory'],
    ['doctor ns/team-01', 2, 'error: use -n for a namespace'],
    [
      'why 127.0.0.1:5000',
      2,
      'error: 127.0.0.1:5000 is a registry; as an image, it would be docker.io/library/127.0.0.1:5000',
    ],
    ['why --image 127.0.0.1:5000', ...UNDERSTOOD],
    ['inspect 127.0.0.1:5000', 2, 'error: use --server for a registry'],
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
    ['doctor -l team=a --watch --errors', ...UNDERSTOOD],
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
    ['options', 0, 'Show all flags of a command, or the flags of every command.'],
    ['help options', 0, 'Show all flags of a command, or the flags of every command.'],
    [
      'options x',
      2,
      "error: argument 'command' got an invalid value. Allowed choices are doctor, why, list, inspect, verify, create, attach, detach, sync, rotate, remove, delete, rbac, completion, options, version.",
    ],
    ['optons', 2, "error: unknown command 'optons'"],
    ['rm regcred', 2, "error: unknown command 'rm'"],
    ['secrt regcred', 2, "error: unknown command 'secrt'"],
    ['undo', 2, "error: unknown command 'undo'"],
    ['Hunter2! regcred', 2, 'error: unknown command'],
  ]);
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
    ['create Hunter2! -u jane', '(Did you mean regsecret create NAME --username jane?)'],
    ['create -f secret.yaml', '(Did you mean regsecret create --from-file secret.yaml?)'],
    [
      'create pull -f k8s/secret.yml -n team-a',
      '(Did you mean regsecret create pull --from-file k8s/secret.yml -n team-a?)',
    ],
    ["create -f '$(x).yaml'", String.raw`(Did you mean regsecret create --from-file \''$(x).yaml'\'?)`],
    ['create -f config.json', '(Did you mean regsecret create --from-file config.json?)'],
    ['list -s https://k.example.com', '(Did you mean --api-server?)'],
    ['create -s ghcr.io --force=false', '(Did you mean regsecret create --server ghcr.io?)'],
    ['craete pull --force=false', '(Did you mean regsecret create pull?)'],
    ['craete pull --force=maybe', 'hint: --force=true or --force=false'],
    ['rbac sync pull --to-selector a=b --merge=false', '(Did you mean regsecret rbac sync pull --selector a=b?)'],
    ['create -s ghcr.io', '(Did you mean regsecret create --server ghcr.io?)'],
    ['create --registry ghcr.io', '(Did you mean regsecret create --server ghcr.io?)'],
    ['attach -sa default', '(Did you mean --sa?)'],
    ['doctor --file deploy', '(Did you mean regsecret doctor --filename deploy?)'],
    ['create --file config.json', '(Did you mean regsecret create --from-file config.json?)'],
    ['sync pull --to-selector pull=yes', '(Did you mean regsecret sync pull --selector pull=yes?)'],
    ['sync --to-selector=pull=yes pull -n a', '(Did you mean regsecret sync pull --selector pull=yes -n a?)'],
    ['rbac sync pull --to-selector pull=yes', '(Did you mean regsecret rbac sync pull --selector pull=yes?)'],
    ['sync pull --to-selector', '(Did you mean regsecret sync pull --selector?)'],
    ["sync pull --to-selector 'pull in (a)'", '(Did you mean regsecret sync pull in NAME --selector LABELS?)'],
    ['sync Hunter2! --to-selector pull=yes', '(Did you mean regsecret sync NAME --selector pull=yes?)'],
    ['create pull --pasword-file Hunter2', '(Did you mean --password-file?)'],
    ['attach pull --pwd hunter2', '(Did you mean --pod?)'],
    ['create pull --passwordstdin Hunter2', '(Did you mean --password-stdin?)'],
    ['list --template {{.x}}', '(Templates are not supported; use -o json and jq.)'],
    ['list --contxt c', '(Did you mean regsecret list --context c?)'],
    ['inspect -u jane', 'hint: regsecret inspect --help'],
    ['why --zzzzzzzz', 'hint: regsecret why --help'],
    ['doctor --zzzzzzzz', 'hint: regsecret doctor --help'],
    ['doctor -a', '(Did you mean regsecret doctor -A?)'],
    ['create x -a', 'hint: regsecret create --help'],
    ['delete pull -y', '(Did you mean regsecret delete pull --yes?)'],
    ['attach -f k8s -w', '(Did you mean regsecret attach -f k8s --write?)'],
    ['sync -A -w', '(Did you mean regsecret sync -A --watch?)'],
    ['attach --sa default -y', '(Did you mean regsecret attach --sa default --yes?)'],
    ['list -s ghcr.io', '(Did you mean regsecret list --server ghcr.io?)'],
    ['list --registry ghcr.io', '(Did you mean regsecret list --server ghcr.io?)'],
    ['list -A -u janedoe', '(Did you mean regsecret list -A --username janedoe?)'],
    [
      'create pull --server a.io --dryrun=client',
      '(Did you mean regsecret create pull --server a.io --dry-run=client?)',
    ],
    ['delete pull --all', '(--all is a flag of verify, create, sync, rotate)'],
    ['create x --restart', '(--restart is a flag of attach, sync, rotate)'],
    ['create x --to a,b', '(Create it once, and copy it: regsecret sync x --to a,b)'],
    ['create --namespaces a,b', '(Create it once, and copy it: regsecret sync --to a,b)'],
    ['create x --append-hash --namespaces=a,b', '(Create it once, and copy it: regsecret sync x --to a,b)'],
    ['create x -A --force', '(Create it once, and copy it: regsecret sync x -A)'],
    [
      'create x --server ghcr.io --to a,b -n plat',
      '(Did you mean regsecret sync x --server ghcr.io --to a,b -n plat?)',
    ],
    ['sync x --namespaces a,b', '(Did you mean regsecret sync x --to a,b?)'],
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
    const said = '--dry-run=client does not contact the cluster: use --dry-run=server to see what would change there\n';
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
        'applying this removes all other logins from an existing Secret; create without --dry-run keeps them\n';
      const { stderr } = await here([...login, '-o', output, ...flags], { secretOnStdout: true });
      expect(stderr.split(said)).toHaveLength(isSaid ? 2 : 1);
    },
  );

  test('leaves an error with its hint', async () => {
    expect((await here(['create', 'ghcr.io', '-q'])).stderr).toBe(
      'error: use --server for a registry\nhint: regsecret create --server ghcr.io\n',
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
