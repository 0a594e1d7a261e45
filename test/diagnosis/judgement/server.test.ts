/** Secrets with entries for other images only. */
import { attachOther, create, judgements, type Row } from '../../support/judgement-table.ts';
import { login, podWith, secretWith } from '../../support/pull-facts.ts';
import { good, jane, list, quay } from '../../support/pull-situation.ts';

const servers: readonly Row[] = [
  [
    'entries for other registries',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: quay }, says: jane },
    { outcome: 'will not pull', cause: 'no-entry', fix: create },
  ],
  [
    'entries for other registries, and a Secret of the namespace that opens the image',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: quay, other: good }, others: ['regcred', 'other'], says: jane },
    { outcome: 'will not pull', cause: 'no-entry', fix: attachOther },
  ],
  [
    'a key with a tag',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io/acme/web:v1': login() }) }, says: jane },
    { outcome: 'will not pull', cause: 'opens-nothing', fix: create },
  ],
  [
    'a key in capitals',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'GHCR.io': login() }) }, says: jane },
    { outcome: 'will not pull', cause: 'unusual-server', fix: create },
  ],
  [
    'the host of the API of Docker Hub',
    podWith({ list: list('regcred'), image: 'acme/web' }),
    { secrets: { regcred: secretWith({ 'registry-1.docker.io': login() }) }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'unusual-server',
      fix: 'regsecret create regcred -n team-a --server docker.io',
    },
  ],
  [
    'a key with the port that an image without one does not have',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io:443': login() }) }, says: jane },
    { outcome: 'will not pull', cause: 'other-images', fix: create },
  ],
  [
    'a key without the port',
    podWith({ list: list('regcred'), image: 'r.example:5000/app:v1' }),
    { secrets: { regcred: secretWith({ 'r.example': login() }) }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'other-images',
      fix: 'regsecret create regcred -n team-a --server r.example:5000',
    },
  ],
  [
    'a key with the path of others',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io/other/': login() }) }, says: jane },
    { outcome: 'will not pull', cause: 'other-images', fix: create },
  ],
  [
    'an entry of Docker Hub that another key keeps away, in another Secret',
    podWith({ list: list('regcred', 'b'), image: 'acme/web' }),
    {
      secrets: {
        regcred: secretWith({ 'https://index.docker.io/v1/': login() }),
        b: secretWith({ 'docker.io/acme': login('rex') }),
      },
      says: jane,
    },
    {
      outcome: 'will not pull',
      cause: 'shadowed-entry',
      fix: 'regsecret create b -n team-a --server docker.io/acme',
    },
  ],
];

judgements('the server', servers);
