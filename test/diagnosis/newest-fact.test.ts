/** What the kubelet of a pod reports now counts more than what is known of its template from here. */
import { expect, test } from 'vitest';
import type { Puller } from '../../src/diagnosis/facts.ts';
import { deployment, IMAGE, podWith, settle, templateWith } from '../support/pull-facts.ts';
import { reportAt } from '../support/steps.ts';

const template = { name: 'deployment/web', list: [] };
const podOf = (status: string, image = IMAGE): Puller =>
  podWith({ status, image, remedy: deployment, pod: { template } });

test.each<[string, Puller, string]>([
  [
    'for no platform of its node',
    podOf('no match for platform in manifest: not found'),
    'will not pull wrong-platform',
  ],
  [
    'from a registry that its node does not trust',
    podOf('x509: certificate signed by unknown authority'),
    'will not pull node-cannot-reach',
  ],
  ['that is delayed', podOf('pull QPS exceeded'), 'will pull -'],
  ['of another image', podOf('no match for platform in manifest: not found', 'ghcr.io/acme/web:v0'), 'will pull -'],
])('a template that can be pulled from here, and a pod with an image %s', (_, pod, expected) => {
  const says = () => ({ kind: 'anonymous', why: 'asks for none', result: 'pulls' }) as const;
  const { facts } = settle(templateWith(), { says });
  const answers = new Map([...facts.answers, ...settle(pod, { says }).facts.answers]);
  const report = reportAt(
    { pullers: [templateWith(), pod], facts, findings: [], unchecked: [] },
    { ...facts, answers },
  );
  const [image] = report.pullers?.[0]?.images ?? [];
  expect(`${image?.outcome} ${image?.cause?.code ?? '-'}`).toBe(expected);
});
