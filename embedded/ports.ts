import { createServer, type AddressInfo, type Server } from 'node:net';
import { errorCode } from './errors.js';

const LOOPBACK = '127.0.0.1';
/** Reasons to take another port instead of failing: taken, or privileged. */
const PORT_REFUSED = new Set(['EADDRINUSE', 'EACCES']);

/**
 * A TCP port on 127.0.0.1 that nothing listens on: `preferred` if it is free, else one the system picks. Another
 * process may take it before the caller does, so whoever starts a server on it must be ready to ask again.
 */
export async function freePort(preferred?: number): Promise<number> {
  const probe = createServer();
  const port = await listenNear(probe, preferred);
  await new Promise<void>((resolve) =>
    probe.close(() => {
      resolve();
    }),
  );
  return port;
}

/** Makes `server` listen on 127.0.0.1, on `preferred` or, where that is refused, on any port. Returns the port. */
export async function listenNear(server: Server, preferred = 0): Promise<number> {
  try {
    return await listen(server, preferred);
  } catch (error) {
    if (preferred === 0 || !PORT_REFUSED.has(errorCode(error) ?? '')) throw error;
    return await listen(server, 0);
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error) => {
      server.off('listening', listening);
      reject(error);
    };
    const listening = () => {
      server.off('error', failed);
      resolve();
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen({ host: LOOPBACK, port });
  });
  return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}
