/** PyPI programs that check a part of a release. Each version is installed once and kept. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../runtime.ts';
import { kept } from './go-tool.ts';

/** Each program's version, and the checksums of its packages for the machines that we use. */
const TOOLS = {
  zizmor: {
    version: '1.32.0',
    sums: [
      // Linux on amd64 and arm64, macOS on arm64.
      '84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071',
      '0cdd38fca6eb34ceb567548548d706332e3535ea66894b9168c048e03207b68c',
      '0a999c98015becd9f69919ce01febadfb1c2be9b8ec2ce9ef7eb13ff23ba8eba',
    ],
  },
} as const;

/** The path of the program. It is installed first if needed. Throws with pip's error message. */
export function pythonTool(name: keyof typeof TOOLS): string {
  const { version, sums } = TOOLS[name];
  const folder = kept(`${name}-${version}`, (installing) => {
    const requirements = join(installing, 'requirements.txt');
    writeFileSync(requirements, `${name}==${version} ${sums.map((sum) => `--hash=sha256:${sum}`).join(' ')}\n`);
    const strict = ['--require-hashes', '--only-binary=:all:', '--no-deps', '--quiet'];
    execute('python3', ['-m', 'pip', 'install', ...strict, '--target', installing, '--requirement', requirements]);
    return installing;
  });
  return join(folder, 'bin', name);
}
