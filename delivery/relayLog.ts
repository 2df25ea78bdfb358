/** What a relay's log says became of messages, by Message-ID without angle brackets. */
export interface RelayLog {
  /** Taken over by the relay, those that bounced among them. */
  accepted: string[];
  bounced: string[];
}

const QUEUED = /\b([0-9A-Za-z]{6,20}): (.*)$/;

/**
 * Reads the log of Postfix. A message is the relay's once it is in its queue: naming its Message-ID comes before the end of its
 * body, and is not enough.
 */
export function readRelayLog(text: string): RelayLog {
  const ids = new Map<string, string>();
  const queued = new Set<string>();
  const bounced = new Set<string>();
  for (const line of text.split('\n')) {
    const [, queueId, said] = QUEUED.exec(line) ?? [];
    if (queueId === undefined || said === undefined) continue;
    const [, messageId] = /^message-id=<([^>]*)>/.exec(said) ?? [];
    if (messageId !== undefined) ids.set(queueId, messageId);
    else if (/\(queue active\)/.test(said)) queued.add(queueId);
    else if (/\bstatus=(sent|deferred|bounced)\b/.test(said)) {
      queued.add(queueId);
      if (/\bstatus=bounced\b/.test(said)) bounced.add(queueId);
    }
  }
  const named = (found: Set<string>) => [...new Set([...found].flatMap((queueId) => ids.get(queueId) ?? []))];
  return { accepted: named(queued), bounced: named(bounced) };
}
