/** URLs that lead to the same place with WHATWG URL as with Go's net/url, and how Go's `URL.String` writes them. */
import { describe, expect, test } from 'vitest';
import { webUrl } from '../../../src/codec/go/web-url.ts';

describe('a URL', () => {
  test.each<[text: string, leadsTo: string, written?: string]>([
    ['https://c.example', 'https://c.example/'],
    ['https://c.example/', 'https://c.example/'],
    ['HTTPS://C.example/A', 'https://c.example/A', 'https://C.example/A'],
    ['socks5://c.example:1080', 'socks5://c.example:1080'],
    ['https://c.example:6443/a/b', 'https://c.example:6443/a/b'],
    ['https://c.example:443', 'https://c.example/'],
    ['https://c.example:/a', 'https://c.example/a'],
    ['https://c.example/a/', 'https://c.example/a', 'https://c.example/a/'],
    ['https://c.example//a/./b/../c', 'https://c.example/a/c', 'https://c.example//a/./b/../c'],
    ['https://c.example/a/.', 'https://c.example/a'],
    ['https://c.example/../a', 'https://c.example/a', 'https://c.example/../a'],
    ['https://c.example/a%2Fb', 'https://c.example/a/b', 'https://c.example/a%2Fb'],
    ['https://c.example/a%20b', 'https://c.example/a%20b'],
    ['https://c.example/a b', 'https://c.example/a%20b', 'https://c.example/a%20b'],
    ['https://c.example/a b%2F', 'https://c.example/a%20b', 'https://c.example/a%20b/'],
    ['https://c.example/a\\b', 'https://c.example/a%5Cb', 'https://c.example/a%5Cb'],
    ["https://c.example/!'()*[]", 'https://c.example/%21%27%28%29%2A%5B%5D', "https://c.example/!'()*[]"],
    ['https://c.example/-_.~$&+,/:;=@9z', 'https://c.example/-_.~$&+,/:;=@9z'],
    ['https://c.example/ä', 'https://c.example/%C3%A4', 'https://c.example/%C3%A4'],
    ['https://c.example/%0A', 'https://c.example/%0A'],
    ['https://c.example/a?b=/c#d', 'https://c.example/a', 'https://c.example/a'],
    ['https://c.example#a\nb', 'https://c.example/', 'https://c.example'],
    ['https://c.example?a\u2028b', 'https://c.example/', 'https://c.example'],
    ['https://10.0.0.1', 'https://10.0.0.1/'],
    ['https://[::1]:6443', 'https://[::1]:6443/'],
    ['https://[0:0::1]', 'https://[::1]/', 'https://[0:0::1]'],
    ['https://bücher.example', 'https://xn--bcher-kva.example/', 'https://b%C3%BCcher.example'],
    ['https://_a.example', 'https://_a.example/'],
  ])('%o leads to %s', (text, leadsTo, written = text) => {
    const read = webUrl(text);
    expect(read?.url.href).toBe(leadsTo);
    expect(read?.text).toBe(written);
    expect(read?.user).toBeUndefined();
  });
});

describe('user info', () => {
  test.each<[text: string, name: string, password: string, written?: string]>([
    ['https://ada:pw@c.example', 'ada', 'pw'],
    ['https://ada@c.example/a:b', 'ada', ''],
    ['https://ada:@c.example', 'ada', ''],
    ['https://:@c.example', '', ''],
    ['https://@c.example', '', ''],
    ['https://a%3Ab:%40%2F@c.example', 'a:b', '@/'],
    ['https://a@b:c@c.example', 'a@b', 'c', 'https://a%40b:c@c.example'],
    ["https://a!*'():!@c.example", "a!*'()", '!', 'https://a%21%2A%27%28%29:%21@c.example'],
    ['https://-_.~$&+,;=@c.example', '-_.~$&+,;=', ''],
    ['https://%C3%A4@c.example', 'ä', ''],
  ])('of %s', (text, name, password, written = text) => {
    const read = webUrl(text);
    expect(read?.user).toEqual({ name, password });
    expect(read?.text).toBe(written);
    expect(read?.url).toMatchObject({ username: '', password: '', hostname: 'c.example' });
  });
});

describe('none for', () => {
  test.each([
    ['', 'no text'],
    ['c.example', 'no scheme'],
    ['https:c.example', 'no slashes'],
    ['1https://c.example', 'a scheme that begins with a digit'],
    [' https://c.example', 'a space before it'],
    ['https://', 'nothing behind the slashes'],
    ['https:///a', 'no host'],
    ['https://?a', 'no host but a query'],
    ['https://c.example:x', 'a port that is no number'],
    ['https://c.example:99999', 'a port that is too high'],
    ['socks5://c.example:99999', 'such a port of a scheme that WHATWG does not know'],
    ['socks5://1.2.3.256', 'a host that is no address of a scheme that WHATWG does not know'],
    ['https://a b', 'a host with a space'],
    ['https://c.example/%zz', 'an escape that is none'],
    ['https://c.example/\n', 'a control character'],
    ['https://0177.0.0.1', 'an address in octal'],
    ['https://127.1', 'an address in short'],
    ['https://2130706433', 'an address as one number'],
    ['https://0x7f.1:80', 'an address in hexadecimal with a port'],
    ['https://１.2.3.4', 'an address in other digits'],
  ])('%o, %s', (text) => {
    expect(webUrl(text)).toBeUndefined();
  });
});
