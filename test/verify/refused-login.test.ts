/** Logins that their registries reject. */
import { expect, test } from 'vitest';
import { rejectedLogins } from '../../src/verify/refused-login.ts';

test.each([
  ['pa55', ''],
  ['pa55\n', '; its password ends with a newline'],
  ['pa55\r\n', '; its password ends with a newline'],
  ['pa55 ', '; its password ends with white space'],
  [' pa\n55', ''],
])('with the password %j', (password, note) => {
  const login = { server: 'r.io', credential: { username: 'jane', password }, from: 'stdin' };
  const rejection = { login, sentence: 'r.io rejects the login' };
  const { details } = rejectedLogins([rejection, rejection], { isTyped: false });
  expect(details.slice(0, 2)).toEqual([
    `it is the login of jane from stdin${note}`,
    `r.io rejects the login: the login of jane from stdin${note}`,
  ]);
});
