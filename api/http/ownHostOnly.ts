import type { RequestHandler } from 'express';
import { KontorError } from '../../domain/errors.js';
import { isOwnHost } from '../../embedded/ownHost.js';
import type { ApiDeps } from '../deps.js';

/** The address a request came in at, as a `Host` header writes it. */
function asHost(address: string | undefined): string {
  const plain = (address ?? '').toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  return plain.includes(':') ? `[${plain}]` : plain;
}

/**
 * Answers whoever asks for this machine, for the host of `publicUrl` or of `url`, at which it listens, or for the address that the
 * request came in at; HOST_NOT_ALLOWED for any other `Host`: a page of another place that lets its own name point here would read
 * what only this machine may.
 */
export function ownHostOnly({ publicUrl, url }: Pick<ApiDeps, 'publicUrl' | 'url'>): RequestHandler {
  const [hostname, listening] = [new URL(publicUrl).hostname, new URL(url).hostname];
  return (req, _res, next) => {
    if (isOwnHost(req.headers.host, [hostname, listening, asHost(req.socket.localAddress)])) next();
    else {
      const detail = `Ask for ${hostname}. If this service has another name, set PUBLIC_URL to it; a proxy passes the Host header on.`;
      next(new KontorError('HOST_NOT_ALLOWED', detail));
    }
  };
}
