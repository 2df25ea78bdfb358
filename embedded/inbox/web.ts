import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { messageOf } from '../errors.js';
import { isOwnHost } from '../ownHost.js';
import type { Html } from './html.js';
import { bytesOf, contentDisposition, inlineImages, namesOf } from './mailParts.js';
import type { MailStore, StoredMail } from './mailStore.js';
import { notFoundPage } from './layout.js';
import { listPage, type MailList } from './listPage.js';
import { mailPage, VIEWS } from './mailPage.js';
import { STYLE } from './style.js';

const PAGE_SIZE = 50;
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** The mail's own HTML: no script, nothing from the network, in a frame that has no origin. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";
/** A link in a mail opens beside the inbox, not inside its frame. */
const LINKS_OPEN_BESIDE = '<base target="_blank">';
/** What a browser may show in place. Anything else, HTML and SVG above all, is only offered as a download. */
const SHOWN_IN_PLACE = new Set(['application/pdf', 'image/png', 'image/jpeg', 'image/gif', 'text/plain', 'text/csv']);

/** The inbox as pages for people and as JSON for programs; reads `store`, changes nothing. */
export function createInboxApp(store: MailStore, log: (line: string) => void): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((_req, res, next) => {
    res.set({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    next();
  });
  app.use((req, res, next) => {
    if (isOwnHost(req.headers.host)) next();
    else res.status(421).type('text').send('This inbox answers to its own machine alone.');
  });
  const attachmentNames = new Map<number, string[]>();
  const list = async (req: Request): Promise<MailList> => {
    const query = textOf(req.query['q']).trim();
    const wanted = query.toLowerCase();
    const found = store
      .all()
      .filter((mail) => matches(mail, wanted))
      .reverse();
    const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
    const page = Math.min(pages, Math.max(1, Number.parseInt(textOf(req.query['page']), 10) || 1));
    const mails = [];
    for (const mail of found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)) {
      const names = attachmentNames.get(mail.id) ?? namesOf(await store.parsed(mail.id));
      attachmentNames.set(mail.id, names);
      mails.push({ ...mail, attachments: names });
    }
    return { mails, total: found.length, page, pages, query };
  };

  app.get('/', async (req, res) => {
    send(res, listPage(await list(req)));
  });
  app.get('/style.css', (_req, res) => {
    res.set('cache-control', 'max-age=3600').type('css').send(STYLE);
  });
  app.get(
    '/messages/:id',
    withMail(async (mail, req, res) => {
      const email = await store.parsed(mail.id);
      const wanted = textOf(req.query['view']);
      const view = VIEWS.find((each) => each === wanted) ?? (email.html === undefined ? 'text' : 'html');
      const source = view === 'source' ? (await store.source(mail.id)).toString() : '';
      send(res, mailPage(mail, email, view, source));
    }),
  );
  app.get(
    '/messages/:id/html',
    withMail(async (mail, _req, res) => {
      const email = await store.parsed(mail.id);
      res
        .set('content-security-policy', MAIL_POLICY)
        .type('html')
        .send(LINKS_OPEN_BESIDE + inlineImages(mail.id, email));
    }),
  );
  app.get(
    '/messages/:id/attachments/:index',
    withMail(async (mail, req, res) => {
      const attachment = (await store.parsed(mail.id)).attachments[Number(req.params['index'])];
      if (attachment === undefined) {
        notFound(res);
        return;
      }
      const { mimeType } = attachment;
      const name = attachment.filename ?? 'attachment';
      const kind = SHOWN_IN_PLACE.has(mimeType) ? 'inline' : 'attachment';
      res.set('content-disposition', contentDisposition(kind, name));
      // Browsers show PDF by a page of their own, which a policy of ours would stop.
      if (mimeType !== 'application/pdf') res.set('content-security-policy', "default-src 'none'; sandbox");
      res.type(mimeType).send(bytesOf(attachment));
    }),
  );

  app.get('/api/messages', async (req, res) => {
    const { mails, ...counts } = await list(req);
    res.json({ ...counts, messages: mails });
  });
  app.get(
    '/api/messages/:id',
    withMail(async (mail, _req, res) => {
      const { text, html, headers, attachments } = await store.parsed(mail.id);
      const described = attachments.map((attachment, index) => ({
        filename: attachment.filename,
        mimeType: attachment.mimeType,
        sizeBytes: bytesOf(attachment).length,
        url: `/messages/${mail.id}/attachments/${index}`,
      }));
      res.json({ ...mail, text: text ?? null, html: html ?? null, headers, attachments: described });
    }),
  );
  app.get(
    '/api/messages/:id/source',
    withMail(async (mail, _req, res) => {
      res.set('content-disposition', contentDisposition('attachment', `${mail.id}.eml`));
      res.type('message/rfc822').send(await store.source(mail.id));
    }),
  );
  app.use((_req, res) => {
    notFound(res);
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    log(`The inbox could not show ${req.path}: ${messageOf(error)}`);
    res.status(500).json({ error: 'This mail cannot be shown.' });
  });
  return app;

  function withMail(handle: (mail: StoredMail, req: Request, res: Response) => Promise<void>) {
    return async (req: Request, res: Response) => {
      const mail = store.find(Number(req.params['id']));
      if (mail === undefined) notFound(res);
      else await handle(mail, req, res);
    };
  }
}

function send(res: Response, page: Html): void {
  res.set('content-security-policy', PAGE_POLICY).type('html').send(page.markup);
}

function notFound(res: Response): void {
  res.status(404);
  if (res.req.path.startsWith('/api/')) res.json({ error: 'There is no such mail.' });
  else send(res, notFoundPage());
}

function matches(mail: StoredMail, wanted: string): boolean {
  return [mail.subject, mail.from, ...mail.recipients].some((text) => text.toLowerCase().includes(wanted));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
