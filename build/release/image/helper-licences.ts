/** The licences of the Go modules in the credential helpers, which must be distributed with them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LicensedPackage } from '../../bundled-packages.ts';
import { licenceTexts } from '../../licences.ts';

/** Licences by a phrase of their text. The first match counts. */
const LICENCES: readonly (readonly [text: RegExp, name: string])[] = [
  [/Apache License,?\s+Version 2/, 'Apache-2.0'],
  [/Mozilla Public License/, 'MPL-2.0'],
  [/Permission is hereby granted, free of charge/, 'MIT'],
  [/Neither the name/, 'BSD-3-Clause'],
  [/Redistribution and use in source and binary forms/, 'BSD-2-Clause'],
];

export interface GoModule {
  readonly name: string;
  readonly version: string;
  /** The folder of its sources. */
  readonly folder: string;
}

/** The text of all licences. Throws for a module without a known licence. */
export function helperLicences(modules: readonly GoModule[]): string {
  return licenceTexts(modules.map(licensed)).join(`\n${'-'.repeat(80)}\n\n`);
}

function licensed({ name, version, folder }: GoModule): LicensedPackage {
  const files = globSync('{LICEN[CS]E,NOTICE}{,.md,.txt,.libyaml}', { cwd: folder }).sort();
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  const [, licence] = LICENCES.find(([known]) => known.test(text)) ?? [];
  if (licence === undefined) throw new Error(`nothing says what the licence of ${name} is`);
  return { name, version, licence, path: name, text };
}
