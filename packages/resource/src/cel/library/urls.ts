import type { Environment } from '@marcbachmann/cel-js';

/** A URL as `url()` makes it: absolute, or a path from the root. */
class CelUrl {
  readonly text: string;
  readonly url: URL;
  readonly isPath: boolean;
  constructor(text: string) {
    this.text = text;
    this.isPath = text.startsWith('/');
    if (!this.isPath && !/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(text))
      throw new Error(`URL parse error during conversion from string: ${text}`);
    this.url = new URL(text, 'http://localhost');
  }
  equals(other: unknown): boolean {
    return other instanceof CelUrl && other.text === this.text;
  }
}

/** Kubernetes' URL functions (`cel/library/urls.go`). */
export function registerUrls(environment: Environment): void {
  const get = (name: string, read: (url: CelUrl) => unknown, type = 'string'): void => {
    environment.registerFunction(`URL.${name}(): ${type}`, read);
  };
  environment
    .registerType('URL', CelUrl)
    .registerFunction('url(string): URL', (text: string) => new CelUrl(text))
    .registerFunction('isURL(string): bool', (text: string) => {
      try {
        return new CelUrl(text).text === text;
      } catch {
        return false;
      }
    });
  get('getScheme', ({ url, isPath }) => (isPath ? '' : url.protocol.slice(0, -1)));
  get('getHost', ({ isPath, text }) => (isPath ? '' : authority(text)));
  get('getHostname', ({ isPath, text }) =>
    isPath
      ? ''
      : authority(text)
          .replace(/:\d*$/, '')
          .replace(/^\[|\]$/g, ''),
  );
  get('getPort', ({ isPath, text }) => (isPath ? '' : (/:(\d*)$/.exec(authority(text))?.[1] ?? '')));
  get('getEscapedPath', ({ text, isPath }) => path(text, isPath));
  get(
    'getQuery',
    ({ url }) => {
      const values = Map.groupBy(url.searchParams, ([key]) => key);
      return new Map(Array.from(values, ([key, pairs]) => [key, pairs.map(([, value]) => value)]));
    },
    'map<string, list<string>>',
  );
}

const authority = (text: string): string =>
  (/^[^:]+:\/\/([^/?#]*)/.exec(text)?.[1] ?? '').replace(/^.*@/, '');
const path = (text: string, isPath: boolean): string =>
  (isPath ? text : text.replace(/^[^:]+:\/\/[^/?#]*/, '')).replace(/[?#].*$/s, '');
