import type { Request } from 'express';
import { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import { findActing } from '../../db/access/senderStore.js';
import { ALL, type Trx } from '../../db/connect.js';
import {
  findPublished,
  findRelease,
  insertRelease,
  listReleases,
  lockRelease,
  publishRelease,
  withdrawRelease,
  type SoftwareRelease,
} from '../../db/programmes/releaseStore.js';
import { downloadableProducts } from '../../db/readModels/downloadableProducts.js';
import { withRetries } from '../../db/withRetries.js';
import { may, type Rights } from '../../domain/access/may.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { PAGE_QUERY, pageOf, readCursor, toPage } from '../http/pagination.js';
import { isPartnerTeam, scopeFor, senderOf } from '../principal.js';
import { LINK_MS, readDownload, signDownload } from '../releases/downloadLink.js';
import { requireProgramme } from '../requireProgramme.js';
import { reply, route, storedReply } from '../route.js';
import { cursorInstant, productCode, programmeCode, uuid } from '../schemas/common.js';
import { downloadLink, release, releaseInput, releaseWithdrawal } from '../schemas/releases.js';

const tags = ['Software'] as const;
const byProgramme = z.strictObject({ programme: programmeCode });
const byRelease = z.strictObject({ programme: programmeCode, releaseId: uuid });

function noRelease(): KontorError {
  return new KontorError('NOT_FOUND', 'There is no such release for you.');
}

async function lock(trx: Trx, key: z.output<typeof byRelease>): Promise<SoftwareRelease> {
  const found = await lockRelease(trx, key);
  if (found === undefined) throw noRelease();
  return found;
}

/** What the audit trail says of a release. */
const about = ({ programme, product, version, fileName, sha256, bytes }: SoftwareRelease) => ({
  ...{ programme, product, version, fileName, sha256, bytes },
});

function requireNotWithdrawn({ withdrawnAt }: SoftwareRelease): void {
  if (withdrawnAt !== null)
    throw new KontorError('STATE_CONFLICT', 'This release was withdrawn: announce another one.');
}

/** Throws NOT_FOUND for a release that may not be downloaded by a reader, be it that it is another's or withdrawn. */
async function requireDownloadable(
  trx: Trx,
  found: SoftwareRelease | undefined,
  reader: Pick<Rights, 'view' | 'companyId'>,
  at: Date,
): Promise<SoftwareRelease> {
  if (found === undefined) throw noRelease();
  const products = await downloadableProducts(trx, found.programme, reader, at);
  if (!products.includes(found.product)) throw noRelease();
  return found;
}

/** Throws UNSUPPORTED_MEDIA_TYPE, or VALIDATION_FAILED for a length that is not the announced one, before a byte is read. */
function requireFile(req: Request, { bytes }: SoftwareRelease): void {
  const encoding = req.get('content-encoding') ?? 'identity';
  if (req.get('content-type') !== 'application/octet-stream' || encoding !== 'identity') {
    throw new KontorError('UNSUPPORTED_MEDIA_TYPE', 'Send the file as it is, as application/octet-stream.');
  }
  const length = req.get('content-length');
  if (length === undefined || Number(length) === bytes) return;
  throw fieldError('VALIDATION_FAILED', 'Content-Length', `${bytes} bytes were announced, and these are ${length}.`);
}

export const releaseRoutes = [
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/releases',
    summary: 'Announce a release of a product',
    description:
      'It is published once its file has come (`PUT …/file`); until then the partner team alone sees it. A version names one ' +
      'file for good: STATE_CONFLICT for one that is there, unless it was withdrawn before its file came.',
    tags,
    action: 'software.publish',
    params: byProgramme,
    body: releaseInput,
    responses: { 201: { description: 'The release, which waits for its file', schema: release } },
    handler: async ({ params: { programme }, body, actor, receivedAt, requestId: id, deps, transaction }) => {
      const { maxBytes } = deps.releases;
      if (body.bytes > maxBytes) {
        throw fieldError('VALIDATION_FAILED', '/bytes', `A release has ${maxBytes} bytes at most (RELEASE_MAX_BYTES).`);
      }
      const made = await transaction(async (trx) => {
        await requireProgramme(trx, programme);
        const announced = { id, programme, ...body, announcedAt: receivedAt, announcedBy: actor };
        const inserted = await insertRelease(trx, announced);
        if (inserted === undefined) {
          // The same request, whose answer was lost.
          const own = await findRelease(trx, { programme, releaseId: id });
          if (own !== undefined) return own;
          throw fieldError(
            'STATE_CONFLICT',
            '/version',
            `Version ${body.version} of ${body.product} is there already.`,
          );
        }
        appendAudit(trx, {
          at: receivedAt,
          actor,
          action: 'release.announced',
          subject: `release:${id}`,
          after: about(inserted),
        });
        return inserted;
      });
      return reply(201, made);
    },
  }),
  route({
    method: 'put',
    path: '/v1/programmes/{programme}/releases/{releaseId}/file',
    summary: 'Upload the file of a release, which publishes it',
    description:
      'The bytes as they are, as application/octet-stream. Of a file that is not the announced one, or breaks off, nothing is ' +
      'kept: send it again. Sent again when it is published, it is checked and changes nothing.',
    tags,
    action: 'software.publish',
    params: byRelease,
    takesFile: true,
    responses: { 200: { description: 'The published release', schema: release } },
    handler: async ({ params, req, actor, receivedAt: at, deps, transaction }) => {
      const { files } = deps.releases;
      const found = await transaction((trx) => findRelease(trx, params));
      if (found === undefined) throw noRelease();
      requireNotWithdrawn(found);
      requireFile(req, found);
      await files.put(found.id, req, found);
      const after = await transaction(async (trx) => {
        const before = await lock(trx, params);
        if (before.withdrawnAt !== null || before.publishedAt !== null) return before;
        await publishRelease(trx, before.id, at);
        appendAudit(trx, {
          at,
          actor,
          action: 'release.published',
          subject: `release:${before.id}`,
          after: about(before),
        });
        return { ...before, publishedAt: at };
      });
      // Meanwhile: whoever withdrew it has removed what was there then.
      if (after.withdrawnAt !== null) await files.remove(after.id);
      requireNotWithdrawn(after);
      return reply(200, after);
    },
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/releases/{releaseId}/withdraw',
    summary: 'Withdraw a release',
    description:
      'Final: links that were made for it end, and its file is removed. What it was stays on record, and its version is not ' +
      'given again once it was published.',
    tags,
    action: 'software.publish',
    params: byRelease,
    body: releaseWithdrawal,
    responses: { 200: { description: 'The release', schema: release } },
    handler: async ({ params, body: { reason }, actor, receivedAt: at, deps, transaction }) => {
      const withdrawn = await transaction(async (trx) => {
        const before = await lock(trx, params);
        if (before.withdrawnAt !== null) return undefined;
        await withdrawRelease(trx, { id: before.id, at, by: actor, reason });
        appendAudit(trx, {
          at,
          actor,
          action: 'release.withdrawn',
          subject: `release:${before.id}`,
          before: about(before),
          reason,
        });
        return { ...before, withdrawnAt: at, withdrawnBy: actor, withdrawnReason: reason };
      });
      // Again, where whoever withdrew it could not remove the file.
      await deps.releases.files.remove(params.releaseId);
      if (withdrawn === undefined) throw new KontorError('STATE_CONFLICT', 'This release was withdrawn already.');
      return reply(200, withdrawn);
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/releases',
    summary: 'List the releases of a programme that you may download, the newest first',
    description:
      'The partner team and distributors of the programme: of all its products. An approved MSP: of those that it may use. ' +
      'Customers, and those who act for them: of those that one of their tenants has a site, a subscription or a licence ' +
      'of. The partner team also sees those that wait for their file or were withdrawn.',
    tags,
    action: 'software.download',
    params: byProgramme,
    query: z.strictObject({ ...PAGE_QUERY, product: productCode.optional() }),
    responses: { 200: { description: 'A page of releases', schema: pageOf(release) } },
    handler: async ({ params: { programme }, query, principal, receivedAt, transaction }) => {
      const after = readCursor(query.after, z.tuple([cursorInstant, uuid]));
      const { limit, product } = query;
      const found = await transaction(async (trx) => {
        const mine = await downloadableProducts(trx, programme, senderOf(principal), receivedAt);
        if (mine.length === 0) {
          throw new KontorError('NOT_FOUND', `There is no programme "${programme}" of which you use a product.`);
        }
        const products = mine.filter((one) => product === undefined || one === product);
        return listReleases(trx, { programme, products, all: isPartnerTeam(principal), limit: limit + 1, after });
      });
      return reply(
        200,
        toPage(
          found,
          limit,
          ({ announcedAt, id }) => [announcedAt, id],
          (item) => (isPartnerTeam(principal) ? item : { ...item, announcedBy: null }),
        ),
      );
    },
  }),
  route({
    method: 'post',
    path: '/v1/programmes/{programme}/releases/{releaseId}/link',
    summary: 'Get a link to download a release',
    description:
      'Good for an hour, without a token, as long as the one who asked may download the release: a membership that ends, a ' +
      'product that is used no more and a release that is withdrawn end it.',
    tags,
    action: 'software.download',
    params: byRelease,
    showsSecret: true,
    responses: { 201: { description: 'The link', schema: downloadLink } },
    handler: async ({ params, principal, receivedAt, deps, transaction }) => {
      const { membershipId, view, companyId } = senderOf(principal);
      const { id } = await transaction(async (trx) => {
        const found = await findPublished(trx, params.releaseId);
        const own = found?.programme === params.programme ? found : undefined;
        return requireDownloadable(trx, own, { view, companyId }, receivedAt);
      });
      const expiresAt = new Date(receivedAt.getTime() + LINK_MS);
      const link = signDownload(deps.releases.links, { releaseId: id, membershipId, view }, expiresAt);
      return reply(201, { url: `${deps.publicUrl}/v1/downloads/${link}`, expiresAt });
    },
  }),
  route({
    method: 'get',
    path: '/v1/downloads/{link}',
    summary: 'Download a release by a link',
    description:
      'All of it or the one range that `Range` names, `If-Range` respected; its ETag is its SHA-256. LINK_INVALID for a link ' +
      'that has expired or was changed; FORBIDDEN where whoever asked for it may download nothing any more, NOT_FOUND where ' +
      'not this. RANGE_NOT_SATISFIABLE names the length. Each download is in the audit trail.',
    tags,
    action: 'public',
    // Whoever has a link would fill the audit trail with it as fast as she can ask.
    guessable: true,
    params: z.strictObject({ link: z.string().min(1).max(4_000) }),
    responses: {
      200: { description: 'The file', file: 'application/octet-stream' },
      206: { description: 'The range of it', file: 'application/octet-stream' },
    },
    handler: async ({ params: { link }, req, receivedAt: at, deps }) => {
      const { db, releases } = deps;
      const { releaseId, membershipId, view } = readDownload(releases.links, link, at);
      const acting = await withRetries(() => db.transaction(ALL, (trx) => findActing(trx, { membershipId, view })));
      if (acting === undefined || may(acting, 'software.download', {}) !== 'yes') {
        throw new KontorError('FORBIDDEN', 'Whoever asked for this link may not download any more.');
      }
      const { kind, id, name, companyId } = acting;
      const found = await withRetries(() =>
        db.transaction(scopeFor(acting), async (trx) => {
          const file = await requireDownloadable(trx, await findPublished(trx, releaseId), acting, at);
          // Nobody gets the file by asking for its headers.
          if (req.method === 'HEAD') return file;
          const { programme, product, version } = file;
          appendAudit(trx, {
            at,
            actor: { kind, id, name },
            action: 'release.downloaded',
            subject: `release:${releaseId}`,
            mspId: view === 'service_provider' ? companyId : null,
            after: { programme, product, version, view, companyId, range: req.get('range')?.slice(0, 100) ?? null },
          });
          return file;
        }),
      );
      return storedReply(200, {
        sendTo: (res) => releases.files.send(found.id, res),
        filename: found.fileName,
        sha256: found.sha256,
      });
    },
  }),
];
