import type { Request, Response } from 'express';
import type { ErrorCode } from '../../domain/errors.js';
import { LOCALES, messagesFor } from '../../locales/index.js';
import { NOTHING_AT_ALL } from './ownFilesOnly.js';

/** Requests on routes to which browsers are led by themselves, so that a person reads what is answered. */
const led = new WeakSet<Request>();

/** Notes that a browser is led here: what fails is shown as a page, where it asks for one. */
export function ledHere(req: Request): void {
  led.add(req);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/**
 * Answers a problem as a page in the browser's language, with what to do next; false where JSON is wanted. Nothing that was sent
 * stands in it.
 */
export function sendProblemPage(
  req: Request,
  res: Response,
  { status, code, requestId }: { status: number; code: ErrorCode; requestId: string },
): boolean {
  if (!led.has(req)) return false;
  res.vary('Accept, Accept-Language');
  if (req.accepts(['json', 'html']) !== 'html') return false;
  const locale = LOCALES.find((each) => each === req.acceptsLanguages([...LOCALES])) ?? 'en';
  const { heading, refused, noAccess, later, tell } = messagesFor(locale).linkPage.signInFailed;
  const next = code === 'FORBIDDEN' ? noAccess : status >= 500 || code === 'RATE_LIMITED' ? later : refused;
  const policy = { ...NOTHING_AT_ALL, styleSrc: ["'self'"] };
  const directives = Object.entries(policy).map(
    ([name, sources]) => `${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${sources.join(' ')}`,
  );
  res.set('Content-Security-Policy', directives.join(';'));
  res.status(status).type('html').send(`<!doctype html>
<html lang="${locale}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escape(heading)} – Kontor</title>
    <link rel="stylesheet" href="/console/link.css" />
  </head>
  <body>
    <header><p>Kontor</p></header>
    <main>
      <h1>${escape(heading)}</h1>
      <p>${escape(next)}</p>
      <p>${escape(tell.replace('{id}', requestId))}</p>
    </main>
  </body>
</html>
`);
  return true;
}
