/** URLs as Go's net/url parses them. keyring.cluster.test.ts compares with Kubernetes' own code. */
import { describe, expect, test } from 'vitest';
import { GoUrlError, parseGoUrl, splitHostPort } from '../../../src/codec/go/url.ts';

describe('the host and the path', () => {
  test.each([
    ['https://r.io', 'r.io', ''],
    ['http://r.io/', 'r.io', '/'],
    ['https://r.io:5000/a/b', 'r.io:5000', '/a/b'],
    ['https://r.io:/a', 'r.io:', '/a'],
    ['https://R.io/A', 'R.io', '/A'],
    ['https://r.io?a=/b', 'r.io', ''],
    ['https://r.io/a?b#c', 'r.io', '/a'],
    ['https://r.io/a#b?c', 'r.io', '/a'],
    ['https://r.io#a\u0001', 'r.io', ''],
    ['https://jane:pw@r.io/a', 'r.io', '/a', { name: 'jane', password: 'pw' }],
    ['https://a@b@r.io', 'r.io', '', { name: 'a@b', password: '' }],
    ['https://r.io/a%2Fb%20', 'r.io', '/a/b '],
    ['https://r.io/%41', 'r.io', '/A'],
    ['https://r.io//a', 'r.io', '//a'],
    ['https://', '', ''],
    ['https:///a', '', '/a'],
    ['https://bücher.example', 'bücher.example', ''],
    ['https://b%C3%BCcher.example', 'bücher.example', ''],
    ['https://a%25b', 'a%b', ''],
    ['https://a%C2%80', 'a\u0080', ''],
    [`https://-._~!$&'()*+,;="<>`, `-._~!$&'()*+,;="<>`, ''],
    ['https://[::1]', '[::1]', ''],
    ['https://[::1]:5000/a', '[::1]:5000', '/a'],
    ['https://[fe80::1%25eth0]', '[fe80::1%eth0]', ''],
    ['https://[fe80::1%25a%20b]:1', '[fe80::1%a b]:1', ''],
  ])('of %s', (text, host, path, user?: object) => {
    expect(parseGoUrl(text)).toEqual({ host, path, user });
  });
});

describe('what Go refuses', () => {
  test.each([
    ['https://r.io/\u0000', 'net/url: invalid control character in URL'],
    ['https://r.io/\u007f', 'net/url: invalid control character in URL'],
    ['https://ja ne@r.io', 'net/url: invalid userinfo'],
    ['https://a%zz@r.io', 'invalid URL escape "%zz"'],
    ['https://r.io/%zz', 'invalid URL escape "%zz"'],
    ['https://r.io/%4', 'invalid URL escape "%4"'],
    ['https://r.io/%', 'invalid URL escape "%"'],
    ['https://r.io/%4z', 'invalid URL escape "%4z"'],
    ['https://r.io#%zz', 'invalid URL escape "%zz"'],
    ['https://r.io:a', 'invalid port ":a" after host'],
    ['https://r.io:1:2', 'invalid port ":1:2" after host'],
    ['https://r io', 'invalid character " " in host name'],
    ['https://r^io', 'invalid character "^" in host name'],
    ['https://r%41io', 'invalid URL escape "%41"'],
    ['https://r%7Fio', 'invalid URL escape "%7F"'],
    ['https://a[::1]', 'invalid IP-literal'],
    ['https://[::1', "missing ']' in host"],
    ['https://[::1]a', 'invalid port "a" after host'],
    ['https://[::1]:a', 'invalid port ":a" after host'],
    ['https://[::g]', 'invalid host: ParseAddr("::g"): unable to parse IP'],
    ['https://[1.2.3.4]', 'invalid host: ParseAddr("1.2.3.4"): unable to parse IP'],
    ['https://[fe80::1%25a%01b]', 'invalid URL escape "%01"'],
  ])('%j', (text, message) => {
    expect(() => parseGoUrl(text)).toThrow(new GoUrlError(message));
  });
});

describe('host and port', () => {
  test.each([
    ['r.io', 'r.io', ''],
    ['r.io:5000', 'r.io', '5000'],
    ['r.io:', 'r.io', ''],
    [':5000', '', '5000'],
    ['a:b:c', 'a:b:c', ''],
    ['[::1]:5000', '::1', '5000'],
    ['[::1]', '[::1]', ''],
    ['[::1]5000', '[::1]5000', ''],
    ['[::1]a:5000', '[::1]a:5000', ''],
    ['[[::1]:5000', '[[::1]:5000', ''],
    ['[::1]:50]00', '[::1]:50]00', ''],
    ['a[b:5000', 'a[b:5000', ''],
    ['a]b:5000', 'a]b:5000', ''],
    ['ab:5[00', 'ab:5[00', ''],
  ])('of %s', (host, name, port) => {
    expect(splitHostPort(host)).toEqual({ name, port });
  });
});
