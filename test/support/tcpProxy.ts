import { connect, createServer, type Socket } from 'node:net';

/** A network between two processes, in a test's hands. */
export interface TcpProxy {
  port: number;
  /** Connections so far. */
  connections(): number;
  /** Ends the newest connection that is open, as a broken cable would; false: none is. */
  cut(): boolean;
  /** The newest open connection forwards nothing any more, in neither direction, and stays open. False: none is open. */
  silence(): boolean;
  close(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket;
}

/** Forwards what comes to a port of its own, or to the port `at`, to `port` on this machine. */
export async function tcpProxy(port: number, at = 0): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const silent = new Set<Pair>();
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    const pair = { near, far: connect(port, '127.0.0.1') };
    pairs.add(pair);
    const forward = (from: Socket, to: Socket) => {
      from.on('data', (chunk) => {
        if (!silent.has(pair)) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        pairs.delete(pair);
        // Who is gone behind a silent network is not heard of on the other side.
        if (!silent.has(pair)) to.destroy();
      });
    };
    forward(near, pair.far);
    forward(pair.far, near);
  });
  await new Promise<void>((listening) => server.listen(at, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const newest = () => [...pairs].filter((pair) => !silent.has(pair)).at(-1);
  return {
    port: address.port,
    connections: () => connections,
    cut: () => {
      const pair = newest();
      pair?.near.destroy();
      pair?.far.destroy();
      return pair !== undefined;
    },
    silence: () => {
      const pair = newest();
      if (pair !== undefined) silent.add(pair);
      return pair !== undefined;
    },
    close: () =>
      new Promise((closed) => {
        for (const { near, far } of [...pairs, ...silent]) {
          near.destroy();
          far.destroy();
        }
        server.close(() => {
          closed();
        });
      }),
  };
}
