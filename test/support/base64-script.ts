/**
 * Decodes each text of a JSON list on stdin, as padded and as unpadded base64. Prints the bytes in hexadecimal, or the error
 * message.
 */
import { json } from 'node:stream/consumers';
import { decodeBase64 } from '../../src/codec/go/base64.ts';

const texts = (await json(process.stdin)) as string[];
console.log(JSON.stringify(texts.flatMap((text) => [decoded(text, true), decoded(text, false)])));

function decoded(text: string, padding: boolean): string {
  try {
    return Buffer.from(decodeBase64(text, { padding })).toString('hex');
  } catch (error) {
    return (error as Error).message;
  }
}
