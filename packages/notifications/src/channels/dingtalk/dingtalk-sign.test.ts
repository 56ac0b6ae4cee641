import { expect, test } from 'vitest';
import { signedAddress } from './dingtalk-sign.ts';

test('the sign is what the algorithm of the documents gives, computed elsewhere', () => {
  const address = signedAddress(
    'https://oapi.dingtalk.com/robot/send?access_token=t',
    'this is secret',
    1_577_262_236_757,
  );
  expect(address).toBe(
    'https://oapi.dingtalk.com/robot/send?access_token=t&timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D',
  );
});

test('an address that is none is refused without telling it', () => {
  expect(() => signedAddress('not an address', 's', 0)).toThrow('is no URL');
});
