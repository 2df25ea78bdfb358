/** Every route of the API. A new file of routes is one line here; the frame, OpenAPI and the tests read this list. */
import type { Route } from '../route.js';
import { auditRoutes } from './audit.js';
import { billingPackRoutes } from './billingPacks.js';
import { caseRoutes } from './cases.js';
import { distributorRoutes } from './distributors.js';
import { exchangeRateRoutes } from './exchangeRates.js';
import { installationRoutes } from './installations.js';
import { keyRoutes } from './keys.js';
import { mspRoutes } from './msps.js';
import { orderRoutes } from './orders.js';
import { outboxRoutes } from './outbox.js';
import { participationRoutes } from './participations.js';
import { pricePlanRoutes } from './pricePlans.js';
import { programmeDocumentRoutes } from './programmeDocuments.js';
import { programmeRoutes } from './programmes.js';
import { registrationRoutes } from './registrations.js';
import { runRoutes } from './runs.js';
import { runStepRoutes } from './runSteps.js';
import { settingRoutes } from './settings.js';
import { siteRoutes } from './site.js';
import { sitesOfMspRoutes } from './sites.js';
import { statementRoutes } from './statements.js';
import { tenantKeyRoutes } from './tenantKeys.js';
import { tenantRoutes } from './tenants.js';
import { termLicenceRoutes } from './termLicences.js';
import { territoryRoutes } from './territories.js';
import { tokenRoutes } from './tokens.js';
import { waitingListRoutes } from './waitingList.js';

export const ROUTES: readonly Route[] = [
  ...tokenRoutes,
  ...programmeRoutes,
  ...settingRoutes,
  ...programmeDocumentRoutes,
  ...distributorRoutes,
  ...territoryRoutes,
  ...waitingListRoutes,
  ...pricePlanRoutes,
  ...exchangeRateRoutes,
  ...registrationRoutes,
  ...participationRoutes,
  ...mspRoutes,
  ...tenantRoutes,
  ...sitesOfMspRoutes,
  ...keyRoutes,
  ...tenantKeyRoutes,
  ...installationRoutes,
  ...orderRoutes,
  ...termLicenceRoutes,
  ...siteRoutes,
  ...runRoutes,
  ...runStepRoutes,
  ...caseRoutes,
  ...statementRoutes,
  ...billingPackRoutes,
  ...outboxRoutes,
  ...auditRoutes,
];
