import type { Logger } from 'pino';
import type { LinkSigner } from '../config/linkSigner.js';
import type { SecretBox } from '../config/secretBox.js';
import type { Database } from '../db/connect.js';
import type { MailStarts } from '../starts/deliverMail.js';
import type { RenderPool } from '../statements/index.js';
import type { OnboardingStarts } from '../starts/onboardSites.js';
import type { Starter } from '../starts/starter.js';
import type { RelyingParty } from '../identity/index.js';
import type { Ingest } from './ingest/createIngest.js';
import type { ReleaseFiles } from './releases/releaseFiles.js';
import type { WorkflowStarts } from './workflowStarts.js';

/** What routes work with; api/main.ts composes it. */
export interface ApiDeps extends Starter {
  db: Database;
  onboarding: OnboardingStarts;
  mails: MailStarts;
  starts: WorkflowStarts;
  /** Address of the API as other parties reach it, without a slash at its end. */
  publicUrl: string;
  /** The address it listens at. */
  url: string;
  /** Proxies in front, whose word about a sender's address is believed. */
  trustedProxies: number;
  /** Whether passwords are taken; else one signs in through identity providers alone. */
  localLogin: boolean;
  /** What authenticators and identity providers share with Kontor, as the database keeps it. */
  secrets: SecretBox;
  /** The files of software releases, the links that lead to them, and how many bytes one has at most. */
  releases: { files: ReleaseFiles; links: LinkSigner; maxBytes: number };
  /** Draws documents that are made when they are asked for. */
  render: RenderPool;
  log: Logger;
}

/** What a route gets: the same with what the frame makes of it once per process. */
export interface RouteDeps extends ApiDeps {
  ingest: Ingest;
  relyingParty: RelyingParty;
}
