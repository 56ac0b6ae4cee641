import { DeliveryError } from '../../delivery-error.ts';

/** A number without the signs that people put between digits; `00` before the country is `+`. */
export function plainNumber(text: string): string {
  return text.replace(/[\s().\-/]/gu, '').replace(/^00/u, '+');
}

/** What a number is known by: with its country, when it is a Chinese mobile number without one. */
export function canonicalNumber(text: string): string {
  const number = plainNumber(text);
  return /^(?:86)?1[3-9]\d{9}$/u.test(number) ? chineseUnlessTold(number) : number;
}

/** `+` and country first; a number without a country is a Chinese one, as upstream has it. */
export function chineseUnlessTold(text: string): string {
  const number = plainNumber(text);
  if (number.startsWith('+')) return checked(number);
  return checked(/^86\d{11}$/u.test(number) ? `+${number}` : `+86${number}`);
}

/** As Alibaba Cloud wants it: Chinese numbers bare, others as country and number without `+`. */
export function aliyunNumber(text: string): string {
  return chineseUnlessTold(text)
    .replace(/^\+86(?=1\d{10}$)/u, '')
    .replace(/^\+/u, '');
}

/** E.164, written out: AWS would take a bare number for one of another country. Throws `DeliveryError` `permanent`. */
export function internationalNumber(text: string): string {
  const number = plainNumber(text);
  if (number.startsWith('+')) return checked(number);
  throw new DeliveryError(
    'permanent',
    `phone number ${number}: AWS needs + and the country, as in +8613800138000`,
  );
}

function checked(number: string): string {
  if (/^\+[1-9]\d{4,14}$/u.test(number)) return number;
  throw new DeliveryError(
    'permanent',
    `${number} is no phone number: write + and the country, then only digits`,
  );
}
