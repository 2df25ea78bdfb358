/** Every route of the API. A new file of routes is one line here; the frame, OpenAPI and the tests read this list. */
import type { Route } from '../route.js';
import { distributorRoutes } from './distributors.js';
import { exchangeRateRoutes } from './exchangeRates.js';
import { mspRoutes } from './msps.js';
import { pricePlanRoutes } from './pricePlans.js';
import { programmeRoutes } from './programmes.js';
import { siteRoutes } from './site.js';
import { tokenRoutes } from './tokens.js';

export const ROUTES: readonly Route[] = [
  ...tokenRoutes,
  ...programmeRoutes,
  ...distributorRoutes,
  ...pricePlanRoutes,
  ...exchangeRateRoutes,
  ...mspRoutes,
  ...siteRoutes,
];
