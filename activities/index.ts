/** Every activity, bound to what it works with. A new one is one file and one line here. */
import { advanceOnboarding } from './advanceOnboarding.js';
import { announceCorrection } from './announceCorrection.js';
import { announceFailure } from './announceFailure.js';
import { announceNotOpened } from './announceNotOpened.js';
import { applyDefaults } from './applyDefaults.js';
import { applyRetention } from './applyRetention.js';
import { checkCompleteness } from './checkCompleteness.js';
import { checkGate } from './checkGate.js';
import { decideCase } from './decideCase.js';
import { decideCompleteness } from './decideCompleteness.js';
import { decideMsp } from './decideMsp.js';
import type { ActivityDeps } from './deps.js';
import { drainOutbox } from './drainOutbox.js';
import { endParticipations } from './endParticipations.js';
import { endSubscriptions } from './endSubscriptions.js';
import { endWait } from './endWait.js';
import { expireCorrection } from './expireCorrection.js';
import { expireMsp } from './expireMsp.js';
import { expireOrder } from './expireOrder.js';
import { expireQuote } from './expireQuote.js';
import { followShard } from './followShard.js';
import { issueStatements } from './issueStatements.js';
import { loadDeadlines } from './loadDeadlines.js';
import { loadSettlement } from './loadSettlement.js';
import { loadRates } from './loadRates.js';
import { makeBillingPacks } from './makeBillingPacks.js';
import { openPeriod } from './openPeriod.js';
import { previewPeriod } from './previewPeriod.js';
import { reconcileShard } from './reconcileShard.js';
import { remindOfLicences } from './remindOfLicences.js';
import { remindOfQuote } from './remindOfQuote.js';
import { remindOfRegistration } from './remindOfRegistration.js';
import { remindParked } from './remindParked.js';
import { renderCorrection } from './renderCorrection.js';
import { renderStatements } from './renderStatements.js';
import { sealPeriod } from './sealPeriod.js';
import { settleCorrection } from './settleCorrection.js';
import { settleOrder } from './settleOrder.js';
import { startClose } from './startClose.js';
import { startSettlements } from './startSettlements.js';
import { takeOrder } from './takeOrder.js';
import { tellWaiting } from './tellWaiting.js';
import { watchContact } from './watchContact.js';

export function createActivities(deps: ActivityDeps) {
  return {
    advanceOnboarding: advanceOnboarding(deps),
    announceCorrection: announceCorrection(deps),
    announceFailure: announceFailure(deps),
    announceNotOpened: announceNotOpened(deps),
    applyDefaults: applyDefaults(deps),
    applyRetention: applyRetention(deps),
    checkCompleteness: checkCompleteness(deps),
    checkGate: checkGate(deps),
    decideCase: decideCase(deps),
    decideCompleteness: decideCompleteness(deps),
    decideMsp: decideMsp(deps),
    drainOutbox: drainOutbox(deps),
    endParticipations: endParticipations(deps),
    endSubscriptions: endSubscriptions(deps),
    endWait: endWait(deps),
    expireCorrection: expireCorrection(deps),
    expireMsp: expireMsp(deps),
    expireOrder: expireOrder(deps),
    expireQuote: expireQuote(deps),
    followShard: followShard(deps),
    issueStatements: issueStatements(deps),
    loadDeadlines: loadDeadlines(deps),
    loadSettlement: loadSettlement(deps),
    loadRates: loadRates(deps),
    makeBillingPacks: makeBillingPacks(deps),
    openPeriod: openPeriod(deps),
    previewPeriod: previewPeriod(deps),
    reconcileShard: reconcileShard(deps),
    remindOfLicences: remindOfLicences(deps),
    remindOfQuote: remindOfQuote(deps),
    remindOfRegistration: remindOfRegistration(deps),
    remindParked: remindParked(deps),
    renderCorrection: renderCorrection(deps),
    renderStatements: renderStatements(deps),
    sealPeriod: sealPeriod(deps),
    settleCorrection: settleCorrection(deps),
    settleOrder: settleOrder(deps),
    startClose: startClose(deps),
    startSettlements: startSettlements(deps),
    takeOrder: takeOrder(deps),
    tellWaiting: tellWaiting(deps),
    watchContact: watchContact(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
