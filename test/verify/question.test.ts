/** The questions to registries about the logins of a Secret and about an image. */
import { describe, expect, test } from 'vitest';
import { readContents } from '../../src/secret/contents.ts';
import { parseImage } from '../../src/secret/image.ts';
import { assignLogin } from '../../src/verify/login-permission.ts';
import { imageQuestion, imageQuestions, keyServer, loginQuestions, questionKey } from '../../src/verify/question.ts';
import { pullSecretOf } from '../support/secrets.ts';

const auth = (text: string): string => Buffer.from(text).toString('base64');
const jane = { username: 'jane', password: 'pw' };
const at = (key: string, login = jane) => assignLogin(login, { key, owner: 'person' });
const secret = pullSecretOf(
  'regcred',
  JSON.stringify({
    auths: { 'https://jane@r.io': { auth: auth('jane:pw') }, 'o.io': { auth: 'no base64!' } },
  }),
);
const usable = pullSecretOf('regcred', JSON.stringify({ auths: { 'r.io': { auth: auth('jane:pw') } } }));

test('two questions have one key where they are the same, and it names the registry', () => {
  const image = parseImage('r.io/app:1');
  const asked = imageQuestion(image, at('r.io'));
  expect(asked).toEqual({ server: 'r.io', login: at('r.io'), image });
  expect(questionKey(asked)).toBe(questionKey(imageQuestion(parseImage('r.io/app:1'), at('r.io', { ...jane }))));
  const others = [
    imageQuestion(image, undefined),
    imageQuestion(image, at('r.io', { ...jane, password: 'other' })),
    imageQuestion(image, at('r.io', { ...jane, username: 'joe' })),
    imageQuestion(image, { refused: 'it would get the login of another namespace' }),
    imageQuestion(parseImage('r.io/app:2'), at('r.io')),
    { server: 'r.io', login: at('r.io') },
    { ...asked, server: 'o.io' },
  ].map(questionKey);
  expect(new Set([questionKey(asked), ...others]).size).toBe(others.length + 1);
  expect(keyServer(questionKey(asked))).toBe('r.io');
});

test('each entry that can be read is a question, and what is shown hides the user of the server', () => {
  const questions = loginQuestions(secret, readContents(secret));
  expect(questions.map(({ source, server, username, login }) => [source, server, username, login])).toEqual([
    ['regcred', 'https://jane@r.io', 'jane', at('r.io')],
  ]);
  expect(`${questions[0]?.shown}`).not.toContain('jane@');
});

describe('an image', () => {
  test('that an entry opens is asked about with its login', () => {
    const inTeam = { ...usable, metadata: { ...usable.metadata, namespace: 'team' } };
    expect(imageQuestions([inTeam], 'r.io/app')).toMatchObject([
      {
        source: 'team/regcred',
        server: 'r.io',
        shown: 'r.io',
        login: { credential: jane, registry: 'r.io' },
        image: { text: 'r.io/app' },
      },
    ]);
  });

  test('that no entry opens is asked about without a login', () => {
    const reference = parseImage('o.io/app');
    expect(imageQuestions([usable], 'o.io/app')).toEqual([
      { source: '', server: 'o.io', login: undefined, image: { text: 'o.io/app', reference } },
    ]);
  });
});
