import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { KontorError } from '../../domain/errors.js';
import { principalOf } from '../auth.js';
import type { Limits } from './limits.js';

const WINDOW_MS = 60_000;

const refuse: RequestHandler = (_req, _res, next) => {
  next(new KontorError('RATE_LIMITED', 'Too many requests; the RateLimit header says when to go on.'));
};

/** Counted before anything costs a query. */
export function limitByAddress({ perAddressPerMinute }: Limits): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perAddressPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'address',
    keyGenerator: (req) => ipKeyGenerator(req.ip ?? ''),
    handler: refuse,
  });
}

/** Counted once the token or session is known. */
export function limitByToken({ perTokenPerMinute }: Limits): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perTokenPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'token',
    keyGenerator: (req) => {
      const principal = principalOf(req);
      return principal.kind === 'public' ? 'public' : principal.credentialId;
    },
    handler: refuse,
  });
}

/** Forms with the mail address of whoever, from one host (case 41). */
export function limitStrangersNamed({ strangersPerHour }: Limits): RequestHandler {
  return rateLimit({
    windowMs: 60 * WINDOW_MS,
    limit: strangersPerHour,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'sign-ups',
    keyGenerator: (req) => ipKeyGenerator(req.ip ?? ''),
    handler: refuse,
  });
}

/** Passwords, codes and links that are tried, by whoever is at one address. */
export function limitGuesses({ guessesPerMinute }: Limits): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: guessesPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'guesses',
    keyGenerator: (req) => ipKeyGenerator(req.ip ?? ''),
    handler: refuse,
  });
}
