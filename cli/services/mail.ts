import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
export async function startMail(env: Env, { dataDir }: PartOptions): Promise<MailPart> {
  if (env.SMTP_URL !== undefined) return { smtpUrl: env.SMTP_URL, inboxUrl: null, stop: () => Promise.resolve() };
  const logFile = join(dataDir, 'logs', 'inbox.log');
  await mkdir(dirname(logFile), { recursive: true });
  const inbox = await startInbox({
    dataDir: join(dataDir, 'inbox'),
    smtpPort: SMTP_PORT,
    httpPort: PAGE_PORT,
    // Busy ports and connections that broke: of interest to nobody until something is wrong.
    log: (line) => {
      appendFile(logFile, `${new Date().toISOString()} ${line}\n`).catch(() => undefined);
    },
  });
  return { smtpUrl: inbox.smtpUrl, inboxUrl: inbox.pageUrl, stop: () => inbox.stop() };
}
