/** Which steps of a pull `-v` prints when no login is tried. */
import { describe, expect, test } from 'vitest';
import { stepsOf } from '../../../src/commands/doctor/doctor-steps.ts';
import type { Puller } from '../../../src/diagnosis/facts.ts';
import { reportOn } from '../../../src/diagnosis/puller-report.ts';
import { pullerView } from '../../../src/diagnosis/view.ts';
import { factsOf, NOW, podWith, secretWith, type World } from '../../support/pull-facts.ts';

const list = [{ name: 'regcred' }];
const broken = secretWith({ 'r.io': { auth: 'notbase64!' } });

describe('tried is', () => {
  test.each<readonly [what: string, puller: Puller, world: World]>([
    ['without a login: no entry matches', podWith(), {}],
    ['nothing: a pull secret cannot be decoded', podWith({ list }), { secrets: { regcred: broken } }],
    ['nothing: it is not a valid image name', podWith({ image: 'r.io/Acme/web' }), {}],
    ['nothing: the kubelet does not pull it', podWith({ policy: 'Never' }), {}],
    ['unknown: no permission to read the pull secrets', podWith({ list }), { secrets: { regcred: 'forbidden' } }],
  ])('%s', (what, puller, world) => {
    const facts = factsOf(world);
    const steps = stepsOf(pullerView(reportOn(puller, facts), facts), NOW);
    expect(steps.find((line) => line.trim().startsWith('try'))?.trim()).toBe(`try 1               ${what}`);
  });
});
