/**
 * Every workflow, for the bundle. A workflow file is a whole contract: function, input, id, signals, queries, updates.
 * Nothing here reaches Node, a clock other than the workflow's, randomness or I/O.
 */
export { applyRetention } from './applyRetention.js';
export { closePeriod } from './closePeriod.js';
export { closeShard } from './closeShard.js';
export { correctStatement } from './correctStatement.js';
export { deliverMail } from './deliverMail.js';
export { keepLastBatch } from './keepLastBatch.js';
export { monthEnd } from './monthEnd.js';
export { onboardSites } from './onboardSites.js';
export { order } from './order.js';
export { previewPeriod } from './previewPeriod.js';
export { quote } from './quote.js';
export { registerMsp } from './registerMsp.js';
export { settleStatement } from './settleStatement.js';
export { watchContact } from './watchContact.js';
export { watchRates } from './watchRates.js';
