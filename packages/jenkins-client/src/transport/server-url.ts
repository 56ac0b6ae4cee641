import { InvalidError } from '../errors.ts';

/** The server's address, ending with a slash. Throws InvalidError for what cannot be one. */
export function serverUrl(address: string | URL): URL {
  const url = URL.parse(address instanceof URL ? address.href : address);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new InvalidError('url is no address of a server: give it as https://host/path.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidError(
      'url holds credentials, which end up in logs: give them as auth: { user, token }.',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new InvalidError('url holds a query or a fragment: give the address of Jenkins itself.');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
