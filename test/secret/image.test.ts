import { describe, expect, test } from 'vitest';
import { type ImageReference, ImageReferenceError, imageName, parseImage } from '../../src/secret/image.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';
import vectors from '../vectors/image-references.json' with { type: 'json' };

const HEX64 = '86e0e091d0da6bde2456dbb48306f3956bbeb2eae1b5b9a43045843f69fe4aaa';

describe('vectors of distribution/reference', () => {
  test.each(vectors)('$image', (vector) => {
    if (vector.error !== undefined) {
      expect(() => parseImage(vector.image)).toThrow(new ImageReferenceError(vector.error));
      return;
    }
    const image = parseImage(vector.image);
    expect({
      registry: image.domain,
      repository: image.path,
      tag: image.tag ?? null,
      digest: image.digest ?? null,
      name: imageName(image),
    }).toEqual({
      registry: vector.registry,
      repository: vector.repository,
      tag: vector.tag,
      digest: vector.digest,
      name: vector.name,
    });
  });
});

describe('what the vectors leave out', () => {
  test.each([
    ['Foo/bar', { domain: 'Foo', path: 'bar' }],
    ['a__b.c/x', { domain: '', path: 'a__b.c/x' }],
    ['docker.io/nginx:1', { domain: 'docker.io', path: 'library/nginx', tag: '1' }],
    [`r.io/${'a'.repeat(255)}`, { domain: 'r.io', path: 'a'.repeat(255) }],
  ])('%s', (text, expected) => {
    expect(parseImage(text)).toEqual(expected);
  });

  test('a first component that no registry can have names an image without one', () => {
    expect(imageName(parseImage('a__b.c/x'))).toBe('a__b.c/x');
  });

  test.each([
    [`r.io/${'a'.repeat(256)}`, 'repository name must not be more than 255 characters'],
    ['Foo_bar/x', 'repository name must be lowercase'],
    // This letter has an upper case since Unicode 17; Go knows Unicode 15.
    ['r.io/app@x\u{16eab}', 'invalid reference format'],
    ['nginx\n', 'invalid reference format'],
    [`r.io/x@sha256:${HEX64.slice(1)}`, 'invalid checksum digest length'],
    [`r.io/x@sha256:${HEX64.toUpperCase()}`, 'invalid checksum digest format'],
    [`r.io/x:1@SHA256:${HEX64}`, 'invalid checksum digest format'],
    [`r.io/x@constructor:${HEX64}`, 'unsupported digest algorithm'],
  ])('%s', (text, message) => {
    expect(() => parseImage(text)).toThrow(new ImageReferenceError(message));
  });
});

/** Text of characters that occur in references, so that much of it is valid. */
const almostImage = fc.string({
  unit: fc.constantFrom(...'abA0._-/:@[]', 'localhost', 'docker.io', `sha256:${HEX64}`),
});

test('throws nothing but ImageReferenceError', () => {
  fc.assert(
    fc.property(fc.oneof(almostImage, fc.string({ unit: 'binary' })), (text) => {
      try {
        parseImage(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ImageReferenceError);
      }
    }),
  );
});

/** The reference that is pulled: by digest if there is one, else by tag, else `latest` (`ParseDockerRef`). */
function pulled(image: ImageReference): string {
  const name = imageName(image);
  return image.digest === undefined ? `${name}:${image.tag ?? 'latest'}` : `${name}@${image.digest}`;
}

test('what is pulled is read back as the same image', () => {
  fc.assert(
    fc.property(almostImage, (text) => {
      let image: ReturnType<typeof parseImage>;
      try {
        image = parseImage(text);
      } catch {
        return;
      }
      fc.pre(image.domain !== '');
      const again = parseImage(pulled(image));
      expect(imageName(again)).toBe(imageName(image));
      expect(again.digest).toBe(image.digest);
      if (image.digest === undefined) expect(again.tag).toBe(image.tag ?? 'latest');
    }),
    { numRuns: cases(300, 1000) },
  );
});
