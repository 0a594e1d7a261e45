/** What registries are asked about the logins of a Secret, and about an image. */
import { describe, expect, test } from 'vitest';
import { readContents } from '../../../src/domain/keyring/contents.ts';
import { parseImage } from '../../../src/domain/keyring/image.ts';
import {
  imageQuestion,
  imageQuestions,
  keyServer,
  loginQuestions,
  questionKey,
} from '../../../src/domain/verify/question.ts';
import { pullSecretOf } from '../../support/secrets.ts';

const auth = (text: string): string => Buffer.from(text).toString('base64');
const jane = { username: 'jane', password: 'pw' };
const secret = pullSecretOf(
  'regcred',
  JSON.stringify({
    auths: { 'https://jane@r.io': { auth: auth('jane:pw') }, 'o.io': { auth: 'no base64!' } },
  }),
);
const usable = pullSecretOf('regcred', JSON.stringify({ auths: { 'r.io': { auth: auth('jane:pw') } } }));

test('two questions have one key where they are the same, and it names the registry', () => {
  const image = parseImage('r.io/app:1');
  const asked = imageQuestion(image, jane);
  expect(asked).toEqual({ server: 'r.io', login: jane, image });
  expect(questionKey(asked)).toBe(questionKey(imageQuestion(parseImage('r.io/app:1'), { ...jane })));
  const others = [
    imageQuestion(image, undefined),
    imageQuestion(image, { ...jane, password: 'other' }),
    imageQuestion(image, { ...jane, username: 'joe' }),
    imageQuestion(parseImage('r.io/app:2'), jane),
    { server: 'r.io', login: jane },
    { ...asked, server: 'o.io' },
  ].map(questionKey);
  expect(new Set([questionKey(asked), ...others]).size).toBe(others.length + 1);
  expect(keyServer(questionKey(asked))).toBe('r.io');
});

test('each entry that can be read is a question, and what is shown hides the user of the server', () => {
  const questions = loginQuestions(secret, readContents(secret));
  expect(questions.map(({ source, server, credential }) => [source, server, credential])).toEqual([
    ['regcred', 'https://jane@r.io', expect.objectContaining(jane)],
  ]);
  expect(`${questions[0]?.shown}`).not.toContain('jane@');
});

describe('an image', () => {
  test('that an entry opens is asked about with its login', () => {
    const inTeam = { ...usable, metadata: { ...usable.metadata, namespace: 'team' } };
    expect(imageQuestions([inTeam], 'r.io/app')).toMatchObject([
      { source: 'team/regcred', server: 'r.io', shown: 'r.io', credential: jane, image: { text: 'r.io/app' } },
    ]);
  });

  test('that no entry opens is asked about without a login', () => {
    const reference = parseImage('o.io/app');
    expect(imageQuestions([usable], 'o.io/app')).toEqual([
      { source: '', server: 'o.io', credential: undefined, image: { text: 'o.io/app', reference } },
    ]);
  });
});
