/** Every route of the API. A new file of routes is one line here; the frame, OpenAPI and the tests read this list. */
import type { Route } from '../route.js';
import { activationFileRoutes } from './activationFiles.js';
import { auditRoutes } from './audit.js';
import { billingPackRoutes } from './billingPacks.js';
import { caseCommentRoutes } from './caseComments.js';
import { caseFilterRoutes } from './caseFilters.js';
import { caseRoutes } from './cases.js';
import { contactRoutes } from './contacts.js';
import { companyRoutes } from './companies.js';
import { companyStateRoutes } from './companyStates.js';
import { capRoutes } from './caps.js';
import { correctionRoutes } from './corrections.js';
import { creditRoutes } from './credits.js';
import { customerPriceRoutes } from './customerPrices.js';
import { deskRoutes } from './desk.js';
import { deskLineRoutes } from './deskLines.js';
import { distributorRoutes } from './distributors.js';
import { enrolmentTokenRoutes } from './enrolmentTokens.js';
import { exchangeRateRoutes } from './exchangeRates.js';
import { identityRoutes } from './identities.js';
import { identityProviderRoutes } from './identityProviders.js';
import { installationRoutes } from './installations.js';
import { keyRoutes } from './keys.js';
import { levelRoutes } from './levels.js';
import { licenceOverviewRoutes } from './licenceOverview.js';
import { linkRoutes } from './links.js';
import { mandateRoutes } from './mandates.js';
import { logoRoutes } from './logo.js';
import { meRoutes } from './me.js';
import { mspRoutes } from './msps.js';
import { openIdSignInRoutes } from './openIdSignIn.js';
import { orderRoutes } from './orders.js';
import { outboxRoutes } from './outbox.js';
import { participationRoutes } from './participations.js';
import { ownTokenRoutes } from './ownTokens.js';
import { packResponseRoutes } from './packResponses.js';
import { passwordRoutes } from './password.js';
import { peopleRoutes } from './people.js';
import { peopleLoginRoutes } from './peopleLogins.js';
import { pricePlanRoutes } from './pricePlans.js';
import { productRoutes } from './products.js';
import { programmeDocumentRoutes } from './programmeDocuments.js';
import { programmeRoutes } from './programmes.js';
import { quoteRoutes } from './quotes.js';
import { registrationRoutes } from './registrations.js';
import { releaseRoutes } from './releases.js';
import { retentionRoutes } from './retention.js';
import { runRoutes } from './runs.js';
import { runStepRoutes } from './runSteps.js';
import { secondFactorRoutes } from './secondFactor.js';
import { serviceAccountRoutes } from './serviceAccounts.js';
import { sessionRoutes } from './session.js';
import { settingRoutes } from './settings.js';
import { siteRoutes } from './site.js';
import { siteOverviewRoutes } from './siteOverview.js';
import { sitesOfMspRoutes } from './sites.js';
import { statementRoutes } from './statements.js';
import { subscriptionRoutes } from './subscriptions.js';
import { tenantDocumentRoutes } from './tenantDocuments.js';
import { tenantKeyRoutes } from './tenantKeys.js';
import { tenantRoutes } from './tenants.js';
import { termLicenceRoutes } from './termLicences.js';
import { territoryRoutes } from './territories.js';
import { tokenRoutes } from './tokens.js';
import { usageFileRoutes } from './usageFiles.js';
import { usageRoutes } from './usage.js';
import { usageReportRoutes } from './usageReports.js';
import { waitingListRoutes } from './waitingList.js';

export const ROUTES: readonly Route[] = [
  ...meRoutes,
  ...sessionRoutes,
  ...openIdSignInRoutes,
  ...passwordRoutes,
  ...secondFactorRoutes,
  ...ownTokenRoutes,
  ...identityRoutes,
  ...peopleRoutes,
  ...peopleLoginRoutes,
  ...levelRoutes,
  ...identityProviderRoutes,
  ...serviceAccountRoutes,
  ...tokenRoutes,
  ...contactRoutes,
  ...linkRoutes,
  ...mandateRoutes,
  ...programmeRoutes,
  ...settingRoutes,
  ...programmeDocumentRoutes,
  ...releaseRoutes,
  ...companyRoutes,
  ...companyStateRoutes,
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
  ...siteOverviewRoutes,
  ...keyRoutes,
  ...tenantKeyRoutes,
  ...enrolmentTokenRoutes,
  ...installationRoutes,
  ...productRoutes,
  ...subscriptionRoutes,
  ...capRoutes,
  ...orderRoutes,
  ...quoteRoutes,
  ...termLicenceRoutes,
  ...activationFileRoutes,
  ...licenceOverviewRoutes,
  ...usageFileRoutes,
  ...usageRoutes,
  ...usageReportRoutes,
  ...siteRoutes,
  ...runRoutes,
  ...runStepRoutes,
  ...caseRoutes,
  ...deskRoutes,
  ...caseCommentRoutes,
  ...caseFilterRoutes,
  ...statementRoutes,
  ...customerPriceRoutes,
  ...tenantDocumentRoutes,
  ...logoRoutes,
  ...deskLineRoutes,
  ...correctionRoutes,
  ...creditRoutes,
  ...billingPackRoutes,
  ...packResponseRoutes,
  ...outboxRoutes,
  ...auditRoutes,
  ...retentionRoutes,
];
