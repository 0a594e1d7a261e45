/** Servers as they are shown, always without user info. */
import { expect, test } from 'vitest';
import { bareServer, displayServer, revealServer, shownServer } from '../../src/secret/display-server.ts';

const HUB = 'https://index.docker.io/v1/';

test.each([
  ['r.io', 'r.io', 'r.io'],
  ['https://r.io/v2/', 'https://r.io/v2/', 'r.io/v2/'],
  ['https://jane:pw@r.io', 'https://…@r.io', 'r.io'],
  ['jane:pw@r.io', '…@r.io', 'r.io'],
  ['https://jane:p/w@x@r.io/a', 'https://…@r.io/a', 'r.io/a'],
  ['//jane@r.io', '//…@r.io', 'r.io'],
  ['https://@r.io', 'https://…@r.io', 'r.io'],
  ['r.io/app@sha256:0a', 'r.io/app@sha256:0a', 'r.io/app@sha256:0a'],
  ['jane@r.io/app@sha256:0a', '…@r.io/app@sha256:0a', 'r.io/app@sha256:0a'],
])('%s', (server, shown, bare) => {
  expect(shownServer(server)).toBe(shown);
  expect(displayServer(server)).toBe(shown);
  expect(bareServer(server)).toBe(bare);
  expect(revealServer(server)).toBe(server);
});

test('people know Docker Hub by its name', () => {
  expect([displayServer(HUB), revealServer(HUB), shownServer(HUB)]).toEqual(['Docker Hub', 'Docker Hub', HUB]);
});
