/** Every route of the API. A new file of routes is one line here; the frame, OpenAPI and the tests read this list. */
import type { Route } from '../route.js';
import { pricePlanRoutes } from './pricePlans.js';

export const ROUTES: readonly Route[] = [...pricePlanRoutes];
