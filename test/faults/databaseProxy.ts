import { connect, createServer, type Socket } from 'node:net';

/**
 * What happens to the nth message to the database: the connection ends before it is passed on, after its answer, or with the
 * answer lost; or nothing is heard of that connection any more.
 */
export interface DatabaseCut {
  nth: number;
  how: 'before' | 'after' | 'lost reply' | 'silence';
}

export interface DatabaseProxy {
  url: string;
  /** Messages to the database so far. */
  messages(): number;
  close(): Promise<void>;
}

/** Stands before the database at `url`, and does `cut` once. */
export async function databaseProxy(url: string, cut: DatabaseCut | undefined): Promise<DatabaseProxy> {
  const target = new URL(url);
  const port = Number(target.port);
  const sockets = new Set<Socket>();
  let messages = 0;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let doomed: DatabaseCut['how'] | undefined;
    const end = () => {
      near.destroy();
      far.destroy();
    };
    near.on('data', (chunk) => {
      if (doomed === 'silence') return;
      messages += 1;
      if (messages === cut?.nth) {
        doomed = cut.how;
        if (doomed === 'before') {
          end();
          return;
        }
        if (doomed === 'silence') return;
      }
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (doomed === 'silence') return;
      if (doomed === 'lost reply') {
        end();
        return;
      }
      near.write(chunk);
      if (doomed === 'after') setImmediate(end);
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        if (doomed !== 'silence') other.destroy();
      });
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  target.hostname = '127.0.0.1';
  target.port = String(address.port);
  return {
    url: target.toString(),
    messages: () => messages,
    close: () =>
      new Promise((closed) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          closed();
        });
      }),
  };
}
