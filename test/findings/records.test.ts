/** Walks every code: each finding has a sentence, a fix or none on purpose, a section in the documents, and its shape in JSON. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FINDING_CODES, type FindingCode, fixFor, formatFinding, isSufficient } from '../../src/findings/finding.ts';
import { FINDINGS } from '../support/finding-samples.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'findings.md'), 'utf8');
const samplesOf = (code: FindingCode) => FINDINGS.filter((found) => found.code === code);

/** An image that was only typed, of which nobody knows what was meant; what another program prints is not to be edited. */
const MAY_HAVE_NONE: readonly FindingCode[] = ['missing-secret', 'invalid-image', 'image-not-found'];
/** Their sentences are about an image, a registry or a node, whatever the object. */
const NOT_ABOUT_OBJECT: readonly FindingCode[] = [
  'image-not-found',
  'rate-limited',
  'registry-unreachable',
  'node-cannot-reach',
  'wrong-platform',
  'disk-full',
  'pull-postponed',
  'retry-pending',
];

describe.each(FINDING_CODES)('%s', (code) => {
  test('has samples, and each has a sentence that names its object', () => {
    expect(samplesOf(code).length).toBeGreaterThan(0);
    for (const found of samplesOf(code)) {
      const text = formatFinding(found);
      expect(text).not.toMatch(/undefined|\[object|\.$|^\s|\s$|\n/);
      if (!NOT_ABOUT_OBJECT.includes(code)) expect(text).toContain(found.object.name);
    }
  });

  test('has a fix, or none on purpose', () => {
    for (const found of samplesOf(code)) {
      const { words } = fixFor(found);
      if (words.length > 0) continue;
      expect([MAY_HAVE_NONE.includes(code), isSufficient(found)]).toEqual([true, false]);
    }
  });

  test('has a section in the documents', () => {
    expect(page).toContain(`\n### ${code}\n`);
  });

  test('is the same when it is read from JSON', () => {
    for (const found of samplesOf(code)) {
      const read = JSON.parse(JSON.stringify(found));
      expect(Object.keys(read)).toEqual(['code', 'severity', 'object', 'arguments']);
      expect(read).toEqual(found);
    }
  });
});
