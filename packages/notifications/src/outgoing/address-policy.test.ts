import { describe, expect, test } from 'vitest';
import { AddressPolicy } from './address-policy.ts';

const usual = new AddressPolicy();

describe('without any list', () => {
  test.each([
    '8.8.8.8',
    '10.0.0.1',
    '172.16.3.4',
    '192.168.1.1',
    '100.64.0.1',
    '2606:4700::1111',
    'fd12:3456::1',
  ])('public and private addresses may be used: %s', (address) => expect(usual.allows(address)).toBe(true));

  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.0.9'],
    ['loopback', '::1'],
    ['loopback', '0:0:0:0:0:0:0:1'],
    ['link-local', '169.254.169.254'],
    ['link-local', '169.254.170.2'],
    ['link-local', 'fe80::1'],
    ['link-local', 'fe80::1%eth0'],
    ['metadata', '100.100.100.200'],
    ['metadata', '168.63.129.16'],
    ['metadata', '192.0.0.192'],
    ['metadata', 'fd00:ec2::254'],
    ['metadata', 'fd20:ce::254'],
    ['unspecified', '0.0.0.0'],
    ['unspecified', '::'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['reserved', '255.255.255.255'],
    ['reserved', '64:ff9b:1::a9fe:a9fe'],
  ])('no %s address may be used: %s', (kind, address) => {
    expect(usual.refusal(address)).toBe(`is a ${kind} address, which may not be used here`);
  });

  test.each([
    ['mapped', '::ffff:169.254.169.254'],
    ['mapped, in hexadecimal', '::ffff:a9fe:a9fe'],
    ['mapped, written out', '0:0:0:0:0:FFFF:A9FE:A9FE'],
    ['compatible', '::169.254.169.254'],
    ['translated', '::ffff:0:169.254.169.254'],
    ['NAT64', '64:ff9b::a9fe:a9fe'],
    ['6to4', '2002:a9fe:a9fe::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:5601:5601'],
  ])('the metadata service is found in an IPv6 address that stands for it: %s', (_form, address) => {
    expect(usual.refusal(address)).toContain('link-local');
  });

  test('IPv6 addresses that stand for an ordinary IPv4 address may be used', () => {
    expect(usual.allows('64:ff9b::808:808')).toBe(true);
    expect(usual.allows('::ffff:8.8.8.8')).toBe(true);
  });

  test('what is no address is refused', () => {
    expect(usual.refusal('')).toBe('is no address');
    expect(usual.refusal('1.2.3')).toBe('is no address');
    expect(usual.refusal('localhost')).toBe('is no address');
  });
});

describe('with lists', () => {
  test('loopback may be allowed, and only that', () => {
    const policy = new AddressPolicy({ allowLoopback: true });
    expect(policy.allows('127.0.0.1')).toBe(true);
    expect(policy.allows('::1')).toBe(true);
    expect(policy.allows('::ffff:127.0.0.1')).toBe(true);
    expect(policy.allows('169.254.169.254')).toBe(false);
  });

  test('a list of names leaves nothing else', () => {
    const policy = new AddressPolicy({ allow: ['hooks.example.com', '*.corp.example'] });
    expect(policy.allows('8.8.8.8', 'hooks.example.com')).toBe(true);
    expect(policy.allows('8.8.8.8', 'Hooks.Example.COM.')).toBe(true);
    expect(policy.allows('8.8.8.8', 'a.b.corp.example')).toBe(true);
    expect(policy.allows('8.8.8.8', 'corp.example')).toBe(false);
    expect(policy.allows('8.8.8.8', 'evilcorp.example')).toBe(false);
    expect(policy.allows('8.8.8.8')).toBe(false);
  });

  test('an allowed name does not make its address harmless', () => {
    const policy = new AddressPolicy({ allow: ['hooks.example.com'] });
    expect(policy.refusal('169.254.169.254', 'hooks.example.com')).toContain('link-local');
    expect(policy.refusal('127.0.0.1', 'hooks.example.com')).toContain('loopback');
  });

  test('an allowed network holds for names in it and for addresses that are refused else', () => {
    const policy = new AddressPolicy({ allow: ['10.1.0.0/16', '169.254.10.0/24', 'fe80::/64', '127.0.0.1'] });
    expect(policy.allows('10.1.2.3', 'any.example')).toBe(true);
    expect(policy.allows('10.2.2.3', 'any.example')).toBe(false);
    expect(policy.allows('169.254.10.7')).toBe(true);
    expect(policy.allows('169.254.169.254')).toBe(false);
    expect(policy.allows('fe80::1')).toBe(true);
    expect(policy.allows('127.0.0.1')).toBe(true);
    expect(policy.allows('127.0.0.2')).toBe(false);
    expect(policy.checkUrl('http://any.example').host).toBe('any.example');
  });

  test('what is denied stays denied, whatever else allows it', () => {
    const policy = new AddressPolicy({
      allow: ['*.example.com', '10.0.0.0/8'],
      deny: ['admin.example.com', '10.9.0.0/16'],
    });
    expect(policy.allows('10.1.0.1')).toBe(true);
    expect(policy.allows('10.9.0.1')).toBe(false);
    expect(() => policy.checkUrl('https://admin.example.com/x')).toThrow('in the list of refused addresses');
    expect(policy.allows('10.9.0.1', 'hooks.example.com')).toBe(false);
  });

  test.each([
    '',
    'http://example.com',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    'a b',
    'fe80::/129',
  ])('an entry that is no host is refused: %j', (entry) => {
    expect(() => new AddressPolicy({ allow: [entry] })).toThrow(
      expect.objectContaining({ name: 'NotificationError', code: 'Invalid' }),
    );
  });
});

describe('addresses of requests', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://0/',
  ])('this machine is found however it is written: %s', (url) => {
    expect(() => usual.checkUrl(url)).toThrow(
      expect.objectContaining({
        code: 'AddressRefused',
        unsent: true,
        message: expect.stringMatching(/loopback|unspecified/u),
      }),
    );
  });

  test.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'gopher://x',
    'unix:/run/x.sock',
  ])('only HTTP can be used: %s', (url) =>
    expect(() => usual.checkUrl(url)).toThrow('only http: and https:'),
  );

  test.each(['', 'example.com/x', 'http://', 'http://[::1'])('what is no URL is refused: %j', (url) => {
    expect(() => usual.checkUrl(url)).toThrow('no URL');
  });

  test('a password in the address is refused, and is not in the message', () => {
    expect(() => usual.checkUrl('https://me:hunter2@example.com/secret')).toThrow(
      /^https:\/\/example\.com has a name and password in it/u,
    );
  });

  test('a message names no more than scheme, host and port', () => {
    expect(() => usual.checkUrl('https://127.0.0.1:8443/T000/B000/secret?sig=secret')).toThrow(
      /^https:\/\/127\.0\.0\.1:8443 is a loopback address, which may not be used here$/u,
    );
  });

  test('a proxy may have a password in its address and is judged as any other address', () => {
    expect(usual.checkProxyUrl('http://me:hunter2@proxy.example:3128').host).toBe('proxy.example:3128');
    expect(() => usual.checkProxyUrl('http://me:hunter2@127.0.0.1:3128')).toThrow(
      /^http:\/\/127\.0\.0\.1:3128 is a loopback/u,
    );
    expect(() => usual.checkProxyUrl('socks5://proxy.example')).toThrow('only http: and https:');
  });

  test('with a list of names only, a name that is not in it is refused before it is looked up', () => {
    const policy = new AddressPolicy({ allow: ['hooks.example.com'] });
    expect(policy.checkUrl('https://HOOKS.example.com./x').pathname).toBe('/x');
    expect(() => policy.checkUrl('https://other.example.com/')).toThrow(
      'not in the list of allowed addresses',
    );
  });
});
