/** DEFLATE by libdeflate, which Bun is linked with: 3 % less than zlib's best for an executable. */
import { spawnSync } from 'node:child_process';
import { BUN } from '../compile.ts';

/** `content` as a gzip file without a name or a time, of a system that it does not tell (RFC 1952). Level 0 only stores. */
export function gzip(content: Uint8Array, level = 12): Buffer {
  return compress('gzipSync', content, level);
}

/** `content` as a bare DEFLATE stream (RFC 1951). */
export function deflate(content: Uint8Array): Buffer {
  return compress('deflateSync', content, 12);
}

function compress(by: 'gzipSync' | 'deflateSync', input: Uint8Array, level: number): Buffer {
  const script = `
    const content = new Uint8Array(await Bun.stdin.arrayBuffer());
    await Bun.write(Bun.stdout, Bun.${by}(content, { library: 'libdeflate', level: ${level} }));`;
  const { status, stdout, stderr, error } = spawnSync(BUN, ['-e', script], { input, maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`bun cannot compress: ${error?.message ?? stderr}`);
  return stdout;
}
