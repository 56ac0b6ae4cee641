/** What the log benchmark uses of the npm package `jenkins`, which has no types of its own. */
declare module 'jenkins' {
  import type { EventEmitter } from 'node:events';

  export default class Jenkins {
    constructor(options: { readonly baseUrl: string });
    readonly build: {
      logStream(options: {
        readonly name: string;
        readonly number: number;
        readonly delay: number;
      }): EventEmitter;
    };
  }
}
