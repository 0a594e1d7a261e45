/** DEFLATE with libdeflate, which is linked into Bun. For an executable the result is 3 % smaller than zlib's best. */
import { spawnSync } from 'node:child_process';
import { BUN } from '../compile.ts';

/** `content` as a gzip file without name, time and operating system (RFC 1952). Level 0 stores without compression. */
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
