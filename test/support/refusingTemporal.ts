import { connect, createServer, type ClientHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** gRPC's PERMISSION_DENIED. */
const DENIED = '7';

/** A Temporal frontend in front of the one at `address` that denies these calls to everybody, as Temporal Cloud does. */
export async function refusingTemporal(
  address: string,
  denied: readonly string[],
): Promise<{ address: string; close(): Promise<void> }> {
  const upstream: ClientHttp2Session = connect(`http://${address}`);
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const path = headers[':path'] ?? '';
    if (denied.some((call) => path.endsWith(`/${call}`))) {
      const answer = { ':status': 200, 'content-type': 'application/grpc' };
      stream.respond(
        { ...answer, 'grpc-status': DENIED, 'grpc-message': 'Request unauthorized.' },
        { endStream: true },
      );
      return;
    }
    const onward = upstream.request({
      ...{ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' },
      ...Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('grpc-'))),
    });
    stream.pipe(onward);
    onward.on('response', ({ ':status': status, ...rest }) => {
      const answer = { ':status': status ?? 200, 'content-type': rest['content-type'] ?? 'application/grpc' };
      // An answer without a body has its status here already.
      const isOver = rest['grpc-status'] !== undefined;
      stream.respond(
        isOver ? { ...rest, ...answer } : answer,
        isOver ? { endStream: true } : { waitForTrailers: true },
      );
    });
    let trailers = {};
    onward.on('trailers', (said) => {
      trailers = Object.fromEntries(Object.entries(said).filter(([name]) => name.startsWith('grpc-')));
    });
    stream.on('wantTrailers', () => {
      stream.sendTrailers(trailers);
    });
    onward.on('data', (chunk: Buffer) => stream.write(chunk));
    onward.on('end', () => {
      if (!stream.writableEnded) stream.end();
    });
    for (const each of [stream, onward]) each.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      upstream.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        resolve();
      });
    },
  };
}
