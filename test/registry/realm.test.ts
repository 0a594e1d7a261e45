import { describe, expect, test } from 'vitest';
import { checkRealm, isLoopback } from '../../src/registry/realm.ts';

const registry = (host: string): URL => new URL(host.startsWith('http') ? host : `https://${host}/v2/`);

describe('token servers that may get a password', () => {
  test.each([
    ['ghcr.io', 'https://ghcr.io/token'],
    ['registry.gitlab.com', 'https://gitlab.com/jwt/auth'],
    ['http://127.0.0.1:5000/v2/', 'http://localhost:5001/token'],
    ['http://127.0.0.1:5000/v2/', 'http://127.0.0.1:5001/token'],
    ['http://127.0.0.1:5000/v2/', 'http://10.0.0.1/token'],
    ['http://registry.example.com/v2/', 'http://auth.example.com/token'],
    ['10.0.0.5:5000', 'https://10.0.0.6/token'],
    ['10.0.0.5:5000', 'https://192.168.1.1/token'],
    ['169.254.1.1', 'https://169.254.1.1/token'],
    ['[fd00::1]', 'https://[fd00::2]/token'],
    ['registry.example.com', 'https://8.8.8.8/token'],
    ['registry.example.com', 'https://172.32.0.1/token'],
    ['registry.example.com', 'https://[2001:db8::1]/token'],
  ])('%s: %s', (host, realm) => {
    expect(checkRealm(realm, registry(host))).toBeInstanceOf(URL);
  });
});

describe('and those that may not', () => {
  test.each([
    ['registry.example.com', 'http://registry.example.com/token'],
    ['registry.example.com', 'ftp://registry.example.com/token'],
    ['registry.example.com', 'https://127.0.0.1/token'],
    ['registry.example.com', 'https://127.1/token'],
    ['registry.example.com', 'https://2130706433/token'],
    ['registry.example.com', 'https://0x7f.0.0.1/token'],
    ['registry.example.com', 'https://0/token'],
    ['registry.example.com', 'https://localhost/token'],
    ['registry.example.com', 'https://localhost./token'],
    ['registry.example.com', 'https://a.localhost/token'],
    ['registry.example.com', 'https://10.1.2.3/token'],
    ['registry.example.com', 'https://172.16.0.1/token'],
    ['registry.example.com', 'https://172.31.255.255/token'],
    ['registry.example.com', 'https://192.168.0.1/token'],
    ['registry.example.com', 'https://100.100.100.200/token'],
    ['registry.example.com', 'https://169.254.169.254/token'],
    ['registry.example.com', 'https://metadata.google.internal/token'],
    ['registry.example.com', 'https://[::1]/token'],
    ['registry.example.com', 'https://[::ffff:10.0.0.1]/token'],
    ['registry.example.com', 'https://[64:ff9b::a00:1]/token'],
    ['registry.example.com', 'https://[fe80::1]/token'],
    ['registry.example.com', 'https://[fd00:ec2::254]/token'],
    ['10.0.0.5', 'https://127.0.0.1/token'],
    ['10.0.0.5', 'https://169.254.169.254/token'],
    ['http://127.0.0.1:5000/v2/', 'http://169.254.169.254/token'],
    ['registry.example.com', 'not a URL'],
    ['registry.example.com', undefined],
  ])('%s: %s', (host, realm) => {
    expect(checkRealm(realm, registry(host))).toEqual({ refused: expect.any(String) });
  });
});

test.each([
  ['localhost', true],
  ['localhost:5000', true],
  ['127.0.0.1:5000', true],
  ['[::1]:5000', true],
  ['10.0.0.1', false],
  ['localhost.example.com', false],
])('%s is on this machine: %s', (host, here) => {
  expect(isLoopback(host)).toBe(here);
});
