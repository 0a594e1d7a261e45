/** Values for kubeconfigs, flags and environments: usual ones, and odd ones that occur in practice. One per line. */

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** Scalars that YAML 1.1 does not read as a string, and other nodes in place of a string. */
export const ODD_SCALARS: readonly string[] = [
  ...lines(String.raw`
no
yes
on
y
null
~
true
1_000
012
0x1f
1e3
1.5
.5
.inf
2024-01-01
0o7
+5
-0b11
0b2
18446744073709551616
!!str no
!!str 12
!!binary aGFs
!!binary "aGFsbG8="
!local abc
!!int "5"
!!float 1
!!bool yes
! no
! "no"
"null"
'no'
"a\tb"
"\u00e9"
"\ud83d\ude00"
"a\/b"
[]
{}
[a]
{a: b}
-
abc:def
a b
a,b
*base
&own abc
&own
@a
%a
<<
=
a#b
"a" b
|
>-`),
  '',
  '`a',
  '"x\\\n  y"',
  'first\n      second',
  '|\n      block\n',
  '>-\n      folded\n      on\n',
  '"multi\n\n      line"',
];

export const FLAGS = lines('true\nfalse\ntrue\nfalse\nfalse\nfalse');
export const ODD_FLAGS = lines('yes\nno\non\nOff\nTRUE\nnull\n"true"\n1\n!!bool "true"\ntRUE');

export const SERVERS = lines(`
https://host.example:6443
https://host.example
https://10.0.0.1:6443
https://[fd00::1]:6443
https://HOST.example
https://host.example/prefix
https://host.example/a/b/
https://host.example/a%20b
https://host.example/a%2Fb
https://host.example/a/../b
https://host.example//a//b
https://host.example/(a)!'*;
https://host.example/é/[x]
https://joe:pw@host.example
https://joe@host.example
https://j%40e:p%3Aw@host.example/p
https://:pw@host.example
http://host.example:8080
host.example:8080
HTTPS://Host.example/X
https://h:
https://h/a?x=1
https://münchen.example`);

export const ODD_SERVERS = [
  ...lines(String.raw`
host.example
10.0.0.1:8080
HTTP://host.example
https://0177.0.0.1
https://127.1
https://0x7f.1
https://2130706433
https:///x
https:/x
https:x
//host.example
/path
host.example/path
https://
ftp://host.example
https://h:99999
https://h:0443
https://:6443
https://h?x
https://h#f
https://h/a#f
https://h/a?x#f
https://m%C3%BCnchen.example
https://ex%61mple
https://a b
https://[fe80::1%25eth0]
https://h/%zz
https://h\x
https://h/a\b
https://a_b.example
https://h.
https://h/a/%2e%2e/b
https://u@/x
http://joe:pw@h
１２７.0.0.1`),
  'https://host.example ',
  ' https://host.example',
];

export const PROXIES = lines(`
http://proxy.example:3128
https://proxy.example
socks5://10.0.0.9:1080
http://u:p@proxy.example`);

export const ODD_PROXIES = lines(`
proxy.example:3128
socks5h://p
ftp://p
10.0.0.9:1
http://0177.1
HTTP://Proxy.example/x
http://
:9
http://p:99999
http://a b`);

/** Flags as kubectl spells them. `@/` is the folder of the kubeconfigs. */
export const COMMAND_LINE_FLAGS: readonly string[] = [
  ...lines(`
--context=x1
--context=x2
--context=gone
--context=
--cluster=c1
--cluster=c2
--cluster=gone
--user=u1
--user=u2
--user=gone
--namespace=team-b
--namespace=
--namespace=Bad_Name
--token=flag-token
--token=
--as=flag-user
--as=
--as-group=g3
--as-group=g4
--as-uid=7
--tls-server-name=flag.example
--insecure-skip-tls-verify=true
--insecure-skip-tls-verify=false
--insecure-skip-tls-verify=1
--insecure-skip-tls-verify=0
--insecure-skip-tls-verify=F
--certificate-authority=@/ca.crt
--certificate-authority=@/missing
--client-certificate=@/client.crt
--client-key=@/client.key
--kubeconfig=@/config-2
--kubeconfig=@/missing
--kubeconfig=@/client.crt/below
--kubeconfig=`),
  ...['0', '5', '1m', '600h', '1500ms', '-1s', '1ns', 'x', '9223372037', '1h1', '2562047h47m', '2562048h', '+3'].map(
    (time) => `--request-timeout=${time}`,
  ),
  ...[...SERVERS.slice(0, 18), ...ODD_SERVERS.slice(3, 12)].map((server) => `--server=${server}`),
];

/** Values of KUBECONFIG. */
export const USUAL_LISTS = lines('@/config-1\n@/config-1\n@/config-1:@/config-2\n@/config-2:@/missing:@/config-1');
export const ODD_LISTS = lines(':\n@/client.crt/below:@/config-1\n:@/config-1:@/config-1\n@/missing\n@/empty');

export const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['KUBERNETES_MASTER', 'https://master.example'],
  ...[...PROXIES, ...ODD_PROXIES].map((proxy) => ['HTTPS_PROXY', proxy] as const),
  ...PROXIES.map((proxy) => ['https_proxy', proxy] as const),
  ...PROXIES.map((proxy) => ['HTTP_PROXY', proxy] as const),
  ...['*', 'host.example', '.example,10.0.0.0/8', '10.0.0.1'].map((hosts) => ['NO_PROXY', hosts] as const),
];
