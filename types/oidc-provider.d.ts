// What the tests' provider uses of the package, which ships no types of its own.
declare module 'oidc-provider' {
  import type { EventEmitter } from 'node:events';
  import type { Server } from 'node:http';

  export class Provider extends EventEmitter {
    constructor(issuer: string, configuration: Record<string, unknown>);
    listen(port: number, host: string, listening: () => void): Server;
  }
}
