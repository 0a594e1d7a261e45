/** Whether a watch is healthy. The test gives the time. */
import { expect, test } from 'vitest';
import { createHealth, type Health } from '../../../src/commands/sync/health.ts';

const minutes = (count: number): number => count * 60_000;
const hear = (health: Health, now: number, ...plurals: string[]): void => {
  for (const plural of plurals) health.heard(plural, now);
};

test.each<[situation: string, act: (health: Health) => void, now: number, report: object]>([
  ['before the first look', () => undefined, 1000, { isWell: false, lastLook: undefined, lastEvent: 1 }],
  ['after it', (health) => health.looked(true, 1000), 2000, { isWell: true, lastLook: 1, lastEvent: 2 }],
  [
    'one watch of two is silent for more than two minutes',
    (health) => {
      health.looked(true, 0);
      hear(health, minutes(2), 'secrets');
    },
    121_000,
    { isWell: false, lastLook: 121, lastEvent: 121 },
  ],
  [
    'one watch of two has been away for more than half a minute',
    (health) => {
      health.looked(true, 0);
      hear(health, 1000, 'secrets', 'namespaces');
      health.lost('secrets', 2000);
      health.lost('secrets', 30_000);
      hear(health, 30_000, 'namespaces');
    },
    33_000,
    { isWell: false, lastLook: 33, lastEvent: 32 },
  ],
  [
    'it is open again, and has nothing to say yet',
    (health) => {
      health.looked(true, 0);
      hear(health, 1000, 'secrets', 'namespaces');
      health.lost('secrets', 2000);
      health.opened('secrets');
    },
    63_000,
    { isWell: true, lastLook: 63, lastEvent: 62 },
  ],
  [
    'looks have failed for more than half a minute',
    (health) => {
      health.looked(true, 0);
      health.failed(1000);
      health.failed(30_000);
      hear(health, 30_000, 'secrets', 'namespaces');
    },
    32_000,
    { isWell: false, lastLook: 32, lastEvent: 2 },
  ],
  [
    'the last look has not',
    (health) => {
      health.looked(true, 0);
      health.failed(1000);
      health.looked(false, 50_000);
      hear(health, 60_000, 'secrets', 'namespaces');
    },
    62_000,
    { isWell: true, lastLook: 62, lastEvent: 2 },
  ],
  [
    'both speak again',
    (health) => {
      health.looked(true, 0);
      hear(health, minutes(5), 'secrets', 'namespaces');
    },
    minutes(5),
    { isWell: true, lastLook: 300, lastEvent: 0 },
  ],
  [
    'looks at everything have not come to their end for longer than they are apart',
    (health) => {
      health.looked(true, 0);
      health.looked(false, minutes(11));
      hear(health, minutes(11) + 1, 'secrets', 'namespaces');
    },
    minutes(11) + 1,
    { isWell: false, lastLook: 660, lastEvent: 0 },
  ],
])('%s', (_, act, now, report) => {
  const health = createHealth(['namespaces', 'secrets'], 0);
  act(health);
  expect(health.report(now)).toEqual(report);
});

test.each<[situation: string, act: (health: Health) => void, hope: number]>([
  ['nothing has worked for 14 minutes', () => undefined, minutes(1)],
  ['a watch has spoken 14 minutes ago', (health) => hear(health, minutes(2), 'secrets'), minutes(3)],
  ['a look has ended 14 minutes ago', (health) => health.looked(false, minutes(2)), minutes(3)],
])('%s', (_, act, hope) => {
  const health = createHealth(['namespaces', 'secrets'], 0);
  act(health);
  expect(health.hope(minutes(14))).toBe(hope);
  expect(health.hope(minutes(40))).toBe(0);
});
