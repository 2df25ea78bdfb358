import express, { Router, type RequestHandler } from 'express';
import { fileURLToPath } from 'node:url';
import helmet from 'helmet';
import { LOCALES, messagesFor } from '../locales/index.js';
import { OWN_FILES_ONLY } from './http/ownFilesOnly.js';

const FILES = fileURLToPath(new URL('../console/', import.meta.url));

const WORDS = `export const WORDS = ${JSON.stringify(
  Object.fromEntries(LOCALES.map((locale) => [locale, messagesFor(locale).linkPage])),
)};\n`;

/** Whoever looks over a shoulder, or at a proxy, finds nothing that was kept. */
const notKept: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

/** The page to which the links in mails lead (domain/linkAddress.ts): three files and the words of every language. */
export function linkPage(): Router {
  const router = Router({ strict: true });
  router.use(helmet.contentSecurityPolicy({ useDefaults: false, directives: OWN_FILES_ONLY }), notKept);
  router.get('/link', (_req, res) => {
    res.sendFile('link.html', { root: FILES, cacheControl: false, etag: false, lastModified: false });
  });
  router.get('/words.js', (_req, res) => {
    res.type('js').send(WORDS);
  });
  const asIs = { index: false, redirect: false, cacheControl: false, etag: false, lastModified: false };
  router.use(express.static(FILES, { ...asIs, dotfiles: 'deny' }));
  return router;
}
