/** A site's own report of a month ("deployed agents report"), and that of all sites of an MSP in one file. */
import { z } from 'zod';
import type { Trx } from '../../db/connect.js';
import { usageReport } from '../../db/readModels/usageReport.js';
import { KontorError } from '../../domain/errors.js';
import { usageReportCsv, usageReportLines } from '../../statements/index.js';
import { csvFormOf, csvQuery, csvReply } from '../csvReply.js';
import { requireFilters } from '../requireFilters.js';
import { fileReply, route } from '../route.js';
import { period, programmeCode, uuid } from '../schemas/common.js';

const tags = ['Usage'] as const;
const params = z.strictObject({ programme: programmeCode, mspId: uuid, period });

/** A document of more is beyond what a thread may use, and beyond what people read. */
const MOST_LINES = 5_000;

const siteId = uuid.optional().meta({ description: 'Of this site alone; of all of them if it is left out' });

const description =
  'What each site reported of the month: kinds, the highest number of each, and the day on which it was seen. At any time, ' +
  'of the running month too. An MSP gets its own, a distributor those of the months that it bills, whoever sees some ' +
  'tenants only what is of these.';

async function reportOf(trx: Trx, of: z.output<typeof params>, site: string | undefined) {
  await requireFilters(trx, { siteId: site });
  return usageReport(trx, { ...of, siteId: site });
}

const nameOf = (report: { period: string }, id: string | undefined) =>
  `usage-report-${report.period}${id === undefined ? '' : `-${id}`}`;

export const usageReportRoutes = [
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/msps/{mspId}/usage-reports/{period}/pdf',
    summary: 'Download the usage report of a site, or of all sites of an MSP, as PDF',
    description: `${description} Equal numbers give equal bytes. BATCH_TOO_LARGE over ${MOST_LINES} lines: take the CSV.`,
    tags,
    action: 'usage.read',
    params,
    query: z.strictObject({ siteId }),
    responses: { 200: { description: 'The report', file: 'application/pdf' } },
    handler: async ({ params, query, deps, transaction }) => {
      const report = await transaction((trx) => reportOf(trx, params, query.siteId));
      const lines = usageReportLines(report);
      if (lines > MOST_LINES) {
        throw new KontorError(
          'BATCH_TOO_LARGE',
          `This report has ${lines} lines, a PDF at most ${MOST_LINES}: take it as CSV, or site by site.`,
        );
      }
      const { bytes, sha256 } = await deps.render.renderUsageReport(report);
      return fileReply(200, {
        file: Buffer.from(bytes),
        contentType: 'application/pdf',
        filename: `${nameOf(report, query.siteId)}.pdf`,
        sha256,
      });
    },
  }),
  route({
    method: 'get',
    path: '/v1/programmes/{programme}/msps/{mspId}/usage-reports/{period}/csv',
    summary: 'Download the same as CSV',
    description,
    tags,
    action: 'usage.read',
    params,
    query: z.strictObject({ ...csvQuery.shape, siteId }),
    responses: { 200: { description: 'A record for each site, tenant and meter', file: 'text/csv' } },
    handler: async ({ params, query, transaction }) => {
      const report = await transaction((trx) => reportOf(trx, params, query.siteId));
      return csvReply(nameOf(report, query.siteId), usageReportCsv(report, csvFormOf(query, report.locale)));
    },
  }),
];
