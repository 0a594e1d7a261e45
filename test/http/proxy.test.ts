/** The rules of golang.org/x/net/http/httpproxy. The results come from a run of it. */
import { describe, expect, test } from 'vitest';
import { proxyFor } from '../../src/http/proxy.ts';

const P = 'http://proxy.corp:3128';

describe('which variable counts', () => {
  test.each([
    ['https://k8s.corp', { HTTPS_PROXY: P }, P],
    ['https://k8s.corp', { https_proxy: P }, P],
    ['https://k8s.corp', { HTTPS_PROXY: P, https_proxy: 'http://other' }, P],
    ['https://k8s.corp', { HTTPS_PROXY: '', https_proxy: P }, P],
    ['https://k8s.corp', { HTTP_PROXY: P, ALL_PROXY: P }, undefined],
    ['http://k8s.corp', { HTTP_PROXY: P }, P],
    ['http://k8s.corp', { http_proxy: P, HTTPS_PROXY: 'http://other' }, P],
    ['https://k8s.corp', { HTTPS_PROXY: 'proxy.corp:3128' }, P],
    ['https://k8s.corp', { HTTPS_PROXY: 'socks5://proxy.corp' }, 'socks5://proxy.corp'],
    ['https://k8s.corp', {}, undefined],
  ] as const)('%s with %o: %s', (url, env, expected) => {
    expect(proxyFor(new URL(url), env)).toBe(expected);
  });
});

describe('hosts of this machine never have a proxy', () => {
  test.each([
    ['https://localhost:6443', undefined],
    ['https://127.0.0.1:6443', undefined],
    ['https://127.8.9.10', undefined],
    ['https://[::1]:6443', undefined],
    ['https://[::ffff:127.0.0.1]', undefined],
    ['https://10.0.0.1', P],
    ['https://localhost.corp', P],
  ])('%s: %s', (url, expected) => {
    expect(proxyFor(new URL(url), { HTTPS_PROXY: P })).toBe(expected);
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['corp', 'https://k8s.corp', undefined],
    ['.corp', 'https://k8s.corp', undefined],
    ['*.corp', 'https://k8s.corp', undefined],
    ['k8s.corp', 'https://k8s.corp', undefined],
    ['.k8s.corp', 'https://k8s.corp', P],
    ['8s.corp', 'https://k8s.corp', P],
    ['K8S.Corp', 'https://k8s.corp', undefined],
    [' other , k8s.corp ', 'https://k8s.corp', undefined],
    ['*', 'https://k8s.corp', undefined],
    ['k8s.corp:443', 'https://k8s.corp', undefined],
    ['k8s.corp:443', 'https://k8s.corp:6443', P],
    ['k8s.corp:6443', 'https://k8s.corp:6443', undefined],
    ['10.0.0.0/8', 'https://10.1.2.3', undefined],
    ['10.0.0.0/8', 'https://11.1.2.3', P],
    ['10.1.2.0/23', 'https://10.1.3.9', undefined],
    ['10.1.2.0/23', 'https://10.1.4.9', P],
    ['10.0.0.0/8', 'https://k8s.corp', P],
    ['10.1.2.3', 'https://10.1.2.3:6443', undefined],
    ['10.1.2.3:443', 'https://10.1.2.3:6443', P],
    ['fd00::/8', 'https://[fd12::1]', undefined],
    ['fd00::/8', 'https://[fe12::1]', P],
    ['[fd12::1]:443', 'https://[fd12::1]', undefined],
    ['fd12::1', 'https://[fd12::1]:6443', undefined],
    ['::ffff:10.1.2.3', 'https://10.1.2.3', undefined],
    ['bücher.corp', 'https://xn--bcher-kva.corp', undefined],
    ['', 'https://k8s.corp', P],
    [':443,/8,[', 'https://k8s.corp', P],
  ])('%o for %s: %s', (noProxy, url, expected) => {
    expect(proxyFor(new URL(url), { HTTPS_PROXY: P, NO_PROXY: noProxy })).toBe(expected);
  });

  test('its lower-case form counts when it is not set', () => {
    expect(proxyFor(new URL('https://k8s.corp'), { HTTPS_PROXY: P, no_proxy: 'corp' })).toBeUndefined();
  });
});

test('in a CGI script HTTP_PROXY may come from the client, so it is refused; HTTPS_PROXY cannot', () => {
  const env = { HTTP_PROXY: P, HTTPS_PROXY: P, REQUEST_METHOD: 'GET' };
  expect(() => proxyFor(new URL('http://k8s.corp'), env)).toThrow('refusing to use HTTP_PROXY');
  expect(proxyFor(new URL('https://k8s.corp'), env)).toBe(P);
});
