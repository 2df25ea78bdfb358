import { join } from 'node:path';
import type { Env } from '../../config/env.js';
import { startInbox } from '../../embedded/index.js';
import type { PartOptions } from './partOptions.js';

export interface MailPart {
  smtpUrl: string;
  inboxUrl: string | null;
  stop(): Promise<void>;
}

const SMTP_PORT = 1025;
const PAGE_PORT = 1080;

/** The relay the configuration names, or an inbox that keeps every mail and sends none on. */
export async function startMail(env: Env, { dataDir, say }: PartOptions): Promise<MailPart> {
  if (env.SMTP_URL !== undefined) return { smtpUrl: env.SMTP_URL, inboxUrl: null, stop: () => Promise.resolve() };
  let running = false;
  const inbox = await startInbox({
    dataDir: join(dataDir, 'inbox'),
    smtpPort: SMTP_PORT,
    httpPort: PAGE_PORT,
    log: (line) => {
      // While it looks for free ports it tells of those that are not.
      if (running) say(line);
    },
  });
  running = true;
  return { smtpUrl: inbox.smtpUrl, inboxUrl: inbox.pageUrl, stop: () => inbox.stop() };
}
