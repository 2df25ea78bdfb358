import { z } from 'zod';
import { createApiClient } from './apiClient.js';

const FOUND = z.object({ messages: z.array(z.object({ id: z.number(), recipients: z.array(z.string()) })) });
const MAIL = z.object({ text: z.string() });
const LINK = /\/console\/link#([A-Za-z0-9_-]{43})/;
const PAUSE_MS = 50;
const PATIENCE_MS = 60_000;

/** The inbox into which all mail of the world goes. */
export interface Mailbox {
  /** The secret of the first link that was mailed to an address, as soon as it has arrived. */
  linkTo(address: string): Promise<string>;
}

/** Reads the inbox at `url` over HTTP. */
export function createMailbox(url: string): Mailbox {
  const inbox = createApiClient(url);
  const linkIn = async (address: string): Promise<string | undefined> => {
    const path = `/api/messages?q=${encodeURIComponent(address)}`;
    const { messages } = await inbox.call({ method: 'GET', path }, FOUND);
    for (const { id } of messages.filter(({ recipients }) => recipients.includes(address)).reverse()) {
      const { text } = await inbox.call({ method: 'GET', path: `/api/messages/${id}` }, MAIL);
      const [, secret] = LINK.exec(text.replaceAll(/\s/g, '')) ?? [];
      if (secret !== undefined) return secret;
    }
    return undefined;
  };
  return {
    linkTo: async (address) => {
      const until = Date.now() + PATIENCE_MS;
      for (;;) {
        const secret = await linkIn(address);
        if (secret !== undefined) return secret;
        if (Date.now() > until) throw new Error(`No mail with a link has arrived for ${address}`);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    },
  };
}
