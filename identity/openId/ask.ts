import { lookup as resolveName } from 'node:dns';
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { CustomFetch, CustomFetchOptions } from 'openid-client';
import { KontorError } from '../../domain/errors.js';
import { isSecure, isWithin, type Reach } from './reach.js';

const ASK_MS = 5_000;
/** A document of discovery has some kilobytes, keys and claims with many groups some tens. */
const ANSWER_BYTES = 512 * 1024;

/** Addresses are judged as they are connected to, so that a name that changes between two questions gains nothing. */
function lookupWithin(reach: Reach): LookupFunction {
  return (hostname, options, answer) => {
    resolveName(hostname, { ...options, all: true }, (error, found) => {
      const within = error === null ? found.filter(({ address }) => isWithin(reach, address)) : [];
      const [first] = within;
      if (first === undefined) answer(error ?? new Error(`${hostname} has no address within reach`), '', 4);
      else if (options.all === true) answer(null, within);
      else answer(null, first.address, first.family);
    });
  };
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > ANSWER_BYTES) throw new Error('the answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(reach: Reach, target: URL, { method, headers, body, signal }: CustomFetchOptions) {
  const form = body instanceof URLSearchParams;
  if (!form && body !== undefined && body !== null && typeof body !== 'string') throw new Error('no such body is sent');
  const type = form ? { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } : {};
  const limits = [AbortSignal.timeout(ASK_MS), ...(signal === undefined ? [] : [signal])];
  const request = target.protocol === 'https:' ? tlsRequest : plainRequest;
  return new Promise<IncomingMessage>((resolve, reject) => {
    request(target, {
      method,
      headers: { ...headers, ...type },
      lookup: lookupWithin(reach),
      // A connection that another question opened was judged by that one's reach.
      agent: false,
      signal: AbortSignal.any(limits),
    })
      .once('response', resolve)
      .once('error', reject)
      .end(body?.toString());
  });
}

/**
 * How providers are asked: within reach, in seconds, a bounded answer, no other address followed. Throws
 * IDENTITY_PROVIDER_UNAVAILABLE for all that is no answer of the provider's to what was asked.
 */
export function askWithin(reach: Reach): CustomFetch {
  return async (url, options) => {
    try {
      const target = new URL(url);
      const literal = target.hostname.replace(/^\[(.*)\]$/, '$1');
      if (!isSecure(reach, target)) throw new Error(`${target.origin} is not asked`);
      if (isIP(literal) !== 0 && !isWithin(reach, literal)) throw new Error(`${literal} is not within reach`);
      const answer = await send(reach, target, options);
      const status = answer.statusCode ?? 0;
      if (status < 200 || (status >= 300 && status < 400) || status >= 500) {
        answer.destroy();
        throw new Error(`${target.origin} answered ${status}`);
      }
      const body = await bodyOf(answer);
      const headers = { 'content-type': answer.headers['content-type'] ?? '' };
      return new Response(status === 204 ? null : body, { status, headers });
    } catch (cause) {
      const message = 'The identity provider does not answer as it should: try again later.';
      throw new KontorError('IDENTITY_PROVIDER_UNAVAILABLE', message, [], { cause });
    }
  };
}
